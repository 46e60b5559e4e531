"""The result of a verification as an event, so that it can be shown and cannot be forgotten."""

from __future__ import annotations

from django.db import connections, transaction

from audit.ledger import configured
from audit.ledger.actor import Actor, ActorKind
from audit.ledger.events import EventType, Outcome
from audit.ledger.verify import Report, Scope, Verdict, verify
from audit.ledger.writer import append

_LAST_GOOD = """
    SELECT coalesce((detail::jsonb ->> 'size')::bigint, 0) FROM public.audit_event
     WHERE action = 'audit.verified' AND outcome = 'success' ORDER BY id DESC LIMIT 1
"""
_OUTCOMES = {
    Verdict.GOOD: (Outcome.SUCCESS, None),
    Verdict.LATE: (Outcome.SUCCESS, "late"),
    Verdict.UNDECIDED: (Outcome.FAILURE, "undecided"),
    Verdict.TAMPERED: (Outcome.FAILURE, "tampered"),
}


def verify_and_record(*, since_last: bool) -> Report:
    """Verifies with the keys and notes of this installation, as the scheduled task does."""
    since = _last_verified() if since_last else 0
    report = verify(
        configured.public_keys(), notes=configured.notes_folder(), scope=Scope(since=since)
    )
    record(report, actor=Actor(kind=ActorKind.JOB, role="audit.verify"))
    return report


def record(report: Report, *, actor: Actor, using: str = "auditor") -> None:
    """The event `audit.verified` of a report: size, time taken, findings by kind."""
    outcome, reason = _OUTCOMES[report.verdict]
    found = [f"{code}:{number}" for code, number in report.by_code().items()]
    with transaction.atomic(using=using):
        append(
            EventType.AUDIT_VERIFIED,
            actor=actor,
            outcome=outcome,
            reason=reason,
            detail={
                "size": report.size,
                "rows": report.rows,
                "duration_ms": int(report.seconds * 1000),
                "findings": found,
            },
            using=using,
        )


def _last_verified() -> int:
    with connections["auditor"].cursor() as cursor:
        cursor.execute(_LAST_GOOD)
        row = cursor.fetchone()
    return int(row[0]) if row else 0
