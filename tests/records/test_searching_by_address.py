"""A management team has an address and no name: about how many children first, then who."""

import re
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Permission, Role, permissions_of
from records.models import AddressStep, SearchRequest
from records.policies import can_search_by_address
from records.purposes import BY_ADDRESS, MAY_STATE, Purpose, Reason
from records.search import index_children
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import acting_as, sign_in
from tests.factories.records import child

pytestmark = pytest.mark.django_db

HOME = "ZZ99 3WZ"
TYPED = {"postcode": HOME, "purpose": "missing_education", "case_reference": "CME-4"}


@pytest.fixture
def manager(client):
    by = acting_as(Role.MANAGEMENT_TEAM)
    sign_in(client, by.user, by.grant)
    return by


def post(client, **changed):
    return client.post(reverse("records:search-by-address"), {**TYPED, **changed})


def ask(client, **changed):
    """Posts the form and follows it to the range; the search's key and the page."""
    response = post(client, **changed)
    assert response.status_code == 302, response.content.decode()
    key = UUID(response["Location"].rstrip("/").split("/")[-2])
    return key, client.get(response["Location"])


def show(client, key):
    """Presses "Show these children" and follows to them."""
    response = client.post(reverse("records:confirm-address-search", args=[key]))
    assert response.status_code == 302, response.content.decode()
    return client.get(response["Location"])


def neighbours(many):
    return [child(f"Child{'abcdefghijkl'[n]}", "Brennan", postcode=HOME) for n in range(many)]


@pytest.mark.parametrize(
    ("many", "words", "band"),
    [
        (0, "No child is recorded at this postcode", "none"),
        (1, "Between 1 and 5 children", "1-5"),
        (5, "Between 1 and 5 children", "1-5"),
        (6, "Between 6 and 10 children", "6-10"),
        (10, "Between 6 and 10 children", "6-10"),
        (11, "More than 10 children", "over-10"),
    ],
)
def test_a_manager_is_first_told_about_how_many_children_and_no_name(
    client, manager, events, many, words, band
):
    neighbours(many)
    _, page = ask(client)
    text = page.content.decode()
    assert words in text
    assert "Brennan" not in text
    assert ("Show these children" in text) is (band in {"1-5", "6-10"})
    event = events.one("search.performed")
    assert event.query_fields == ["postcode"]
    assert event.detail["band"] == band
    assert event.result_count == 0
    assert not event.result_ids
    assert event.purpose == "missing_education"
    assert "CME-4" in events.payloads()[event.id]
    assert HOME in events.payloads()[event.id]


def test_a_manager_who_asks_for_the_children_is_shown_them_and_it_is_recorded(
    client, manager, events
):
    made = neighbours(3)
    child("Zadie", "Elsewhere", postcode="ZZ99 4AA")
    key, _ = ask(client)
    text = show(client, key).content.decode()
    assert text.count("Open record") == 3
    assert "Childa Brennan" in text
    assert "Elsewhere" not in text
    assert "match</strong>" not in text
    counted, shown = (e for e in events.since_mark() if e.action == "search.performed")
    assert shown.result_ids == [each.pk for each in made]
    assert shown.result_count == 3
    assert "band" not in shown.detail
    assert counted.detail["search_key"] == shown.detail["search_key"] == str(key)


def test_each_child_says_why_it_is_listed_and_those_who_live_there_now_come_first(client, manager):
    moved = child("Moved", "Away", "2010-01-01", postcode=HOME)
    moved.addresses.update(valid_until="2020-01-01")
    moved.addresses.create(line_1="3 Invented Road", postcode="ZZ99 4AA")
    index_children([moved.pk])
    child("Lives", "Here", "2015-01-01", postcode=HOME)
    key, _ = ask(client)
    text = show(client, key).content.decode()
    assert text.index("Lives Here") < text.index("Moved Away")
    assert "Postcode: same, another address" in text


def test_every_display_is_recorded_again(client, manager, events):
    neighbours(1)
    key, _ = ask(client)
    client.get(reverse("records:address-range", args=[key]))
    show(client, key)
    client.get(reverse("records:address-children", args=[key]))
    _, *looks = events.since_mark()
    assert [e.detail["redisplay"] for e in looks] == [False, True, False, True]
    assert {e.action for e in looks} == {"search.performed"}


def test_somebody_who_moves_in_between_the_two_steps_can_close_the_list(client, manager, events):
    neighbours(10)
    key, _ = ask(client)
    child("Eleventh", "Brennan", postcode=HOME)
    text = show(client, key).content.decode()
    assert "Brennan" not in text
    assert "More than 10 children" in text
    assert events.one("search.refused").reason == "too_many"


def test_a_record_is_opened_from_the_list_under_the_same_reason(client, manager, events):
    (made,) = neighbours(1)
    key, _ = ask(client)
    show(client, key)
    opened = client.post(reverse("records:open-record", args=[made.key]), {"search": str(key)})
    assert "Childa Brennan" in client.get(opened["Location"]).content.decode()
    assert events.one("record.viewed").purpose == "missing_education"


