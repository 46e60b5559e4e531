"""Children, services and involvements for tests. Rows are made directly, search rows with them.

`child("Aoife", "Ní Bhriain", born="2015-03-14")` is a record that can be searched for.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import factory
from django.db import transaction
from django.utils import timezone

from records.models import (
    Address,
    BirthDate,
    Carer,
    ChildName,
    ChildRecord,
    Identifier,
    Involvement,
    Practice,
    PracticeRegistration,
    School,
    SchoolPlace,
    Service,
    ServiceKind,
)
from records.search import index_children


class ChildRecordFactory(factory.django.DjangoModelFactory[ChildRecord]):
    class Meta:
        model = ChildRecord

    sex = "N"
    is_invented = True


class SchoolFactory(factory.django.DjangoModelFactory[School]):
    class Meta:
        model = School

    urn = factory.Sequence(lambda n: f"{900000 + n}")
    name = factory.Sequence(lambda n: f"Invented School {n}")
    phone = "01632 960 200"
    is_invented = True


class PracticeFactory(factory.django.DjangoModelFactory[Practice]):
    class Meta:
        model = Practice

    ods_code = factory.Sequence(lambda n: f"Y{90000 + n}")
    name = factory.Sequence(lambda n: f"Invented Practice {n}")
    is_invented = True


class ServiceFactory(factory.django.DjangoModelFactory[Service]):
    class Meta:
        model = Service

    name = factory.Sequence(lambda n: f"Invented health visiting {n}")
    kind = ServiceKind.HEALTH_VISITING
    phone = "01632 960 300"
    email = "team@service.example"
    is_invented = True


class InvolvementFactory(factory.django.DjangoModelFactory[Involvement]):
    class Meta:
        model = Involvement

    service = factory.SubFactory(ServiceFactory)
    contact_name = "Pat Visitor"
    contact_phone = "01632 960 301"
    started_on = factory.LazyFunction(timezone.localdate)
    last_confirmed_on = factory.LazyFunction(timezone.localdate)


def child(
    given: str = "Aoife",
    family: str = "Brennan",
    born: str | None = "2015-03-14",
    *,
    postcode: str = "",
    carer: str = "",
    nhs_number: str = "",
    **record: Any,
) -> ChildRecord:
    """A record with a current name and whatever else is said, indexed for searching."""
    made: ChildRecord = ChildRecordFactory.create(**record)
    with transaction.atomic():
        ChildName.objects.create(child=made, use="current", given_name=given, family_name=family)
        if born:
            day = date.fromisoformat(born)
            BirthDate.objects.create(child=made, born_on=day, born_year=day.year)
        if postcode:
            Address.objects.create(
                child=made, line_1="1 Invented Road", town="Testham", postcode=postcode
            )
        if carer:
            Carer.objects.create(child=made, name=carer, phone="01632 960 400")
        if nhs_number:
            Identifier.objects.create(child=made, scheme="nhs_number", value=nhs_number)
        index_children([made.pk])
    return made


def place_at_school(made: ChildRecord, **facts: Any) -> SchoolPlace:
    """A live place at an invented school."""
    facts["school"] = facts.get("school") or SchoolFactory()
    return SchoolPlace.objects.create(child=made, **facts)


def register(made: ChildRecord, **facts: Any) -> PracticeRegistration:
    """A live registration with an invented practice."""
    facts["practice"] = facts.get("practice") or PracticeFactory()
    return PracticeRegistration.objects.create(child=made, **facts)
