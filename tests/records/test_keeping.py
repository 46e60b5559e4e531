"""People keep records right: create, amend, dispute, say who is involved. Old values stay."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.urls import reverse
from django.utils import timezone

from accounts.policies import Refused
from accounts.roles import Role
from records import actions
from records.identifiers import Recognised
from records.models import (
    Address,
    BirthDate,
    Carer,
    ChildName,
    ChildRecord,
    ChildSearch,
    FieldDispute,
    Identifier,
    IdentifierScheme,
    Involvement,
    PracticeRegistration,
    SchoolPlace,
    Sex,
)
from records.particulars import AddressParts, CarerParts, NameParts, NewChild, NewInvolvement
from records.search import SearchTerms, TypedDate, search
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import acting_as, authority, sign_in
from tests.factories.records import (
    InvolvementFactory,
    PracticeFactory,
    SchoolFactory,
    ServiceFactory,
    child,
    place_at_school,
    register,
)

pytestmark = pytest.mark.django_db

BORN = TypedDate(2015, 3, 14)


@pytest.fixture
def by():
    return acting_as(Role.PRACTITIONER)


@pytest.fixture
def signed_in(client, by):
    sign_in(client, by.user, by.grant)
    return by


def found(given, family, born=BORN):
    """Ids of the children a search by name and date of birth lists."""
    result = search(SearchTerms(given_name=given, family_name=family, date_of_birth=born))
    return [hit.child_id for hit in result.hits]


def state_reason(client, made):
    url = reverse("records:give-reason", args=[made.key])
    client.post(url, {"purpose": "keep_record", "case_reference": "K-1"})


NEW = {
    "family_name": "Brennan",
    "given_name": "Aoife",
    "date_of_birth_0": "14",
    "date_of_birth_1": "3",
    "date_of_birth_2": "2015",
    "sex": "F",
    "case_reference": "K-1",
}


def create(client, **changed):
    return client.post(reverse("records:new-record"), {**NEW, **changed})


# --- creating ---


def test_a_new_record_is_found_at_once_and_leaves_an_event(by, events):
    made = actions.create_record(
        new=NewChild(name=NameParts(given_name="Zofia", family_name="Nowak"), born=BORN), by=by
    )
    assert found("Zofia", "Nowak") == [made.pk]
    event = events.one("record.created")
    assert event.target_id == made.pk
    assert event.detail["fields"] == ["name", "date_of_birth"]
    assert event.child_authority == by.base.authority_id


def test_the_page_makes_a_record_and_opens_it(client, signed_in, events):
    response = create(client)
    made = ChildRecord.objects.get()
    assert response["Location"] == reverse("records:record", args=[made.key])
    assert "Aoife Brennan" in client.get(response["Location"]).content.decode()
    assert events.actions() == [
        "enquiry.opened",
        "search.performed",
        "record.created",
        "record.viewed",
    ]


def test_a_newborn_without_a_given_name_can_be_recorded(client, signed_in):
    today = timezone.localdate()
    create(
        client,
        given_name="",
        date_of_birth_0=today.day,
        date_of_birth_1=today.month,
        date_of_birth_2=today.year,
    )
    assert ChildName.objects.get().family_name == "Brennan"


def test_twins_with_one_name_are_two_records_after_a_warning(client, signed_in, events):
    child()
    warned = create(client)
    page = warned.content.decode()
    assert "Is this the same child?" in page
    assert ChildRecord.objects.count() == 1
    again = warned.context["form"]
    shown = {name: again[name].value() for name in NEW if not name.startswith("date_of_birth")}
    assert shown == {name: value for name, value in NEW.items() if name in shown}
    create(client, **shown, looked_up=again["looked_up"].value(), is_another_child="on")
    assert ChildRecord.objects.count() == 2
    assert events.actions() == ["enquiry.opened", "search.performed", "record.created"]


def test_a_warning_for_one_child_does_not_cover_another(client, signed_in):
    child()
    child("Eve", "Stone")
    key = create(client).context["search_key"]
    page = create(
        client, given_name="Eve", family_name="Stone", looked_up=key, is_another_child="on"
    )
    assert "Is this the same child?" in page.content.decode()
    assert ChildRecord.objects.count() == 2


def test_the_terms_of_a_fruitless_search_are_carried_over(client, signed_in):
    typed = {
        "family_name": "Nobody",
        "given_name": "Zebedee",
        "date_of_birth_2": "2014",
        "purpose": "urgent_care",
        "case_reference": "A-9",
    }
    location = client.post(reverse("records:search"), typed)["Location"]
    key = location.rstrip("/").rpartition("/")[2]
    page = client.get(f"{reverse('records:new-record')}?search={key}").content.decode()
    for value in ("Nobody", "Zebedee", "2014", "A-9"):
        assert f'value="{value}"' in page


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (timedelta(days=1), "cannot be in the future"),
        (timedelta(days=-366 * 27), "less than 26 years ago"),
    ],
)
def test_an_impossible_birth_is_sent_back(client, signed_in, day, message):
    born = timezone.localdate() + day
    page = create(
        client,
        date_of_birth_0=born.day,
        date_of_birth_1=born.month,
        date_of_birth_2=born.year,
    ).content.decode()
    assert message in page
    assert not ChildRecord.objects.exists()


def test_a_mediator_cannot_create_a_record(client):
    by = acting_as(Role.MEDIATOR)
    sign_in(client, by.user, by.grant)
    assert create(client).status_code == 403
    assert not ChildRecord.objects.exists()


def test_without_its_event_no_record_is_made(by):
    with event_insert_fails(), pytest.raises(OperationalError):
        actions.create_record(new=NewChild(name=NameParts(family_name="Nowak")), by=by)
    assert not ChildRecord.objects.exists()


# --- amending ---


def test_a_former_name_stays_and_still_finds_the_child(by, events):
    made = child()
    actions.amend_name(child=made, name=NameParts(given_name="Aoife", family_name="Delaney"), by=by)
    assert found("Aoife", "Delaney") == [made.pk]
    assert found("Aoife", "Brennan") == [made.pk]
    former = ChildName.objects.get(use="former")
    assert (former.family_name, former.ended_on) == ("Brennan", timezone.localdate())
    assert events.one("record.amended").detail == {"fields": ["name"]}


def test_a_previous_address_stays_with_its_last_day(by):
    made = child(postcode="ZZ99 3WZ")
    actions.amend_address(
        child=made, address=AddressParts(line_1="2 New Road", postcode="ZZ99 3VZ"), by=by
    )
    old = Address.objects.get(postcode="ZZ99 3WZ")
    assert old.valid_until == timezone.localdate()
    assert Address.objects.get(valid_until__isnull=True).postcode == "ZZ99 3VZ"


def test_a_child_may_live_in_two_homes(by):
    made = child(postcode="ZZ99 3WZ")
    actions.amend_address(
        child=made, address=AddressParts(line_1="2 New Road"), is_additional=True, by=by
    )
    assert Address.objects.filter(valid_until__isnull=True).count() == 2


def test_a_corrected_date_of_birth_keeps_the_one_before(by):
    made = child()
    actions.amend_birth_date(child=made, born=TypedDate(2014), by=by)
    assert BirthDate.objects.get(is_current=True).born_year == 2014
    assert BirthDate.objects.get(is_current=False).born_year == 2015


def test_a_new_school_and_practice_end_the_ones_before(by):
    made = child()
    old_place, old_registration = place_at_school(made), register(made)
    actions.amend_school(child=made, school=SchoolFactory(), by=by)
    actions.amend_practice(child=made, practice=PracticeFactory(), by=by)
    old_place.refresh_from_db()
    old_registration.refresh_from_db()
    assert old_place.ended_on == old_registration.ended_on == timezone.localdate()
    assert SchoolPlace.objects.filter(ended_on__isnull=True).count() == 1
    assert PracticeRegistration.objects.filter(ended_on__isnull=True).count() == 1


def test_a_carer_can_be_added_or_replaced(by):
    made = child(carer="Nora Brennan")
    actions.amend_carers(child=made, carer=CarerParts(name="Tom Ray"), is_additional=True, by=by)
    assert Carer.objects.filter(ended_on__isnull=True).count() == 2
    actions.amend_carers(child=made, carer=CarerParts(name="Ida Ray"), by=by)
    assert Carer.objects.get(ended_on__isnull=True).name == "Ida Ray"


def test_without_its_event_nothing_is_amended(by):
    made = child()
    with event_insert_fails(), pytest.raises(OperationalError):
        actions.amend_name(child=made, name=NameParts(family_name="Delaney"), by=by)
    assert ChildName.objects.get().family_name == "Brennan"


def test_a_mediator_cannot_amend(events):
    made = child()
    with pytest.raises(Refused):
        actions.amend_name(child=made, name=NameParts(family_name="X"), by=acting_as(Role.MEDIATOR))
    assert ChildName.objects.get().family_name == "Brennan"


FORMS = {
    "name": {"family_name": "Delaney", "previous_use": "former"},
    "date-of-birth": {"date_of_birth_2": "2016"},
    "sex": {"sex": "F"},
    "authority": {"authority": "E06000001"},
    "identifier": {"identifier": "943 476 5919"},
    "address": {"kind": "address", "line_1": "2 New Road", "postcode": "zz993vz"},
    "carer": {"carer_name": "Ida Ray"},
    "school": {"urn": "911111"},
    "practice": {"ods_code": "y91111"},
}


@pytest.mark.parametrize("part", FORMS)
def test_each_part_can_be_amended_from_the_record(client, signed_in, events, part):
    SchoolFactory(urn="911111")
    PracticeFactory(ods_code="Y91111")
    authority()
    made = child()
    state_reason(client, made)
    url = reverse("records:amend-record", args=[made.key, part])
    assert b"Brennan" not in client.get(url).content
    response = client.post(url, FORMS[part])
    assert response.status_code == 302, response.content.decode()
    assert events.actions() == ["enquiry.opened", "record.amended"]


@pytest.mark.parametrize(
    ("part", "typed", "message"),
    [
        ("name", {"previous_use": "former"}, "Enter a given name or a family name"),
        ("sex", {}, "Choose the sex"),
        ("sex", {"sex": "X"}, "not one of the available choices"),
        ("authority", {}, "Choose the responsible authority"),
        ("identifier", {}, "Enter the NHS number or other identifier"),
        ("identifier", {"identifier": "943 476 5918"}, "This NHS number has a mistyped digit"),
        ("identifier", {"identifier": "A801200001001"}, "This unique pupil number is mistyped"),
        ("date-of-birth", {}, "Enter the date of birth, or the year"),
        ("date-of-birth", {"date_of_birth_0": "3"}, "or the year alone"),
        ("address", {"kind": "address"}, "Enter the address"),
        ("address", {"kind": "address", "postcode": "nonsense"}, "Enter a full postcode"),
        ("school", {"urn": "123"}, "No school with this URN"),
        ("practice", {"ods_code": "Q1"}, "No practice with this ODS code"),
    ],
)
def test_a_wrong_amendment_is_sent_back_with_what_to_do(client, signed_in, part, typed, message):
    made = child()
    state_reason(client, made)
    page = client.post(reverse("records:amend-record", args=[made.key, part]), typed)
    assert message in page.content.decode()


def test_amending_needs_a_stated_reason(client, signed_in):
    made = child()
    response = client.post(reverse("records:amend-record", args=[made.key, "name"]), FORMS["name"])
    assert response["Location"] == reverse("records:give-reason", args=[made.key])
    assert ChildName.objects.get().family_name == "Brennan"


def test_no_fixed_abode_keeps_no_lines(client, signed_in):
    made = child(postcode="ZZ99 3WZ")
    state_reason(client, made)
    url = reverse("records:amend-record", args=[made.key, "address"])
    client.post(url, {"kind": "no_fixed_abode", "line_1": "left over"})
    now = Address.objects.get(valid_until__isnull=True)
    assert (now.kind, now.line_1) == ("no_fixed_abode", "")


def test_a_corrected_sex_is_searched_by(by, events):
    made = child(sex="M")
    actions.amend_sex(child=made, sex=Sex.FEMALE, by=by)
    made.refresh_from_db()
    assert made.sex == "F"
    assert ChildSearch.objects.get(child_id=made.pk).doc.split("/")[2] == "F"
    assert events.one("record.amended").detail == {"fields": ["sex"]}


def test_the_event_of_another_responsible_authority_names_both(by, events):
    before, after = authority(148), authority(1)  # nobody works for the first one here
    made = child(authority=before)
    actions.amend_authority(child=made, authority=after, by=by)
    made.refresh_from_db()
    assert made.authority == after
    event = events.one("record.amended")
    assert event.detail == {"fields": ["authority"], "from": before.pk, "to": after.pk}
    assert event.child_authority == before.pk


def by_number(value):
    return [hit.child_id for hit in search(SearchTerms(identifier=value)).hits]


def test_an_added_identifier_finds_the_child(by, events):
    made = child()
    number = Recognised(IdentifierScheme.NHS_NUMBER, "9434765919")
    assert actions.add_identifier(child=made, identifier=number, by=by) is True
    assert by_number("943 476 5919") == [made.pk]
    assert actions.add_identifier(child=made, identifier=number, by=by) is False
    assert events.one("record.amended").detail == {"fields": ["identifier"]}


def test_an_ended_identifier_stays_and_finds_nobody(client, signed_in, events):
    made = child(nhs_number="9434765919")
    state_reason(client, made)
    typed = {"identifier": Identifier.objects.get().pk}
    url = reverse("records:end-identifier", args=[made.key])
    for _ in range(2):
        assert client.post(url, typed).status_code == 302
    assert Identifier.objects.get().ended_on == timezone.localdate()
    assert by_number("943 476 5919") == []
    assert events.actions() == ["enquiry.opened", "record.amended"]
    page = client.get(reverse("records:record", args=[made.key])).content.decode()
    assert "943 476 5919, until" in page
    assert "it is wrong<" not in page


def test_a_number_ended_by_mistake_can_be_added_again(by):
    made = child(nhs_number="9434765919")
    actions.end_identifier(child=made, identifier_id=Identifier.objects.get().pk, by=by)
    number = Recognised(IdentifierScheme.NHS_NUMBER, "9434765919")
    assert actions.add_identifier(child=made, identifier=number, by=by) is True
    assert by_number("943 476 5919") == [made.pk]
    assert Identifier.objects.count() == 2


def test_an_identifier_of_another_child_is_not_ended(client, signed_in, events):
    child(nhs_number="9434765919")
    other = child("Eve", "Stone")
    state_reason(client, other)
    url = reverse("records:end-identifier", args=[other.key])
    client.post(url, {"identifier": Identifier.objects.get().pk})
    assert client.post(url, {"identifier": "x"}).status_code == 404
    assert Identifier.objects.get().ended_on is None
    assert events.actions() == ["enquiry.opened"]


def test_ending_an_identifier_needs_a_stated_reason(client, signed_in):
    made = child(nhs_number="9434765919")
    url = reverse("records:end-identifier", args=[made.key])
    response = client.post(url, {"identifier": Identifier.objects.get().pk})
    assert response["Location"] == reverse("records:give-reason", args=[made.key])
    assert Identifier.objects.get().ended_on is None


def test_a_mediator_cannot_end_an_identifier():
    made = child(nhs_number="9434765919")
    with pytest.raises(Refused):
        actions.end_identifier(
            child=made,
            identifier_id=Identifier.objects.get().pk,
            by=acting_as(Role.MEDIATOR),
        )
    assert Identifier.objects.get().ended_on is None


def test_the_app_cannot_rewrite_an_identifier():
    child(nhs_number="9434765919")
    with pytest.raises(ProgrammingError, match="permission denied"):
        Identifier.objects.update(value="9990000018")


@pytest.mark.parametrize(
    ("page", "typed", "permission"),
    [
        ("amend-record", FORMS["name"], "amend_record"),
        ("end-identifier", {"identifier": "1"}, "amend_record"),
        ("dispute-field", {"field": "address", "reason": "out_of_date"}, "dispute_field"),
        ("record-involvement", {}, "record_involvement"),
        ("confirm-involvement", {"involvement": "1"}, "record_involvement"),
        ("end-involvement", {"involvement": "1"}, "record_involvement"),
        ("name-lead", {"involvement": "1"}, "record_involvement"),
        ("work-with", {}, "record_involvement"),
    ],
)
def test_a_guess_at_a_record_to_change_leaves_an_event(
    client, signed_in, events, page, typed, permission
):
    key = uuid4()
    url = reverse("records:give-reason", args=[key])
    client.post(url, {"purpose": "keep_record", "case_reference": "K-1"})
    arguments = [key, "name"] if page == "amend-record" else [key]
    assert client.post(reverse(f"records:{page}", args=arguments), typed).status_code == 404
    guess = events.one("access.denied")
    assert guess.reason == "no-such-record"
    assert guess.detail == {"permission": permission}


# --- disputing ---


def test_this_is_wrong_marks_a_field_once_a_person(client, signed_in, events):
    made = child()
    state_reason(client, made)
    url = reverse("records:dispute-field", args=[made.key])
    for _ in range(2):
        assert client.post(url, {"field": "address", "reason": "out_of_date"}).status_code == 302
    assert FieldDispute.objects.count() == 1
    event = events.one("record.disputed")
    assert event.detail["fields"] == ["address"]
    assert event.reason == "out_of_date"


def test_there_is_no_place_for_a_story_about_a_child():
    """Free text on a record would become case notes; a contact's name is the longest there is."""
    longest = {
        f"{model.__name__}.{field.name}": field.max_length
        for model in (ChildRecord, FieldDispute, Involvement)
        for field in model._meta.concrete_fields
        if (field.max_length or 0) > 40
    }
    assert longest == {
        "Involvement.contact_name": 160,
        "Involvement.role": 120,  # the job title of an account, or a feed's
        "Involvement.source": 60,
        "Involvement.source_ref": 80,
    }


