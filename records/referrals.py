"""Reading referrals: what waits at an organisation, and the ones whose child is not named yet.

Receiving, answering and passing on are actions (`records.actions.referrals`). Nothing here names a
child: the record does, when it is opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.acting import Acting
from accounts.encryption import decrypt
from accounts.policies import can
from accounts.roles import Permission
from records.models import Answer, Channel, Referral
from records.models.referrals import ReferralQuerySet

MOST = 200  # of a list; older ones wait first
MOST_BUTTONS = 5


@dataclass(frozen=True, slots=True)
class ReferralView:
    """A referral as its team sees it."""

    key: UUID
    team: str
    organisation: str
    sender: str
    sender_phone: str
    channel: str
    reference: str
    came_at: datetime
    recorded_at: datetime
    recorded_by: str
    child_key: UUID | None
    answer: str
    answered_at: datetime | None
    answered_by: str
    passed_from: str


def referrals_at(by: Acting) -> list[ReferralView]:
    """What waits for an answer at the organisation acted for, the longest waiting first."""
    waiting = Referral.objects.open().filter(organisation=by.organisation)
    return [_shown(referral) for referral in _whole(waiting)[:MOST]]


def answered_at(by: Acting) -> list[ReferralView]:
    """The last ones that were answered there, newest first."""
    answered = Referral.objects.filter(organisation=by.organisation, answered_at__isnull=False)
    return [_shown(referral) for referral in _whole(answered).order_by("-answered_at")[:20]]


def shown_referral(referral: Referral) -> ReferralView:
    """One of them with all that a page shows."""
    return _shown(_whole(Referral.objects.filter(pk=referral.pk)).get())


def without_child(by: Acting) -> list[ReferralView]:
    """Open ones that came before their child was found: offered where a record is open."""
    if not can(by, Permission.RECEIVE_REFERRAL).allowed:
        return []
    waiting = Referral.objects.open().filter(organisation=by.organisation, child__isnull=True)
    return [_shown(referral) for referral in _whole(waiting).order_by("-came_at")[:MOST_BUTTONS]]


def _whole(rows: ReferralQuerySet) -> ReferralQuerySet:
    return rows.select_related(
        "team",
        "organisation",
        "child",
        "recorded_by",
        "answered_by",
        "passed_from__organisation",
    )


def _shown(referral: Referral) -> ReferralView:
    recorder, answerer, before = referral.recorded_by, referral.answered_by, referral.passed_from
    return ReferralView(
        key=referral.key,
        team=referral.team.name if referral.team else "",
        organisation=referral.organisation.name,
        sender=referral.sender,
        sender_phone=referral.sender_phone,
        channel=Channel(referral.channel).label,
        reference=decrypt(referral.reference) if referral.reference else "",
        came_at=referral.came_at,
        recorded_at=referral.recorded_at,
        recorded_by=recorder.full_name if recorder else f"the feed {referral.source}",
        child_key=referral.child.key if referral.child else None,
        answer=Answer(referral.answer).label if referral.answer else "",
        answered_at=referral.answered_at,
        answered_by=answerer.full_name if answerer else "",
        passed_from=before.organisation.name if before else "",
    )
