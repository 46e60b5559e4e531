"""Somebody tries to learn where a shielded child is: each test is one way, and none leads there.

The child lives at Secret Lane in SW9 8ZZ, goes to Hidden School, and is registered with Hidden
Practice; a local service works with the child.
"""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.acting import RequestFacts, person
from accounts.models import RoleGrant
from accounts.policies import Refused
from accounts.roles import Role
from records.access import open_record
from records.actions import overriding
from records.actions.enquiries import open_enquiry
from records.actions.overriding import override_shield
from records.models import (
    Address,
    Carer,
    ChildName,
    ChildRecord,
    FieldDispute,
    Shield,
    ShieldOverride,
    ShieldProfile,
)
from records.preview import preview_shield
from records.purposes import Purpose, Reason
from records.search import (
    SearchTerms,
    TypedDate,
    children_at,
    index_children,
    search,
    vocabulary,
)
from records.visibility import present
from tests.factories.accounts import LocalAuthorityFactory, acting_as, sign_in
from tests.factories.records import (
    InvolvementFactory,
    PracticeFactory,
    SchoolFactory,
    child,
    place_at_school,
    register,
)
from tests.factories.shielding import decided, shielded

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

PLACE = "SW9 8ZZ"
SECRETS = ("Secret Lane", PLACE, "SW98ZZ", "Hidden School", "Hidden Practice", "Hidden Town Team")
WHY = {"purpose": "child_at_risk", "case_reference": "REF-77"}
REASON = Reason(Purpose.CHILD_AT_RISK, "REF-77")
AT_THE_DESK = Reason(Purpose.HOUSEHOLD_AT_RISK, "REF-78")


@pytest.fixture
def authority():
    return LocalAuthorityFactory()


@pytest.fixture
def hidden_child(authority):
    made = child(
        "Imogen", "Metcalfe", born="2015-03-09", carer="Jo Hideaway", authority=authority.authority
    )
    Address.objects.create(child=made, line_1="7 Secret Lane", postcode=PLACE)
    Address.objects.create(
        child=made, line_1="2 Former Lane", postcode="SW9 7AA", valid_until=date(2024, 1, 1)
    )
    ChildName.objects.create(child=made, use="former", given_name="Imogen", family_name="Oldname")
    place_at_school(made, school=SchoolFactory(name="Hidden School"))
    register(made, practice=PracticeFactory(name="Hidden Practice"))
    InvolvementFactory(child=made, service__name="Hidden Town Team")
    with transaction.atomic():
        index_children([made.pk])
    return made


@pytest.fixture
def shield(hidden_child, authority):
    asked = shielded(hidden_child, by=acting_as(Role.PRACTITIONER, at=authority))
    return decided(asked, by=acting_as(Role.SHIELD_ADMINISTRATOR, at=authority))


@pytest.fixture
def widened(shield):
    Shield.objects.filter(pk=shield.pk).update(profile=ShieldProfile.FULL)
    with transaction.atomic():
        index_children([shield.child_id])
    shield.refresh_from_db()
    return shield


@pytest.fixture
def snoop(client):
    by = acting_as(Role.PRACTITIONER)
    sign_in(client, by.user, by.grant)
    return by


def found(*terms, **more):
    return [hit.child_id for hit in search(SearchTerms(*terms, **more)).hits]


def page_of(client, made):
    client.post(reverse("records:give-reason", args=[made.key]), WHY)
    return client.get(reverse("records:record", args=[made.key])).content.decode()


def assert_nothing_told(page):
    assert [secret for secret in SECRETS if secret in page] == []


def in_session(by, ref=b"a session ref 16"):
    """The same person in a session, as a request makes them."""
    facts = RequestFacts(source_ip="192.0.2.10", session_ref=ref)
    grant = RoleGrant.objects.with_standing().get(pk=by.grant.pk)
    return person(by.user, grant, facts, factor_is_fresh=True)


