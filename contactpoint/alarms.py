"""What somebody on call must know: each alarm in words, with what to do. Shown by the health
endpoint and by `make doctor`; nothing is mended here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from audit.ledger.heartbeat import last_heard
from audit.ledger.partitions import LEAST_MONTHS_AHEAD, months_ahead
from audit.ledger.state import LedgerState, ledger_state

UNSEALED = timedelta(seconds=60)
UNWITNESSED = timedelta(minutes=15)
UNVERIFIED = timedelta(hours=36)
SILENT = timedelta(minutes=5)

LISTENED_TO = {
    "sealer": "the sealer",
    "worker": "the worker or beat",
    "scan": "the scan for unusual looks",
}


@dataclass(frozen=True)
class Alarm:
    """`code` for machines; `words` and `remedy` for people."""

    code: str
    words: str
    remedy: str


def alarms() -> list[Alarm]:
    """Everything that is wrong now; empty is good. Raises what the database or cache raises."""
    now = timezone.now()
    return [*_sealing(ledger_state(), now), *_partitions(), *_silence(now)]


def _sealing(state: LedgerState, now: datetime) -> Iterator[Alarm]:
    if _older(state.unsealed_since, UNSEALED, now):
        yield Alarm(
            "unsealed",
            f"Events of {state.unsealed_since:%d %b %H:%M} are not sealed yet.",
            "Look at the sealer's log: is its process up, its key readable, its role allowed in?",
        )
    if _older(state.unwitnessed_since, UNWITNESSED, now):
        yield Alarm(
            "unwitnessed",
            f"No witness has signed anything since {state.unwitnessed_since:%d %b %H:%M}.",
            "Is the witness reachable? If it refuses, verify at once: docs/runbooks/witness.md.",
        )
    if state.verified_reason == "tampered":
        yield Alarm(
            "verifier-finding",
            "The last verification found that the ledger was tampered with.",
            "Keep the machine as it is and follow docs/runbooks/ledger-findings.md.",
        )
    if _older(state.verified_at or state.sealing_since, UNVERIFIED, now):
        yield Alarm(
            "unverified",
            "The ledger has not been verified for a day and a half.",
            "Run ./manage.py audit_verify, and see why the verifier's queue stands still.",
        )


def _partitions() -> Iterator[Alarm]:
    ahead = months_ahead()
    if ahead < LEAST_MONTHS_AHEAD:
        yield Alarm(
            "partitions",
            f"The ledger's partitions reach only {max(ahead, 0)} months ahead.",
            "Run ./manage.py audit_partitions. When they end, nothing is disclosed any more.",
        )


def _silence(now: datetime) -> Iterator[Alarm]:
    for name, words in LISTENED_TO.items():
        if not _newer(last_heard(name), SILENT, now):
            yield Alarm(
                f"{name}-silent",
                f"Nothing has been heard of {words} for five minutes.",
                "Is its process up, and can it reach the broker?",
            )


def _older(moment: datetime | None, age: timedelta, now: datetime) -> bool:
    return moment is not None and now - moment > age


def _newer(moment: datetime | None, age: timedelta, now: datetime) -> bool:
    return moment is not None and now - moment <= age