# --- who is involved ---


def test_a_practitioner_records_that_their_service_is_involved(client, signed_in, events):
    made = child()
    service = ServiceFactory(organisation=signed_in.organisation)
    state_reason(client, made)
    url = reverse("records:record-involvement", args=[made.key])
    client.post(url, {"service": service.pk, "is_me": "on", "contact_phone": "01632 960 555"})
    involvement = Involvement.objects.get()
    assert involvement.practitioner_id == signed_in.user.pk
    assert involvement.last_confirmed_on == timezone.localdate()
    assert events.one("involvement.recorded").target_id == made.pk


def test_another_organisations_service_cannot_be_chosen(client, signed_in):
    made = child()
    state_reason(client, made)
    url = reverse("records:record-involvement", args=[made.key])
    page = client.post(url, {"service": ServiceFactory().pk, "is_me": "on"})
    assert page.status_code == 200
    assert not Involvement.objects.exists()


def test_one_involvement_is_recorded_once(by, events):
    made, service = child(), ServiceFactory()
    new = NewInvolvement(service_id=service.pk, started_on=timezone.localdate())
    assert actions.record_involvement(child=made, new=new, practitioner=by.user, by=by)
    assert actions.record_involvement(child=made, new=new, practitioner=by.user, by=by) is None
    assert events.actions() == ["involvement.recorded"]


