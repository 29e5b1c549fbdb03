"""Each test of this folder runs in Chromium, Firefox and WebKit."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.browser.three import BROWSERS
from tests.browser.three.driver import DESK, Browser, Person, Tab


@pytest_asyncio.fixture(loop_scope="session", scope="session", params=BROWSERS)
async def browser(request: pytest.FixtureRequest) -> AsyncIterator[Browser]:
    """Each of the three."""
    async with BROWSERS[request.param]() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def person(browser: Browser) -> AsyncIterator[Person]:
    """Somebody at a desk."""
    async with browser.person(DESK) as somebody:
        yield somebody


@pytest_asyncio.fixture(loop_scope="session")
async def tab(person: Person) -> Tab:
    """Her first tab."""
    return await person.tab()
