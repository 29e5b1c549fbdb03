"""Tells systemd that a process serves, and then, from its event loop, that the loop still turns; without systemd it does nothing.

A unit with `Type=notify` and `WatchdogSec=` names a socket and how long it waits between two signs of life (sd_notify(3)). Who hangs
gives none, and is killed and started again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket


def serving(_line: str) -> None:
    """For `web.run_app(print=…)`, which aiohttp calls in the loop once all ports are open: say so, and give signs of life from now on."""
    _tell("READY=1")
    seconds = _between_signs()
    if seconds is not None:
        _give_signs(asyncio.get_running_loop(), seconds)


def _give_signs(loop: asyncio.AbstractEventLoop, seconds: float) -> None:
    _tell("WATCHDOG=1")
    loop.call_later(seconds, _give_signs, loop, seconds)


def _between_signs() -> float | None:
    """Half of what systemd waits for, in seconds; None when it does not wait for us."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    with contextlib.suppress(KeyError, ValueError):
        return int(os.environ["WATCHDOG_USEC"]) / 2_000_000
    return None


def _tell(state: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    name = f"\0{address[1:]}" if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify, contextlib.suppress(OSError):
        notify.setblocking(False)
        notify.sendto(state.encode(), name)