def test_by_family_name_and_the_true_postcode(shield):
    assert found("", "Metcalfe", postcode=PLACE) == []


def test_by_the_postcode_of_a_former_home(shield):
    assert found("", "Metcalfe", postcode="SW9 7AA") == []


def test_by_narrowing_down_the_district(shield):
    scores = {
        district: [
            (hit.score, hit.reasons)
            for hit in search(
                SearchTerms("Imogen", "Metcalfe", TypedDate(2015, 3, 9), postcode=district)
            ).hits
        ]
        for district in ("SW9", "SW8", "N1")
    }
    assert scores["SW9"] == scores["SW8"] == scores["N1"] != []


def test_by_the_list_and_the_range_of_an_address(shield):
    assert children_at(PLACE) == ()


def test_by_a_former_name_with_the_old_postcode(widened):
    assert found("Imogen", "Oldname", postcode="SW9 7AA") == []
    assert found("Imogen", "Oldname", TypedDate(2015, 3, 9)) == found(
        "Imogen", "Otherwise", TypedDate(2015, 3, 9)
    )


def test_by_opening_the_record(client, snoop, shield):
    page = page_of(client, shield.child)
    assert "This record is shielded." in page
    assert "Imogen Metcalfe" in page
    assert_nothing_told(page)


def test_by_the_responsible_authority_and_its_duty_desk(client, snoop, shield, authority):
    assert authority.name not in page_of(client, shield.child)
    assert authority.authority.name not in page_of(client, shield.child)


def test_by_the_line_in_the_list_of_results(client, snoop, shield, authority):
    typed = {
        "given_name": "Imogen", "family_name": "Metcalfe", "date_of_birth_0": "9",
        "date_of_birth_1": "3", "date_of_birth_2": "2015", **WHY,
    }  # fmt: skip
    asked = client.post(reverse("records:search"), typed)
    page = client.get(asked["Location"]).content.decode()
    assert "Imogen Metcalfe" in page
    assert authority.authority.name not in page


def test_by_printing_the_contact_slip(client, snoop, shield):
    page_of(client, shield.child)
    slip = client.get(reverse("records:contact-slip", args=[shield.child.key]))
    assert slip.status_code == 200
    assert_nothing_told(slip.content.decode())


def test_by_the_carers(client, snoop, widened):
    assert "Jo Hideaway" not in page_of(client, widened.child)


def test_a_location_shield_still_shows_the_carers(client, snoop, shield):
    """The control: what the profile does not hide is there."""
    assert "Jo Hideaway" in page_of(client, shield.child)


def test_by_a_mark_that_the_address_is_wrong(client, snoop, shield, hidden_child):
    FieldDispute.objects.create(
        child=hidden_child, field="address", reason="out_of_date", raised_by=snoop.user
    )
    plain = page_of(client, shield.child)
    assert "out of date" not in plain.lower()


def test_by_entering_the_school_that_is_guessed(client, snoop, shield, hidden_child):
    page_of(client, shield.child)
    right = hidden_child.school_places.get().school.urn
    wrong = SchoolFactory().urn
    said = []
    for urn in (right, wrong):
        form = {"urn": urn, "school": urn}
        amended = reverse("records:amend-record", args=[shield.child.key, "school"])
        with transaction.atomic():
            page = client.post(amended, form, follow=True).content.decode()
            transaction.set_rollback(True)
        said.append(("amended" in page, "recorded before" in page))
    assert said[0] == said[1]
    assert said[0][1] is False


def test_by_writing_to_a_service_to_read_its_name(client, snoop, shield, hidden_child):
    page_of(client, shield.child)
    involvement = hidden_child.involvements.get()
    where = reverse("records:write-to-service", args=[shield.child.key, involvement.pk])
    page = client.get(where)
    assert page.status_code == 404
    assert_nothing_told(page.content.decode())