@pytest.mark.django_db(transaction=True)
def test_the_manager_reads_in_the_trail_what_was_told(client, manager):
    neighbours(2)
    key, _ = ask(client)
    show(client, key)
    trail = client.get("/trail/").content.decode()
    assert "Searched by postcode; told that 1 to 5 children are there" in trail
    assert "Searched by postcode; 2 records shown" in trail


def test_nothing_of_the_address_stands_in_a_url_or_a_title(client, manager):
    response = post(client)
    page = client.get(response["Location"]).content.decode()
    (title,) = re.findall(r"<title>(.*?)</title>", page, re.DOTALL)
    for secret in ("ZZ99", "3WZ", "CME-4"):
        assert secret not in response["Location"]
        assert secret not in title


def test_the_held_postcode_cannot_be_read_in_the_table(client, manager):
    post(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM records_searchrequest r")
        (row,) = cursor.fetchone()
    assert "ZZ99" not in row


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"postcode": ""}, "Enter the full postcode of the home"),
        ({"postcode": "ZZ99"}, "Enter a full postcode"),
        ({"postcode": "ZZ99 %"}, "Enter a full postcode"),
        ({"postcode": "1 Invented Road"}, "Enter a full postcode"),
        ({"purpose": ""}, "Choose your reason for access"),
        ({"case_reference": ""}, "Enter your case reference"),
        ({"purpose": "keep_record"}, "Select a valid choice"),
        ({"purpose": "moved"}, "Select a valid choice"),
    ],
)
def test_a_form_that_is_not_enough_is_sent_back_and_says_what_to_do(
    client, manager, changed, message
):
    page = post(client, **changed).content.decode()
    assert message in page
    assert not SearchRequest.objects.exists()


def test_the_link_is_shown_to_those_who_may_and_to_nobody_else(client, manager):
    link = reverse("records:search-by-address")
    assert link in client.get(reverse("records:search")).content.decode()
    other = acting_as(Role.PRACTITIONER)
    sign_in(client, other.user, other.grant)
    assert link not in client.get(reverse("records:search")).content.decode()


def test_a_postcode_alone_in_the_ordinary_search_leads_those_who_may_to_the_other(client, manager):
    typed = {"postcode": HOME, "purpose": "missing_education", "case_reference": "CME-4"}
    found = client.post(reverse("records:search"), typed)
    page = client.get(found["Location"]).content.decode()
    assert "not answered" in page
    assert reverse("records:search-by-address") in page


@pytest.mark.parametrize("role", [r for r in Role if Permission.SEARCH in permissions_of(r)])
@pytest.mark.parametrize("purpose", Purpose)
def test_role_and_reason_must_both_allow_it(role, purpose):
    decision = can_search_by_address(acting_as(role), Reason(purpose, "R-1"))
    allowed = (
        Permission.SEARCH_BY_ADDRESS in permissions_of(role)
        and purpose in MAY_STATE[role]
        and purpose in BY_ADDRESS
    )
    assert decision.allowed is allowed
    assert allowed or decision.remedy


def test_every_role_that_may_has_a_reason_to():
    for role in Role:
        stated = BY_ADDRESS & set(MAY_STATE.get(role, ()))
        assert bool(stated) >= (Permission.SEARCH_BY_ADDRESS in permissions_of(role))


def test_a_reason_without_a_case_reference_is_none():
    by = acting_as(Role.MEDIATOR)
    assert can_search_by_address(by, Reason(Purpose.HOUSEHOLD_AT_RISK, " ")).code == "no-reason"
    assert can_search_by_address(by, None).code == "no-reason"


def test_a_postcode_is_looked_up_in_one_statement(client, manager):
    neighbours(3)
    key, _ = ask(client)
    url = reverse("records:address-range", args=[key])
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    assert sum("search_candidates" in q["sql"] for q in asked) == 1


def test_without_its_event_no_range_is_told_and_the_step_is_not_taken(client, manager):
    neighbours(2)
    client.raise_request_exception = False
    location = post(client)["Location"]
    with event_insert_fails():
        page = client.get(location)
    assert page.status_code == 500
    assert b"Between" not in page.content
    assert SearchRequest.objects.get().address_step == AddressStep.ASKED


def test_without_its_event_no_child_is_shown(client, manager):
    neighbours(2)
    client.raise_request_exception = False
    key, _ = ask(client)
    location = client.post(reverse("records:confirm-address-search", args=[key]))["Location"]
    with event_insert_fails():
        page = client.get(location)
    assert page.status_code == 500
    assert b"Brennan" not in page.content


@pytest.mark.parametrize(
    ("role", "purpose"),
    [(Role.MEDIATOR, "household_at_risk"), (Role.SHIELD_ADMINISTRATOR, "shield")],
)
def test_a_mediator_and_a_shield_administrator_search_by_address_too(client, role, purpose):
    by = acting_as(role)
    sign_in(client, by.user, by.grant)
    neighbours(1)
    key, _ = ask(client, purpose=purpose)
    assert "Childa Brennan" in show(client, key).content.decode()
