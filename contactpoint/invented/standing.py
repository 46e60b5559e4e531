"""Keeps the invented people in full standing, by the actions that real ones go through; only what
is missing is done, so a demonstration that is started again after a year still works.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from accounts.acting import Acting, operator, person
from accounts.actions import accept_agreement, confirm_identity, record_check, record_training
from accounts.conditions import missing
from accounts.models import (
    AgreementVersion,
    CourseVersion,
    CriminalRecordCheck,
    IdentityCheck,
    RoleGrant,
    User,
)
from accounts.models.users import AccountStatus
from accounts.roles import Role


def complete(user: User, by: Acting) -> None:
    """Does what `user` lacks and can be done for an invented person; a stopped account stays so."""
    if user.status != AccountStatus.ACTIVE:
        return
    for condition in missing(user):
        step = STEPS.get(condition.code)
        if step is not None:
            step(user, _voucher(user, by))


def _voucher(user: User, by: Acting) -> Acting:
    """Another invented member of the central team in full standing; before there is one, the demo
    operator.
    """
    grants = RoleGrant.objects.in_standing().with_standing().exclude(user=user)
    grant = grants.filter(
        permission__codename=Role.CENTRAL_TEAM.value, user__is_invented=True
    ).first()
    return by if grant is None else operator(grant.user, grant, "seed_demo")


def _identity(user: User, by: Acting) -> None:
    today = timezone.localdate()
    confirm_identity(user=user, how=IdentityCheck.How.IN_PERSON, checked_on=today, by=by)


def _check(user: User, by: Acting) -> None:
    clear, today = CriminalRecordCheck.Finding.CLEAR, timezone.localdate()
    record_check(user=user, checked_on=today, finding=clear, by=by)


def _training(user: User, by: Acting) -> None:
    newest, today = CourseVersion.objects.current(), timezone.localdate()
    record_training(user=user, version=newest, passed_on=today, by=by)


def _agreement(user: User, by: Acting) -> None:
    """Nobody accepts for somebody else: the person does, whoever `by` is."""
    accept_agreement(number=AgreementVersion.objects.current().number, by=person(user, None))


STEPS: dict[str, Callable[[User, Acting], None]] = {
    "identity-not-confirmed": _identity,
    "record-check-missing": _check,
    "training-missing": _training,
    "agreement-not-accepted": _agreement,
}
