"""Amending one part of a record: the old value stays with its end, the search row follows.

One event `record.amended` each, naming the fields, never their values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.acting import Acting
from accounts.models import Authority
from accounts.policies import require, require_permission
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.identifiers import Recognised
from records.models import (
    Address,
    BirthDate,
    Carer,
    ChildName,
    ChildRecord,
    Identifier,
    NameUse,
    Practice,
    PracticeRegistration,
    School,
    SchoolPlace,
    Sex,
)
from records.particulars import AddressParts, CarerParts, NameParts, day_of
from records.policies import can_amend_authority
from records.search import TypedDate, index_children


def amend_name(
    *, child: ChildRecord, name: NameParts, previous_use: NameUse = NameUse.FORMER, by: Acting
) -> None:
    """Gives a child another current name; the one before stays as `previous_use`.

    Raises `Refused`.
    """

    def change() -> None:
        current = ChildName.objects.filter(child=child, use=NameUse.CURRENT)
        current.update(use=previous_use, ended_on=timezone.localdate())
        ChildName.objects.create(
            child=child,
            use=NameUse.CURRENT,
            given_name=name.given_name,
            other_given_names=name.other_given_names,
            family_name=name.family_name,
        )

    _amend(child, "name", change, by)


def amend_birth_date(*, child: ChildRecord, born: TypedDate, by: Acting) -> None:
    """Corrects the date of birth; the one before stays, no longer current. Raises `Refused`."""

    def change() -> None:
        BirthDate.objects.filter(child=child, is_current=True).update(is_current=False)
        BirthDate.objects.create(child=child, born_on=day_of(born), born_year=born.year)

    _amend(child, "date_of_birth", change, by)


def amend_sex(*, child: ChildRecord, sex: Sex, by: Acting) -> None:
    """Corrects the sex. Raises `Refused`."""

    def change() -> None:
        ChildRecord.objects.filter(pk=child.pk).update(sex=sex)

    _amend(child, "sex", change, by)


def amend_authority(*, child: ChildRecord, authority: Authority, by: Acting) -> None:
    """Names the responsible authority where none that works here is named; the event names both.

    Raises `Refused`: from one such authority to another responsibility goes by `record_move`.
    """
    require(
        can_amend_authority(by, child),
        permission=Permission.AMEND_RECORD,
        target_type="child_record",
        target_id=child.pk,
    )

    def change() -> None:
        ChildRecord.objects.filter(pk=child.pk).update(authority=authority)

    codes = {"from": child.authority_id or "", "to": authority.pk}
    _amend(child, "authority", change, by, codes)


def amend_address(
    *, child: ChildRecord, address: AddressParts, is_additional: bool = False, by: Acting
) -> None:
    """Records a move, or with `is_additional` a second home. Raises `Refused`."""
    today = timezone.localdate()

    def change() -> None:
        if not is_additional:
            Address.objects.filter(child=child, valid_until__isnull=True).update(valid_until=today)
        Address.objects.create(
            child=child,
            kind=address.kind,
            line_1=address.line_1,
            line_2=address.line_2,
            town=address.town,
            postcode=address.postcode,
            valid_from=today,
        )

    _amend(child, "address", change, by)


def amend_carers(
    *, child: ChildRecord, carer: CarerParts, is_additional: bool = False, by: Acting
) -> None:
    """Records who cares for the child, instead of or beside those known. Raises `Refused`."""

    def change() -> None:
        if not is_additional:
            Carer.objects.filter(child=child, ended_on__isnull=True).update(
                ended_on=timezone.localdate()
            )
        Carer.objects.create(child=child, name=carer.name, phone=carer.phone)

    _amend(child, "carer", change, by)


def amend_school(*, child: ChildRecord, school: School, by: Acting) -> None:
    """Records a change of school. Raises `Refused`."""
    today = timezone.localdate()

    def change() -> None:
        live = SchoolPlace.objects.filter(child=child, ended_on__isnull=True)
        live.update(ended_on=today)
        SchoolPlace.objects.create(child=child, school=school, started_on=today)

    _amend(child, "school", change, by)


def amend_practice(*, child: ChildRecord, practice: Practice, by: Acting) -> None:
    """Records a registration with another general practice. Raises `Refused`."""
    today = timezone.localdate()

    def change() -> None:
        live = PracticeRegistration.objects.filter(child=child, ended_on__isnull=True)
        live.update(ended_on=today)
        PracticeRegistration.objects.create(child=child, practice=practice, started_on=today)

    _amend(child, "practice", change, by)


def add_identifier(*, child: ChildRecord, identifier: Recognised, by: Acting) -> bool:
    """Records one more identifier. False, and no event, when it is recorded. Raises `Refused`."""
    wanted = Identifier.objects.filter(
        child=child, scheme=identifier.scheme, value=identifier.value, ended_on__isnull=True
    )

    def change() -> None:
        Identifier.objects.create(child=child, scheme=identifier.scheme, value=identifier.value)

    return _amend(child, "identifier", change, by, unless=wanted.exists)


def end_identifier(*, child: ChildRecord, identifier_id: int, by: Acting) -> bool:
    """Ends a wrong identifier: it stays, and finds the child no more.

    False, and no event, when it had ended or is not this child's. Raises `Refused`.
    """
    live = Identifier.objects.filter(pk=identifier_id, child=child, ended_on__isnull=True)

    def change() -> None:
        live.update(ended_on=timezone.localdate())

    return _amend(child, "identifier", change, by, unless=lambda: not live.exists())


def _amend(
    child: ChildRecord,
    field: str,
    change: Callable[[], object],
    by: Acting,
    codes: Mapping[str, str] | None = None,
    *,
    unless: Callable[[], bool] = lambda: False,
) -> bool:
    """What every amendment has around it; False when, under the record's lock, `unless` holds."""
    require_permission(by, Permission.AMEND_RECORD, target_type="child_record", target_id=child.pk)
    with transaction.atomic():
        ChildRecord.objects.select_for_update(no_key=True).get(pk=child.pk)
        if unless():
            return False
        change()
        ChildRecord.objects.filter(pk=child.pk).update(amended_at=Now())
        index_children([child.pk])
        append(
            EventType.RECORD_AMENDED,
            actor=by.actor,
            target_type="child_record",
            target_id=child.pk,
            child_authority=child.authority_id,
            detail={"fields": [field], **(codes or {})},
        )
    return True
