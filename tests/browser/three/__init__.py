"""The core of the browser tests, in three browsers."""

from __future__ import annotations

import contextlib
from typing import Protocol

from tests.browser.three.chromium import chromium
from tests.browser.three.driver import Browser
from tests.browser.three.firefox import firefox
from tests.browser.three.webkit import webkit


class Launch(Protocol):
    """Starts a browser whose system is light or dark."""

    def __call__(self, *, dark: bool = False) -> contextlib.AbstractAsyncContextManager[Browser]: ...


BROWSERS: dict[str, Launch] = {"chromium": chromium, "firefox": firefox, "webkit": webkit}
