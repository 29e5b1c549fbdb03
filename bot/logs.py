"""Structured logs, one JSON object a line on standard error; no message text and no personal data.

Rasa and its libraries log through `logging`, sometimes with what the customer wrote: below WARNING they are silenced. An exception is
written as its kind and place; its own words (an SQL statement with its values, say) only at DEBUG. Every line, ours or theirs, has
`event`, `level` and `timestamp`; `correlation` ties the lines of one message together in all processes.
"""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_TALKATIVE = (
    "rasa",
    "rasa_sdk",
    "tensorflow",
    "absl",
    "matplotlib",
    "apscheduler",
    "asyncio",
    "sanic",
    "urllib3",
    "numexpr",
    "h5py",
)
_PLACES = 12
_FIRST_LINE_ONLY = ("asyncio", "aiohttp")  # what follows shows objects, and with them what somebody wrote

_Raised = tuple[type[BaseException], BaseException, TracebackType | None]


def configure_logs(level: str = "INFO") -> None:
    """Configure structlog and the standard library's logging for this process."""
    numeric = logging.getLevelName(level)
    explain: Processor = structlog.processors.format_exc_info if numeric <= logging.DEBUG else _kind_and_place
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render = structlog.processors.JSONRenderer(ensure_ascii=False)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _first_line, explain, render],
        )
    )
    logging.basicConfig(level=numeric, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(numeric, logging.WARNING))
    structlog.configure(
        processors=[*shared, explain, render],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _kind_and_place(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace `exc_info` by the kinds of the exception and of what caused it, and where the first of them was raised."""
    raised = _raised(event.pop("exc_info", None))
    if raised is not None:
        kind, error, trace = raised
        kinds, cause = [kind.__name__], error.__cause__ or error.__context__
        while cause is not None and len(kinds) < _PLACES:
            kinds.append(type(cause).__name__)
            cause = cause.__cause__ or cause.__context__
        frames = traceback.extract_tb(trace)[-_PLACES:]
        event["exception"] = " from ".join(kinds)
        event["places"] = [f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _raised(found: object) -> _Raised | None:
    if isinstance(found, BaseException):
        return type(found), found, found.__traceback__
    if isinstance(found, tuple):
        return found if found[0] is not None else None
    if found:
        current = sys.exc_info()
        return current if current[0] is not None else None
    return None


def _first_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if str(event.get("logger", "")).startswith(_FIRST_LINE_ONLY):
        event["event"] = str(event["event"]).split("\n", 1)[0]
    return event
