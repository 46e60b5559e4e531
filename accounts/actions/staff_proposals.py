"""What a staff feed proposes, and the team's answer: joiners are invited, movers' posts settled."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models.functions import Now

from accounts.acting import Acting, job
from accounts.actions.invitations import Invited, invite_person
from accounts.actions.people import move_person
from accounts.actions.roles import end_grants
from accounts.models import (
    Organisation,
    OrganisationIdentifier,
    RoleGrant,
    StaffLink,
    StaffProposal,
    User,
)
from accounts.models.staffing import ProposalKind, ProposalState
from accounts.models.users import AccountStatus
from accounts.policies import can_answer_proposal, deny, require
from accounts.roles import Permission
from accounts.staffing import Reject, StaffRow
from audit.ledger.events import EventType
from audit.ledger.writer import append

ANSWERED = deny(
    "proposal-answered",
    "Somebody else has answered this proposal already.",
    "Look at the list again; nothing more needs to be done.",
)
UNKNOWN_PLACE = (
    "unknown organisation",
    "Name an open organisation of the same management team; else ask the central team.",
)
WHY = "moved to another post, by the staff feed"


def propose_joiner(row: StaffRow, employer: Organisation, today: date) -> bool:
    """Proposes an invitation, once: an open or refused proposal stands. False if one did."""
    before = StaffProposal.objects.filter(
        employer=employer, staff_ref=row.staff_ref, kind=ProposalKind.JOINER
    )
    if before.exclude(state=ProposalState.ACCEPTED).exists():
        return False
    StaffProposal.objects.create(
        employer=employer,
        kind=ProposalKind.JOINER,
        staff_ref=row.staff_ref,
        email=row.email,
        given_name=row.given_name,
        family_name=row.family_name,
        job_title=row.job_title,
        work_phone=row.work_phone,
        line_manager_name=row.line_manager_name,
        line_manager_email=row.line_manager_email,
        department=row.department,
        effective_on=today,
    )
    return True


def propose_mover(row: StaffRow, link: StaffLink, today: date, *, by: Acting) -> bool | Reject:
    """Proposes the new post, once; when its day has come the old standing ends at once.

    False when the row says nothing new; a `Reject` when it names a place that cannot be.
    """
    to = _place(row, link)
    if row.moves_to and to is None:
        return Reject(row.line, "moves_to", *UNKNOWN_PLACE)
    elsewhere = to is not None and to.pk != link.employer_id
    if not elsewhere and row.department in ("", link.department):
        return False
    before = StaffProposal.objects.filter(kind=ProposalKind.MOVER, user=link.user)
    same = before.filter(department=row.department, to_employer=to)
    if before.open().exists() or same.filter(state=ProposalState.REFUSED).exists():
        return False
    proposal = StaffProposal.objects.create(
        employer=link.employer,
        kind=ProposalKind.MOVER,
        staff_ref=row.staff_ref,
        user=link.user,
        department=row.department,
        to_employer=to,
        effective_on=row.moves_on or today,
    )
    if proposal.effective_on <= today:
        _end_standing(proposal, by)
    return True


def _place(row: StaffRow, link: StaffLink) -> Organisation | None:
    """The organisation a mover goes to, of the same management team; None if there is none."""
    scheme, _, value = row.moves_to.partition(":")
    base = link.user.employer.base
    held = OrganisationIdentifier.objects.live().filter(scheme=scheme, value=value)
    place = Organisation.objects.open().managed_by(base.pk).filter(identifiers__in=held)
    found: Organisation | None = place.first()
    return found


def end_movers_standing() -> int:
    """Ends the old standing of everybody whose day of moving has come; may run any number of
    times. Returns how many moved.
    """
    by = job("accounts.end_movers_standing")
    ended = 0
    for proposal in StaffProposal.objects.movers_due():
        with transaction.atomic():
            ended += _end_standing(proposal, by)
    return ended


def _end_standing(proposal: StaffProposal, by: Acting) -> bool:
    """Claims the proposal first, so that of two that come at once one ends the roles."""
    waiting = StaffProposal.objects.open().filter(pk=proposal.pk, standing_ended_at__isnull=True)
    if not waiting.update(standing_ended_at=Now()):
        return False
    end_grants(RoleGrant.objects.filter(user=proposal.user), reason=WHY, by=by)
    return True


def accept_joiner(*, proposal: StaffProposal, by: Acting) -> Invited:
    """Makes the account with its invitation. Raises `Refused`, also when it was answered already,
    and `EmailTaken`.
    """
    _require(proposal, by)
    with transaction.atomic():
        _answer(proposal, ProposalState.ACCEPTED, by)
        invited = invite_person(
            email=proposal.email,
            given_name=proposal.given_name,
            family_name=proposal.family_name,
            work_phone=proposal.work_phone,
            line_manager_name=proposal.line_manager_name,
            line_manager_email=proposal.line_manager_email,
            employer=proposal.employer,
            job_title=proposal.job_title,
            home_authority=proposal.employer.base.authority,
            is_invented=proposal.employer.is_invented,
            by=by,
        )
        StaffLink.objects.create(
            user=invited.user,
            employer=proposal.employer,
            staff_ref=proposal.staff_ref,
            department=proposal.department,
        )
    return invited


def accept_mover(*, proposal: StaffProposal, by: Acting) -> None:
    """The new post is settled: employer and department change; roles are granted anew.

    Raises `Refused`, also when it was answered already.
    """
    _require(proposal, by)
    user = User.objects.select_related("employer__parent").get(pk=proposal.user_id or 0)
    with transaction.atomic():
        _end_standing(proposal, by)
        _answer(proposal, ProposalState.ACCEPTED, by)
        to = proposal.to_employer
        if to is not None and user.status != AccountStatus.CLOSED and to.pk != user.employer_id:
            move_person(user=user, employer=to, reason=WHY, code="staff-feed", by=by)
        StaffLink.objects.filter(user=user).update(department=proposal.department)


def refuse_proposal(*, proposal: StaffProposal, reason: str, by: Acting) -> None:
    """The feed is wrong, or the person needs no account; the same is not proposed again.

    A mover whose day had come has lost the old roles: they are granted anew. Raises `Refused`.
    """
    _require(proposal, by)
    with transaction.atomic():
        _answer(proposal, ProposalState.REFUSED, by, reason)


def _require(proposal: StaffProposal, by: Acting) -> None:
    require(
        can_answer_proposal(by, proposal),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="staff_proposal",
        target_id=proposal.pk,
    )


def _answer(proposal: StaffProposal, state: ProposalState, by: Acting, reason: str = "") -> None:
    """The conditional update: who comes second is told."""
    answered = (
        StaffProposal.objects.open()
        .filter(pk=proposal.pk)
        .update(state=state, decided_at=Now(), decided_by=by.user, refusal_reason=reason)
    )
    if not answered:
        require(ANSWERED, target_type="staff_proposal", target_id=proposal.pk)
    accepted = state is ProposalState.ACCEPTED
    append(
        EventType.FEED_PROPOSAL_ACCEPTED if accepted else EventType.FEED_PROPOSAL_REFUSED,
        actor=by.actor,
        target_type="staff_proposal",
        target_id=proposal.pk,
        detail={
            "source": "staff",
            "kind": proposal.kind,
            "organisation_id": proposal.employer_id,
            "user_id": proposal.user_id,
        },
        payload=reason or None,
    )
