"""Write logs: one line a record, JSON or text, and no record of any library with personal data in it."""

import json
import logging
import sys
import time
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from core.privacy.redaction import Redactor

Level = Literal["debug", "info", "warning", "error"]

_REDACTOR = Redactor()
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_ARGUMENTS_NEEDED = ("uvicorn.access",)
"""Loggers whose formatters read the arguments one by one."""


class CleanRecord(logging.LogRecord):
    """Be a log record whose message and traceback were redacted before any handler sees them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.msg, Mapping) or self.name in _ARGUMENTS_NEEDED:  # structlog and uvicorn take them apart
            self.msg = _REDACTOR.values(self.msg)
            self.args = tuple(_REDACTOR.values(list(self.args))) if isinstance(self.args, tuple) else self.args
        else:
            try:
                said = self.getMessage()
            except (TypeError, ValueError, KeyError):  # a library's mistake must not hide what it wanted to say
                said = f"{self.msg} {self.args}"
            self.msg, self.args = _REDACTOR.text(said), ()
        if self.exc_info and self.exc_info[0]:
            self.exc_text = _REDACTOR.text("".join(traceback.format_exception(*self.exc_info)).rstrip())
            self.exc_info = None  # no handler can format the original again


class JsonLines(logging.Formatter):
    """Write a record as one JSON object: time, level, logger, message, the record's own fields, the error."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": moment,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= _fields(record)
        if record.exc_text:
            line["error"] = record.exc_text
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """Write a record for a person at a terminal: one line, and below it the error."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the text."""
        said = [record.getMessage(), *(f"{name}={value}" for name, value in _fields(record).items())]
        stamp = time.strftime("%H:%M:%S", time.localtime(record.created))
        line = f"{stamp} {record.levelname} {record.name}: {' '.join(' '.join(said).split())}"
        return f"{line}\n{record.exc_text}" if record.exc_text else line


def keep_logs_clean() -> None:
    """Have every record of this process, whichever library writes it, redacted before a handler gets it."""
    logging.setLogRecordFactory(CleanRecord)


def write_logs(level: Level, *, stream: TextIO | None = None) -> None:
    """Write the records of all libraries to a stream (standard error by default): text for a terminal, else JSON."""
    keep_logs_clean()
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(TextLines() if stream.isatty() else JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in ("httpx", "httpcore", "aiosqlite", "urllib3", "openai"):  # a line a request says what ours say already
        logging.getLogger(name).setLevel(max(logging.WARNING, getattr(logging, level.upper())))


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return what a record was given beside its message, redacted."""
    given = {name: value for name, value in vars(record).items() if name not in _STANDARD and not name.startswith("_")}
    cleaned: dict[str, Any] = _REDACTOR.values(given)
    return cleaned
