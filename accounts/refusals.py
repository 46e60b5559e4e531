"""How a refusal is written down: one `access.denied` event in a transaction of its own, whoever was
refused and wherever.

Used by the middleware for requests, by `commands.py` for commands and by tasks. Deciding is
`policies.py`'s business.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.acting import Acting
from accounts.policies import Refused
from audit.ledger.events import EventType, Outcome
from audit.ledger.writer import append


def record_refusal(acting: Acting, refused: Refused) -> None:
    """Appends the `access.denied` event of `refused`; the caller's own transaction has already been
    rolled back.
    """
    with transaction.atomic():
        append(
            EventType.ACCESS_DENIED,
            actor=acting.actor,
            outcome=Outcome.DENIED,
            reason=refused.decision.code,
            target_type=refused.target_type,
            target_id=refused.target_id,
            detail={"permission": refused.permission} if refused.permission else None,
        )


@contextmanager
def refusals_recorded(acting: Acting) -> Iterator[None]:
    """Around the work of a task: a `Refused` is recorded and raised on."""
    try:
        yield
    except Refused as refused:
        record_refusal(acting, refused)
        raise
