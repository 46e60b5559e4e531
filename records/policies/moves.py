"""Who may say that a child moved home, and for which authority the answer is given."""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models import Authority, Organisation
from accounts.policies import ALLOWED, Decision, can, deny, first_no, is_accredited
from accounts.roles import Permission
from records.models import ChildRecord, HouseMove

NOT_BETWEEN_US = deny(
    "move-not-ours",
    "Your authority is neither the one responsible for this child nor the one they moved to.",
    "Tell the responsible authority: its duty desk stands on the record.",
)
NO_TEAM_THERE = deny(
    "no-team-there",
    "Nobody here can answer for that authority yet.",
    "Ring it. Until it works with ContactPoint, responsibility stays where it is.",
)
OFFER_IT = deny(
    "responsibility-is-offered",
    "Responsibility for a child is handed over, not taken away.",
    "Record the move instead: the other authority accepts it, and until then nothing changes.",
)
NOT_ASKED = deny(
    "move-not-asked-by-us",
    "Your authority did not ask for this.",
    "Answer it, or wait until the other authority takes it back.",
)
ANSWER_NOT_YOURS = deny(
    "answer-not-yours",
    "That answer is not your authority\u2019s to give.",
    "Wait for the other authority, or ring its team.",
)


def can_record_move(acting: Acting, child: ChildRecord, to: Authority) -> Decision:
    """Whoever keeps records, for a child who leaves the own authority or comes into it; both
    authorities must be there to answer.
    """
    ours = acting.base.authority_id if acting.base else None
    between = {child.authority_id, to.pk}
    fits = child.authority_id is not None and ours in between and len(between) == 2
    return first_no(
        can(acting, Permission.AMEND_RECORD),
        ALLOWED if fits else NOT_BETWEEN_US,
        ALLOWED if all(has_team(code) for code in between) else NO_TEAM_THERE,
    )


def can_answer_move(acting: Acting, move: HouseMove) -> Decision:
    """The management team of the authority whose answer is awaited."""
    ours = acting.base.authority_id if acting.base else None
    return first_no(
        can(acting, Permission.ANSWER_MOVE),
        ALLOWED if ours == move.awaits_id else ANSWER_NOT_YOURS,
    )


def can_withdraw_move(acting: Acting, move: HouseMove) -> Decision:
    """Whoever keeps records for the authority that asked."""
    ours = acting.base.authority_id if acting.base else None
    asked = ours in {move.from_authority_id, move.to_authority_id} - {move.awaits_id}
    return first_no(can(acting, Permission.AMEND_RECORD), ALLOWED if asked else NOT_ASKED)


def can_amend_authority(acting: Acting, child: ChildRecord) -> Decision:
    """Naming an authority for a record that has none; one that has is handed over instead."""
    return first_no(
        can(acting, Permission.AMEND_RECORD), OFFER_IT if has_team(child.authority_id) else ALLOWED
    )


def has_team(code: str | None) -> bool:
    """Whether an authority works here: its organisation is open and accredited today."""
    organisation = Organisation.objects.open().filter(authority=code).first() if code else None
    return organisation is not None and is_accredited(organisation)
