"""Making a record by hand. Whether the child is there already was searched for before."""

from __future__ import annotations

from django.db import transaction

from accounts.acting import Acting
from accounts.policies import require_permission
from accounts.roles import Permission
from accounts.synthetic import is_synthetic
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.models import (
    Address,
    BirthDate,
    Carer,
    ChildName,
    ChildRecord,
    Identifier,
    NameUse,
)
from records.particulars import NewChild, day_of
from records.search import index_children


def create_record(*, new: NewChild, by: Acting) -> ChildRecord:
    """A new child record, the responsibility of the authority its maker works for, if any.

    Raises `Refused`.
    """
    require_permission(by, Permission.CREATE_RECORD)
    with transaction.atomic():
        child = ChildRecord.objects.create(
            sex=new.sex,
            authority_id=by.base.authority_id if by.base else None,
            is_invented=is_synthetic(),
        )
        _add_facts(child, new)
        index_children([child.pk])
        append(
            EventType.RECORD_CREATED,
            actor=by.actor,
            target_type="child_record",
            target_id=child.pk,
            child_authority=child.authority_id,
            detail={"fields": _fields(new)},
        )
    return child


def _add_facts(child: ChildRecord, new: NewChild) -> None:
    ChildName.objects.create(
        child=child,
        use=NameUse.CURRENT,
        given_name=new.name.given_name,
        other_given_names=new.name.other_given_names,
        family_name=new.name.family_name,
    )
    if new.born:
        BirthDate.objects.create(child=child, born_on=day_of(new.born), born_year=new.born.year)
    if new.address:
        _add_address(child, new)
    if new.carer:
        Carer.objects.create(child=child, name=new.carer.name, phone=new.carer.phone)
    if new.identifier:
        Identifier.objects.create(
            child=child, scheme=new.identifier.scheme, value=new.identifier.value
        )


def _add_address(child: ChildRecord, new: NewChild) -> None:
    assert new.address is not None  # noqa: S101  for the type checker: the caller has looked
    Address.objects.create(
        child=child,
        kind=new.address.kind,
        line_1=new.address.line_1,
        line_2=new.address.line_2,
        town=new.address.town,
        postcode=new.address.postcode,
    )


def _fields(new: NewChild) -> list[str]:
    given = {
        "name": new.name,
        "date_of_birth": new.born,
        "address": new.address,
        "carer": new.carer,
        "identifier": new.identifier,
    }
    return [name for name, value in given.items() if value]
