"""What a child record may never be is refused by the database itself, whoever asks."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from records.births import birth_bounds
from records.identifiers import (
    UPN_LETTERS,
    MistypedIdentifier,
    nhs_number_is_valid,
    recognise,
    upn_is_valid,
)
from records.models import (
    Address,
    BirthDate,
    Carer,
    ChildName,
    ChildRecord,
    FieldDispute,
    Identifier,
    PracticeRegistration,
    SchoolPlace,
    SourceLink,
)
from records.models.requests import SearchRequest
from tests.factories.accounts import UserFactory
from tests.factories.records import (
    ChildRecordFactory,
    InvolvementFactory,
    PracticeFactory,
    SchoolFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return ChildRecordFactory()


def refused(match=""):
    return pytest.raises(IntegrityError, match=match)


def born(made, day, **facts):
    return BirthDate.objects.create(child=made, born_on=day, born_year=day.year, **facts)


def test_the_first_day_of_twenty_six_years_is_held(made):
    earliest, latest = birth_bounds()
    born(made, earliest)
    born(made, latest, is_current=False)


@pytest.mark.parametrize(("end", "days"), [(0, -1), (1, 1)])
def test_a_birth_outside_twenty_six_years_is_refused_in_plain_words(made, end, days):
    with refused("A date of birth cannot be"):
        born(made, birth_bounds()[end] + timedelta(days=days))


@pytest.mark.parametrize("year", [1950, 2999])
def test_a_year_outside_twenty_six_years_is_refused(made, year):
    with refused("A date of birth cannot be"):
        BirthDate.objects.create(child=made, born_year=year)


def test_a_birth_that_grew_old_can_still_be_marked_as_corrected(made):
    """The rule holds for what is written, not for what was right when it was written."""
    birth = born(made, birth_bounds()[0])
    BirthDate.objects.filter(pk=birth.pk).update(is_current=False)


def test_a_year_must_fit_its_date(made):
    with refused("birth_year_fits_date"):
        BirthDate.objects.create(child=made, born_on="2015-03-14", born_year=2014)


@pytest.mark.parametrize(
    ("constraint", "make"),
    [
        ("name_is_not_empty", lambda c: ChildName(child=c, use="current")),
        ("name_use_known", lambda c: ChildName(child=c, use="pet", given_name="Eve")),
        ("address_says_where", lambda c: Address(child=c)),
        ("no_address_has_no_lines", lambda c: Address(child=c, kind="left_england", town="X")),
        ("uprn_is_digits", lambda c: Address(child=c, uprn="12A")),
        (
            "address_dates_in_order",
            lambda c: Address(child=c, town="X", valid_from="2020-01-02", valid_until="2020-01-01"),
        ),
        ("carer_is_named", lambda c: Carer(child=c)),
        (
            "schoolplace_dates_in_order",
            lambda c: SchoolPlace(
                child=c, school=SchoolFactory(), started_on="2020-01-02", ended_on="2020-01-01"
            ),
        ),
        ("school_urn_shape", lambda c: SchoolFactory.build(urn="12")),
        ("practice_ods_shape", lambda c: PracticeFactory.build(ods_code="y1")),
        ("source_is_named", lambda c: SourceLink(child=c, source="", source_ref="A1")),
        ("identifier_is_valid", lambda c: Identifier(child=c, scheme="upn", value="X1")),
        ("identifier_is_valid", lambda c: Identifier(child=c, scheme="passport", value="1")),
        (
            "dispute_reason_known",
            lambda c: FieldDispute(
                child=c, field="name", reason="because", raised_by=UserFactory()
            ),
        ),
        ("search_request_is_bound", lambda c: SearchRequest(user=UserFactory(), terms="x")),
        (
            "search_request_step_is_known",
            lambda c: SearchRequest(
                user=UserFactory(), terms="x", is_draft=True, address_step="asked"
            ),
        ),
    ],
)
def test_what_is_wrong_in_itself_is_refused(made, constraint, make):
    row = make(made)
    with refused(constraint):
        row.save()


def test_a_child_has_one_current_name_and_one_current_date_of_birth(made):
    for model, facts in (
        (ChildName, {"use": "current", "given_name": "Eve"}),
        (BirthDate, {"born_year": 2015}),
    ):
        model.objects.create(child=made, **facts)
        with refused("one_current"), transaction.atomic():
            model.objects.create(child=made, **facts)


def test_a_child_is_registered_with_one_practice_at_a_time(made):
    PracticeRegistration.objects.create(child=made, practice=PracticeFactory())
    with refused("one_live_registration"):
        PracticeRegistration.objects.create(child=made, practice=PracticeFactory())


def test_one_practitioner_has_one_live_involvement_in_a_service(made):
    service, user = ServiceFactory(), UserFactory()
    row = InvolvementFactory(child=made, service=service, practitioner=user)
    type(row).objects.filter(pk=row.pk).update(ended_on=timezone.localdate())
    InvolvementFactory(child=made, service=service, practitioner=user)
    with refused("one_live_involvement"):
        InvolvementFactory(child=made, service=service, practitioner=user, contact_name="Al")


def test_an_involvement_does_not_end_before_it_began(made):
    with refused("involvement_dates_in_order"):
        InvolvementFactory(child=made, ended_on=timezone.localdate() - timedelta(days=1))


def test_two_children_may_claim_one_nhs_number(made):
    """A fault at some source: shown and disputed, never silently refused."""
    for each in (made, ChildRecordFactory()):
        Identifier.objects.create(child=each, scheme="nhs_number", value="9434765919")
    assert Identifier.objects.count() == 2


@settings(max_examples=60, deadline=None)
@given(st.text("0123456789", min_size=9, max_size=11))
def test_the_database_judges_nhs_numbers_as_python_does(number):
    assert _in_database("nhs_number", number) == nhs_number_is_valid(number)


@settings(max_examples=60, deadline=None)
@given(
    st.from_regex(rf"\A[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]\Z"),
)
def test_the_database_judges_pupil_numbers_as_python_does(number):
    right = next(x for x in UPN_LETTERS if upn_is_valid(x + number[1:])) + number[1:]
    for each in (number, right):
        assert _in_database("upn", each) == upn_is_valid(each)


@pytest.mark.parametrize("number", ["9434765919", "9990000018", "4010232137"])
def test_true_nhs_numbers_are_recognised_with_their_spaces(number):
    assert recognise(f"{number[:3]} {number[3:6]} {number[6:]}").value == number


@pytest.mark.parametrize("text", ["9434765918", "A801200001001", "not an identifier!"])
def test_a_mistyped_identifier_is_said_to_be_one(text):
    with pytest.raises(MistypedIdentifier):
        recognise(text)


def _in_database(scheme, value):
    with connection.cursor() as cursor:
        cursor.execute("SELECT records_identifier_is_valid(%s, %s)", [scheme, value])
        return cursor.fetchone()[0]


def test_the_key_of_a_record_says_nothing_about_its_number():
    first, second = ChildRecordFactory(), ChildRecordFactory()
    assert second.pk > first.pk
    assert first.key.version == second.key.version == 4
    assert ChildRecord.objects.get(key=first.key).pk == first.pk