@pytest.mark.parametrize("reader", ["teacher", "social_worker", "management_team"])
def test_by_previewing_a_narrower_shield(shield, snoop, reader):
    enquiry = open_enquiry(reason=REASON, by=snoop)
    opened = open_record(child_key=shield.child.key, reason=REASON.under(enquiry.pk), by=snoop)
    rows = preview_shield(child=opened, profile=ShieldProfile.LOCATION, reader=reader, by=snoop)
    assert_nothing_told(" ".join(f"{row.now} {row.shielded}" for row in rows))


def test_by_the_sentence_that_says_why_one_may_look(client, shield, hidden_child, authority):
    """A colleague of the child's own school reads the one fixed sentence."""
    by = acting_as(Role.PRACTITIONER, at=authority)
    sign_in(client, by.user, by.grant)
    assert_nothing_told(page_of(client, shield.child))


def test_by_an_override_without_the_right(snoop, shield):
    with pytest.raises(Refused) as refused:
        override_shield(child_key=shield.child.key, why="curious", reason=REASON, by=snoop)
    assert refused.value.decision.code == "role-may-not"
    assert not ShieldOverride.objects.exists()


@pytest.fixture
def operator(shield):
    """Somebody of a duty desk who has overridden the shield a moment ago."""
    by = in_session(acting_as(Role.MEDIATOR))
    enquiry = open_enquiry(reason=AT_THE_DESK, by=by)
    reason = AT_THE_DESK.under(enquiry.pk)
    made = override_shield(child_key=shield.child.key, why="in A&E", reason=reason, by=by)
    assert made is not None
    return by, reason


def seen(by, reason, shield):
    opened = open_record(child_key=shield.child.key, reason=reason, by=by)
    return str(present(opened, by))


def test_an_override_shows_the_record_to_its_maker_and_to_nobody_else(operator, shield, events):
    by, reason = operator
    assert "Secret Lane" in seen(by, reason, shield)
    other = in_session(acting_as(Role.MEDIATOR, at=by.organisation), b"another ref 0016")
    own = open_enquiry(reason=AT_THE_DESK, by=other)
    assert_nothing_told(seen(other, AT_THE_DESK.under(own.pk), shield))


def test_by_an_override_that_is_over(shield, monkeypatch):
    monkeypatch.setattr(overriding, "OVERRIDE_LASTS", timedelta(microseconds=1))
    by = in_session(acting_as(Role.MEDIATOR))
    reason = AT_THE_DESK.under(open_enquiry(reason=AT_THE_DESK, by=by).pk)
    assert override_shield(child_key=shield.child.key, why="in A&E", reason=reason, by=by)
    assert_nothing_told(seen(by, reason, shield))


def test_by_an_override_in_another_session(operator, shield):
    by, reason = operator
    assert_nothing_told(seen(in_session(by, b"a third ref 0016"), reason, shield))


def test_by_an_override_of_a_shield_that_was_changed_since(operator, shield):
    by, reason = operator
    Shield.objects.filter(pk=shield.pk).update(profile=ShieldProfile.RELATIONS)
    assert_nothing_told(seen(by, reason, shield))


def test_by_overriding_again_and_again(operator, shield):
    by, reason = operator
    for _ in range(2):
        override_shield(child_key=shield.child.key, why="again", reason=reason, by=by)
    with pytest.raises(Refused) as refused:
        override_shield(child_key=shield.child.key, why="again", reason=reason, by=by)
    assert refused.value.decision.code == "too-many-overrides"


def test_by_an_override_with_a_second_factor_of_this_morning(operator, shield):
    by, reason = operator
    stale = replace(by, factor_is_fresh=False)
    with pytest.raises(Refused) as refused:
        override_shield(child_key=shield.child.key, why="again", reason=reason, by=stale)
    assert refused.value.decision.code == "step-up-needed"


def test_by_a_result_that_was_found_before_the_shield(client, snoop, hidden_child, authority):
    page_of(client, hidden_child)
    shielded(hidden_child, by=acting_as(Role.PRACTITIONER, at=authority))
    again = client.get(reverse("records:record", args=[hidden_child.key])).content.decode()
    assert_nothing_told(again)


