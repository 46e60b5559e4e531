"""Moving an employing organisation to another managing body: planned for a day, made on that day.

From then on the new body's team manages its people, and the old one's no longer does.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.acting import Acting, job
from accounts.actions.people import end_grants_across
from accounts.models import Organisation, OrganisationMove
from accounts.policies import (
    Decision,
    can_move,
    can_reshape,
    deny,
    first_no,
    fresh_factor,
    is_open,
    require,
)
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append

PLANNED_ALREADY = deny(
    "move-already-planned",
    "A move of this organisation is planned already.",
    "Look at the organisation again. Call that move off first if this one is right.",
)
OVER_ALREADY = deny(
    "move-over",
    "That move was made or called off already.",
    "Look at the organisation again; nothing more needs to be done.",
)


def plan_move(
    *, organisation: Organisation, to: Organisation, effective_on: date, reason: str, by: Acting
) -> OrganisationMove:
    """From the day `effective_on` (today: at once), `to` manages the accounts of this employer.

    Raises `Refused`: also when a move is planned already, or the day is past.
    """
    _require(
        first_no(
            can_reshape(by, organisation, to),
            can_move(organisation, to, effective_on),
            fresh_factor(by),
        ),
        organisation,
    )
    with transaction.atomic():
        row = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
        _require(first_no(is_open(row), can_move(row, to, effective_on)), row)
        if row.moves.planned().exists():
            _require(PLANNED_ALREADY, row)
        move = OrganisationMove.objects.create(
            organisation=row,
            from_body=row.base,
            to_body=to,
            effective_on=effective_on,
            reason=reason,
            decided_by=by.user,
        )
        _tell(row, to, "move-planned", reason, by, {"valid_from": effective_on.isoformat()})
        if effective_on <= timezone.localdate():
            _make(move, by)
    return move


def cancel_move(*, move: OrganisationMove, by: Acting) -> None:
    """Calls a planned move off. Raises `Refused`, also when it was made or called off already."""
    _require(can_reshape(by, move.organisation), move.organisation)
    with transaction.atomic():
        if not call_off(move, code="move-cancelled", by=by):
            _require(OVER_ALREADY, move.organisation)


def make_due_moves() -> int:
    """Makes every move whose day has come, each in its own transaction; may run any number of
    times. Returns how many were made.
    """
    by = job("accounts.make_due_moves")
    made = 0
    for move in OrganisationMove.objects.due().select_related("organisation", "to_body"):
        with transaction.atomic():
            made += _make(move, by)
    return made


def call_off(move: OrganisationMove, *, code: str, by: Acting) -> bool:
    """Ends the plan with its event, in the caller's transaction. False when somebody was first."""
    planned = OrganisationMove.objects.planned().filter(pk=move.pk)
    called_off = bool(planned.update(cancelled_at=Now()))
    if called_off:
        _tell(move.organisation, move.to_body, code, None, by, {})
    return called_off


def change_managing_body(
    organisation: Organisation, to: Organisation, *, reason: str, code: str, by: Acting
) -> None:
    """The change itself and its event, in the caller's transaction, which holds the row; the caller
    ends the roles that then reach across the border (`people.end_grants_across`).
    """
    before = organisation.base
    Organisation.objects.filter(pk=organisation.pk).update(parent=to)
    organisation.parent = to
    for move in organisation.moves.planned().filter(to_body=to):
        call_off(move, code=code, by=by)
    _tell(organisation, to, code, reason, by, {"from": str(before.pk), "to": str(to.pk)})


def _make(move: OrganisationMove, by: Acting) -> bool:
    """Claims the plan first: of two that come at once, one makes it. A body that was closed since
    takes nobody over: the plan is called off.
    """
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=move.organisation_id)
    if not (organisation.is_open and move.to_body.is_open):
        call_off(move, code="organisation-closed", by=by)
        return False
    if not OrganisationMove.objects.due().filter(pk=move.pk).update(made_at=Now()):
        return False
    change_managing_body(organisation, move.to_body, reason=move.reason, code="moved", by=by)
    end_grants_across(organisation, reason="the managing body changed", by=by)
    return True


def _require(decision: Decision, organisation: Organisation) -> None:
    require(
        decision,
        permission=Permission.ACCREDIT,
        target_type="organisation",
        target_id=organisation.pk,
    )


def _tell(
    organisation: Organisation,
    to: Organisation,
    code: str,
    reason: str | None,
    by: Acting,
    detail: dict[str, object],
) -> None:
    append(
        EventType.ORGANISATION_AMENDED,
        actor=by.actor,
        reason=code,
        target_type="organisation",
        target_id=organisation.pk,
        detail={"fields": ["managing_body"], "organisation_id": to.pk, **detail},
        payload=reason,
    )