def test_still_involved_and_no_longer_involved_are_one_click_each(client, signed_in, events):
    before = timezone.localdate() - timedelta(days=300)
    row = InvolvementFactory(child=child(), started_on=before, last_confirmed_on=before)
    typed = {"involvement": row.pk}
    client.post(reverse("records:confirm-involvement", args=[row.child.key]), typed)
    row.refresh_from_db()
    assert row.last_confirmed_on == timezone.localdate()
    for _ in range(2):
        client.post(reverse("records:end-involvement", args=[row.child.key]), typed)
    row.refresh_from_db()
    assert row.ended_on == timezone.localdate()
    assert events.actions() == ["involvement.confirmed", "involvement.ended"]


def test_an_involvement_of_another_child_is_not_touched(client, signed_in):
    row = InvolvementFactory(child=child())
    url = reverse("records:end-involvement", args=[child("Eve", "Stone").key])
    client.post(url, {"involvement": row.pk})
    assert client.post(url, {"involvement": "x"}).status_code == 404
    row.refresh_from_db()
    assert row.ended_on is None


def test_without_its_event_no_involvement_is_recorded(by):
    made, service = child(), ServiceFactory()
    new = NewInvolvement(service_id=service.pk, started_on=timezone.localdate())
    with event_insert_fails(), pytest.raises(OperationalError):
        actions.record_involvement(child=made, new=new, practitioner=None, by=by)
    assert not Involvement.objects.exists()


def test_the_database_runs_as_the_weak_role():
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == ("idx_app",)