def test_by_a_page_that_is_being_made_while_the_shield_is_applied(
    client, snoop, hidden_child, authority, monkeypatch
):
    from records.views import reading

    by, real = acting_as(Role.PRACTITIONER, at=authority), reading.render
    rendered: list[int] = []

    def render_slowly(*args):
        if not rendered:
            rendered.append(1)
            shielded(hidden_child, by=by)
        return real(*args)

    client.post(reverse("records:give-reason", args=[hidden_child.key]), WHY)
    monkeypatch.setattr(reading, "render", render_slowly)
    page = client.get(reverse("records:record", args=[hidden_child.key])).content.decode()
    assert rendered
    assert_nothing_told(page)


def test_by_the_address_a_colleague_amends_afterwards(client, snoop, shield, hidden_child):
    Address.objects.create(child=hidden_child, line_1="9 Secret Lane", postcode=PLACE)
    with transaction.atomic():
        index_children([hidden_child.pk])
    assert found("", "Metcalfe", postcode=PLACE) == []
    assert_nothing_told(page_of(client, shield.child))


# --- any hidden value, any search -----------------------------------------------------------------

places = st.sampled_from(["SW9 8ZZ", "SW9 7AA", "N1 1AA", "LS1 1AA"])
hidden_facts = st.tuples(
    st.lists(places, max_size=2), st.sampled_from(["Ann", "Bo"]), st.booleans(), st.booleans()
)
typed_places = st.sampled_from(["", "SW9", "SW9 8ZZ", "N1 1AA", "LS1 1AA"])
# What differs between two visits: tokens, opaque keys, row numbers in forms, the clock.
CHANGING = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"|value="\d+"|on [^<]* at \d\d:\d\d'
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)


def world(facts, asked, by):
    """Every page one person gets in a world with these hidden facts, which is then forgotten."""
    homes, carer, has_school, has_service = facts
    with transaction.atomic():
        made = ChildRecord.objects.create(sex="F", key="00000000-0000-4000-8000-000000000001")
        ChildName.objects.create(
            child=made, use="current", given_name="Imogen", family_name="Metcalfe"
        )
        made.birth_dates.create(born_on=date(2015, 3, 9), born_year=2015)
        for number, place in enumerate(homes):
            Address.objects.create(child=made, line_1=f"{number} Lane", postcode=place)
        Carer.objects.create(child=made, name=carer)
        if has_school:
            place_at_school(made, school=SchoolFactory(name="Hidden School"))
        if has_service:
            InvolvementFactory(child=made, service__name="Hidden Town Team")
        shielded(made, ShieldProfile.FULL, by=by)
        vocabulary.forget()
        client = Client()
        sign_in(client, by.user, by.grant)
        typed = {
            "given_name": "Imogen", "family_name": "Metcalfe", "date_of_birth_0": "9",
            "date_of_birth_1": "3", "date_of_birth_2": "2015", "postcode": asked, **WHY,
        }  # fmt: skip
        results = client.post(reverse("records:search"), typed)
        with connection.execute_wrapper(counter := Counting()):
            pages = [client.get(results["Location"]).content.decode(), page_of(client, made)]
        transaction.set_rollback(True)
    return [CHANGING.sub("", page) for page in pages], counter.statements


class Counting:
    """How many statements were asked."""

    def __init__(self):
        self.statements = 0

    def __call__(self, execute, sql, params, many, context):
        self.statements += 1
        return execute(sql, params, many, context)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(hidden_facts, hidden_facts, typed_places)
def test_every_page_is_the_same_whatever_is_hidden(db, first, second, asked):
    """Results and record, letter by letter, and the number of statements they took."""
    by = acting_as(Role.PRACTITIONER)
    assert world(first, asked, by) == world(second, asked, by)
