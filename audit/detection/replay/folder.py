"""Reads a world's folder. What is not known of is passed over; an empty or odd cell is unknown."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

AHEAD = timedelta(minutes=5)  # a clock that is further ahead than this is not believed


class BadFolder(Exception):
    """The folder is not a world; says which file, which line and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log."""

    number: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    organisation: str
    role: str
    on_behalf_of: str
    action: str
    criteria: dict[str, str]
    result_count: int | None
    record: str
    reason: str
    text: str
    network: str
    session: str


@dataclass(frozen=True)
class Folder:
    """A world on disk."""

    path: Path

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of a table; none when there is no such file."""
        path = self.path / "tables" / f"{name}.csv"
        if not path.exists():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            return [
                {key: (value or "").strip() for key, value in row.items() if key}
                for row in csv.DictReader(file)
            ]

    def lines(self) -> Iterator[Line]:
        """The log in the order of arrival, each event once. Raises BadFolder."""
        path = self.path / "events.jsonl"
        if not path.exists():
            raise BadFolder(f"{path} is missing. --input names a folder with events.jsonl.")
        seen: set[str] = set()
        with path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, start=1):
                if not text.strip():
                    continue
                try:
                    line = _line(json.loads(text))
                except (ValueError, KeyError, TypeError) as error:
                    raise BadFolder(
                        f"{path}, line {number}: {error!r}. Each line is one event in JSON with"
                        " event_id, occurred_at, recorded_at, actor_id and action."
                    ) from None
                if line.number not in seen:
                    seen.add(line.number)
                    yield line


def _line(said: dict[str, Any]) -> Line:
    recorded = moment(said["recorded_at"])
    occurred = moment(said.get("occurred_at") or said["recorded_at"])
    if recorded is None or occurred is None:
        raise ValueError("recorded_at is no moment")
    if occurred > recorded + AHEAD:
        occurred = recorded
    criteria = said.get("criteria") or {}
    count = said.get("result_count")
    return Line(
        number=str(said["event_id"]),
        occurred_at=occurred,
        recorded_at=recorded,
        actor=str(said["actor_id"]),
        organisation=str(said.get("actor_org") or ""),
        role=str(said.get("actor_role") or ""),
        on_behalf_of=str(said.get("on_behalf_of") or ""),
        action=str(said["action"]),
        criteria={str(k): str(v) for k, v in criteria.items() if v not in ("", None)},
        result_count=count if isinstance(count, int) else None,
        record=str(said.get("record_id") or ""),
        reason=str(said.get("reason_code") or ""),
        text=str(said.get("reason_text") or ""),
        network=str(said.get("source_network") or ""),
        session=str(said.get("session_id") or ""),
    )


def moment(text: str) -> datetime | None:
    """A moment in UTC; None for an empty or odd cell."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def day(text: str) -> date | None:
    """A day; None for an empty or odd cell."""
    found = moment(text)
    return found.date() if found else None


def number(text: str) -> float | None:
    """A number; None for an empty or odd cell."""
    try:
        return float(text)
    except ValueError:
        return None
