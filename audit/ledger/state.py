"""How far sealing, witnessing and verifying have come. Any role may ask; no event is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connections


@dataclass(frozen=True)
class LedgerState:
    """Sizes in leaves; times are None for what never happened or is not outstanding."""

    size: int
    sealed_at: datetime | None
    sealing_since: datetime | None
    unsealed_since: datetime | None  # time of the oldest committed event that no seal has
    witnessed_size: int
    witnessed_at: datetime | None
    unwitnessed_since: datetime | None  # time of the oldest checkpoint that no witness signed
    verified_at: datetime | None
    verified_outcome: str | None
    verified_reason: str | None


def ledger_state(*, using: str = "default") -> LedgerState:
    """The state now, in one statement."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT * FROM public.audit_state()")
        return LedgerState(*cursor.fetchone())
