"""Reading back the events a test caused, all columns, even those not yet committed.

The weak roles may not read the ledger; in the test database alone, owner's functions do it for them
(`event_window.sql`). Use it through the fixture `events`.
"""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.db import connections

from audit.ledger.models import AuditEvent
from tests.audit.owner import owner_cursor

SQL = Path(__file__).with_name("event_window.sql")
COLUMNS = [field.attname for field in AuditEvent._meta.concrete_fields]


def install() -> None:
    """Makes the reading functions in the test database; may run twice."""
    with owner_cursor() as cursor:
        cursor.execute(SQL.read_text(encoding="utf-8"))


class EventWindow:
    """The events since a mark, as the connection of `using` sees them, its transaction included."""

    def __init__(self, using: str = "default") -> None:
        self.using = using
        self._mark = 0
        self.mark()

    def mark(self) -> int:
        """Forgets what was written so far; returns the newest event's id."""
        [[self._mark]] = self._rows("SELECT coalesce(max(id), 0) FROM public.audit_event")
        return self._mark

    def since_mark(self, using: str | None = None) -> list[SimpleNamespace]:
        """The events written since the mark, oldest first; `detail` and `facts` are parsed."""
        columns = ", ".join(COLUMNS)
        query = f"SELECT {columns} FROM test_tools.events_since(%s)"
        return [_event(row) for row in self._rows(query, self._mark, using=using)]

    def actions(self) -> list[str]:
        """The types of the events since the mark, in order."""
        return [event.action for event in self.since_mark()]

    def one(self, action: str) -> SimpleNamespace:
        """The only event of that type since the mark."""
        found = [event for event in self.since_mark() if event.action == action]
        assert len(found) == 1, f"{len(found)} events {action}; there are {self.actions()}"
        return found[0]

    def payloads(self) -> dict[int, str]:
        """The erasable texts written since the mark, by event id."""
        query = "SELECT event_id, body FROM test_tools.payloads_since(%s)"
        return dict(self._rows(query, self._mark))

    def _rows(self, query: str, *params: Any, using: str | None = None) -> list[Any]:
        with connections[using or self.using].cursor() as cursor:
            cursor.execute(query, params)
            return list(cursor.fetchall())


def _event(row: tuple[Any, ...]) -> SimpleNamespace:
    values = {
        name: bytes(value) if isinstance(value, memoryview) else value
        for name, value in zip(COLUMNS, row, strict=True)
    }
    values["detail"] = json.loads(values["detail"])
    values["facts"] = None if values["facts"] is None else json.loads(values["facts"])
    return SimpleNamespace(**values)
