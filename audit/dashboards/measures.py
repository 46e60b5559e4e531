"""What is counted: each measure with its definition in words and the events it adds up."""

from __future__ import annotations

from dataclasses import dataclass

from audit.ledger.events import EventType as E
from audit.ledger.events import Outcome


@dataclass(frozen=True, slots=True)
class Measure:
    """One count. `outcomes` empty: however it ended. `group` and `outcome` open the list behind it
    in the audit trail. `by_base` is false where the actor is a job, which has no authority.
    """

    code: str
    label: str
    definition: str
    events: tuple[E, ...]
    group: str
    outcomes: tuple[Outcome, ...] = (Outcome.SUCCESS,)
    by_base: bool = True

    def counts(self, action: str, outcome: str) -> bool:
        """Whether an event of this kind and outcome belongs to it."""
        return action in self.events and (not self.outcomes or outcome in self.outcomes)


MEASURES = (
    Measure(
        "searches",
        "Searches",
        "Searches that were answered, however many children were shown. The same search shown again"
        " counts again.",
        (E.SEARCH_PERFORMED,),
        "searches",
    ),
    Measure(
        "openings",
        "Records opened",
        "Child records shown on a page, each time they were shown.",
        (E.RECORD_VIEWED,),
        "records",
    ),
    Measure(
        "refusals",
        "Refusals",
        "Searches and pages that were refused, for whatever reason.",
        (E.ACCESS_DENIED, E.SEARCH_REFUSED, E.SEARCH_LIMITED),
        "refusals",
        outcomes=(),
    ),
    Measure(
        "prints",
        "Contact slips printed",
        "Contact slips that were printed. Nothing else of a record leaves the system on paper.",
        (E.RECORD_PRINTED,),
        "records",
    ),
    Measure(
        "shields",
        "Records shielded",
        "Records that became shielded, provisionally or by decision.",
        (E.RECORD_SHIELDED,),
        "shields",
    ),
    Measure(
        "overrides",
        "Shields overridden",
        "Shielded records that one person opened in spite of the shield. Each is reviewed.",
        (E.SHIELD_OVERRIDDEN,),
        "shields",
    ),
    Measure(
        "alerts",
        "Alerts",
        "Alerts about unusual use of an account, new ones only.",
        (E.ALERT_RAISED,),
        "watching",
        by_base=False,
    ),
    Measure(
        "suspensions",
        "Accounts suspended",
        "Accounts suspended, by a person or by the published rules.",
        (E.ACCOUNT_SUSPENDED,),
        "accounts",
        by_base=False,
    ),
)
BY_CODE = {measure.code: measure for measure in MEASURES}
BY_BASE = tuple(measure for measure in MEASURES if measure.by_base)
COUNTED = sorted({event.value for measure in MEASURES for event in measure.events})
