"""Structured logging: past-tense events with ids, one canonical line per grading."""

import logging
import sys
import textwrap
from collections.abc import MutableMapping
from typing import Any

import structlog

from bot.domain.text import one_line, printable

CHATTY = (
    "aiodocker",
    "aiohttp.access",
    "aiosqlite",  # its debug lines hold the values: source texts and names
    "alembic",
    "asyncio",
    "slack_bolt",
    "slack_sdk",
    "discord",  # its debug lines hold every event and request as it came
    "psycopg",
    "sqlalchemy",
)

MAX_TRACE_CHARS = 20_000
TRACE = "exception"
"""The key of what may have several lines: a traceback. They are indented, like no line of ours."""


def configure(*, level: str, as_json: bool) -> None:
    """Send every log line, the libraries' too, to standard error in one format."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Locals of a traceback could hold learners' code: plain tracebacks only.
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _tame,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # It warns of each tick that still runs; the scheduler's health tells of those that never end.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _tame(
    _logger: object, _method: str, fields: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Every text on one line, and printable: part of it may come from outside."""
    for name, value in fields.items():
        if isinstance(value, str):
            fields[name] = _trace(value) if name == TRACE else one_line(value)
        elif not isinstance(value, (int, float, type(None))):
            fields[name] = one_line(repr(value))
    return fields


def _trace(text: str) -> str:
    return textwrap.indent(printable(text, max_chars=MAX_TRACE_CHARS), "    ")
