"""What an operator log line may say of an error: its type and places, never its words.

The text of an exception can quote what a person typed or a row held (PostgreSQL's DETAIL does).
"""

import traceback
from types import TracebackType
from typing import Any

from structlog.typing import EventDict, WrappedLogger

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def error_without_words(logger: WrappedLogger, name: str, event_dict: EventDict) -> EventDict:
    """A structlog processor: `error` (a type) and `at` (file, line, function) for `exc_info`.

    It stands where `format_exc_info` would, and drops what django-structlog says of the exception.
    """
    event_dict.pop("exception", None)
    error = _exc_info(event_dict.pop("exc_info", None))
    if error is not None:
        if event_dict.get("logger") == "celery.app.trace":  # repeats the error's words
            event_dict.update(event="task_failed", task=event_dict["_record"].data["name"])
        event_dict["error"] = error[0].__qualname__
        event_dict["at"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error[2])
        ]
    return event_dict


def _exc_info(given: Any) -> ExcInfo | None:
    if isinstance(given, BaseException):
        return type(given), given, given.__traceback__
    return given if isinstance(given, tuple) and given[0] is not None else None
