"""`python -m tests.crash.dying_actions FOLDER`: the real actions process, whose reading of a customer's state obeys the file FOLDER/mode.

`hang` waits while the file says so, `die` removes the file and kills the process (once), `poison C-1003` kills it at each reading of
that customer. Each reading is noted in FOLDER/reads. Without the file it is the plain process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from actions.__main__ import main
from bot.accounts import Guarded

FOLDER = Path(sys.argv.pop(1))  # the rest of the command line is that of the real process
MODE = FOLDER / "mode"


def _mode() -> str:
    try:
        return MODE.read_text()
    except FileNotFoundError:
        return ""


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


_read_desk = Guarded.read_desk


async def _obedient(self: Guarded, desk_id: str) -> Any:
    with (FOLDER / "reads").open("a") as reads:
        reads.write(f"{desk_id}\n")
    while _mode() == "hang":  # noqa: ASYNC110 - the file is the only bell
        await asyncio.sleep(0.02)
    if _mode() == "die":
        MODE.unlink()
        _die()
    if _mode() == f"poison {desk_id}":
        _die()
    return await _read_desk(self, desk_id)


if __name__ == "__main__":
    Guarded.read_desk = _obedient  # type: ignore[method-assign]
    sys.exit(main())
