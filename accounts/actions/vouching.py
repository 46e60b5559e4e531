"""Putting on file what only somebody else can say about a person: who they are, that their
criminal-record check is clear, that they passed the training.
"""

from __future__ import annotations

import calendar
from datetime import date

from django.db import transaction
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.models import (
    CourseVersion,
    CriminalRecordCheck,
    IdentityCheck,
    TrainingResult,
    User,
)
from accounts.policies import (
    can_vouch,
    can_withdraw_identity,
    deny,
    first_no,
    has_happened,
    require,
)
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append

CHECK_COUNTS_FOR_MONTHS = 36  # three-yearly: ContactPoint's own rule for its users

ALREADY_CONFIRMED = deny(
    "identity-already-confirmed",
    "Somebody has confirmed already who this person is.",
    "Look at the person's page: it says who did, how and when.",
)


def confirm_identity(*, user: User, how: str, checked_on: date, by: Acting) -> IdentityCheck:
    """A team member says that they saw, on `checked_on`, that the holder is the person named.

    `how` is one of `IdentityCheck.How`. Once per account: who comes second is told. Raises
    `Refused`.
    """
    with transaction.atomic():
        checks = _locked(user).identity_checks
        _require_vouching(user, checked_on, is_first=not checks.exists(), by=by)
        if checks.filter(withdrawn_at__isnull=True).exists():
            require(ALREADY_CONFIRMED, target_type="user", target_id=user.pk)
        check = IdentityCheck.objects.create(
            user=user, how=how, checked_on=checked_on, confirmed_by=by.user
        )
        _tell(EventType.ACCOUNT_IDENTITY_CONFIRMED, user, {"kind": check.how}, by)
    return check


def withdraw_identity(*, user: User, reason: str, by: Acting) -> bool:
    """Takes a wrong confirmation back: the account is shut at its next request, until somebody
    confirms anew. With a fresh factor. False when there was none (any more). Raises `Refused`.
    """
    require(
        can_withdraw_identity(by, user),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=user.pk,
    )
    with transaction.atomic():
        standing = IdentityCheck.objects.filter(user=user, withdrawn_at__isnull=True)
        withdrawn = standing.update(
            withdrawn_at=Now(), withdrawn_by=by.user, withdrawal_reason=reason
        )
        if withdrawn:
            append(
                EventType.ACCOUNT_IDENTITY_WITHDRAWN,
                actor=by.actor,
                target_type="user",
                target_id=user.pk,
                payload=reason,
            )
    return bool(withdrawn)


def record_check(*, user: User, checked_on: date, finding: str, by: Acting) -> CriminalRecordCheck:
    """Date and outcome of a criminal-record check; the newest record counts, for three years.

    `finding` is one of `CriminalRecordCheck.Finding`; one that is not clear shuts the account out
    at its next request. Raises `Refused`.
    """
    is_clear = finding == CriminalRecordCheck.Finding.CLEAR
    until = months_after(checked_on, CHECK_COUNTS_FOR_MONTHS) if is_clear else None
    with transaction.atomic():
        _require_vouching(
            user, checked_on, is_first=not _locked(user).record_checks.exists(), by=by
        )
        check = CriminalRecordCheck.objects.create(
            user=user,
            checked_on=checked_on,
            finding=finding,
            valid_until=until,
            recorded_by=by.user,
        )
        detail: dict[str, object] = {"status": check.finding}
        if until is not None:
            detail["valid_until"] = until.isoformat()
        _tell(EventType.CHECK_RECORDED, user, detail, by)
    return check


def record_training(*, user: User, version: CourseVersion, passed_on: date, by: Acting) -> bool:
    """The person passed this version of the course on that day; it counts for as long as it says.

    False when just that is on file already: no second event. Raises `Refused`.
    """
    with transaction.atomic():
        results = _locked(user).training_results
        _require_vouching(user, passed_on, is_first=not results.exists(), by=by)
        if results.filter(version=version, passed_on=passed_on).exists():
            return False
        result = TrainingResult.objects.create(
            user=user,
            version=version,
            passed_on=passed_on,
            valid_until=months_after(passed_on, version.valid_months),
            recorded_by=by.user,
        )
        detail = {"version": version.number, "valid_until": result.valid_until.isoformat()}
        _tell(EventType.TRAINING_RECORDED, user, detail, by)
    return True


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last one."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _locked(user: User) -> User:
    """The account's row, locked: of two people who put the same on file, the second one waits."""
    locked: User = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    return locked


def _require_vouching(user: User, day: date, *, is_first: bool, by: Acting) -> None:
    require(
        first_no(can_vouch(by, user, is_first=is_first), has_happened(day)),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=user.pk,
    )


def _tell(event: EventType, user: User, detail: dict[str, object], by: Acting) -> None:
    append(event, actor=by.actor, target_type="user", target_id=user.pk, detail=detail)
