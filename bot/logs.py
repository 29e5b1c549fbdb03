"""Structured logs, one JSON object a line on standard error; no message text and no personal data at INFO.

Rasa and its libraries log through `logging`, sometimes with what the customer wrote: below WARNING they are silenced.
"""

import logging
import sys

import structlog

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
    "aiosqlite",
    "numexpr",
    "h5py",
)


def configure_logs(level: str = "INFO") -> None:
    """Configure structlog and the standard library's logging for this process."""
    numeric = logging.getLevelName(level)
    logging.basicConfig(
        stream=sys.stderr, level=numeric, format='{"event": "%(name)s", "level": "%(levelname)s", "message": "%(message)s"}', force=True
    )
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(numeric, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
