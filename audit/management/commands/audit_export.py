"""`manage.py audit_export`: the ledger's events of a period as a file, one JSON line an event."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, transaction
from django.utils import timezone

from accounts.commands import acting_by_command, add_operator_arguments
from accounts.policies import require_permission
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.leaf import LEAF_TEXT
from audit.ledger.writer import append
from audit.trail.formats import ExportFormat, line_of

_EVENTS = f"""
    SELECT {LEAF_TEXT} FROM public.audit_event e
     WHERE e.recorded_at >= %s AND e.recorded_at < %s ORDER BY e.recorded_at, e.id
"""  # noqa: S608  constants only


class Command(BaseCommand):
    help = "Writes the events of a period, both days included, in a format other systems read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=[*ExportFormat], default=ExportFormat.JSONL.value)
        parser.add_argument("--from", dest="day_from", type=date.fromisoformat, required=True)
        parser.add_argument("--to", dest="day_to", type=date.fromisoformat, required=True)
        parser.add_argument("--out", type=Path, required=True, help="a new file")
        add_operator_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        first, last = options["day_from"], options["day_to"]
        if first > last:
            raise CommandError("--to must be the same day as --from or later.")
        with acting_by_command(options, "audit_export", Permission.READ_WHOLE_TRAIL) as by:
            require_permission(by, Permission.READ_WHOLE_TRAIL)
            # Committed first: if it cannot be written, nothing is read.
            with transaction.atomic(durable=True):
                append(
                    EventType.AUDIT_EXPORTED,
                    actor=by.actor,
                    detail={
                        "format": options["format"],
                        "day_from": first.isoformat(),
                        "day_to": last.isoformat(),
                    },
                    payload=options["reason"] or None,
                )
            written = _write(options["out"], ExportFormat(options["format"]), first, last)
        self.stdout.write(f"{written} events written to {options['out']}.")


def _write(path: Path, wanted: ExportFormat, first: date, last: date) -> int:
    written = 0
    try:
        with path.open("x", encoding="utf-8") as file:
            path.chmod(0o600)
            for text in _texts(first, last):
                file.write(line_of(text, wanted) + "\n")
                written += 1
    except OSError as problem:
        raise CommandError(f"{path} cannot be written: {problem.strerror}.") from None
    return written


def _texts(first: date, last: date) -> Iterator[str]:
    """The canonical texts, through a cursor of the server: memory does not grow with the period."""
    connection = connections["auditor"]
    with (
        transaction.atomic(using="auditor"),
        connection.chunked_cursor() as cursor,
    ):
        cursor.execute(_EVENTS, [_midnight(first), _midnight(last + timedelta(days=1))])
        for (text,) in cursor:
            yield text


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
