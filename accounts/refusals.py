"""How a refusal is written down: one `access.denied` event in a transaction of its own, whoever was
refused and wherever.

Used by the middleware for requests and by `commands.py` for commands. Deciding is
`policies.py`'s business.
"""

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
