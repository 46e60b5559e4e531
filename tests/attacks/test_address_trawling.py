"""Somebody tries to make a directory out of the search by address: by skipping, paging, probing."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import RoleGrant
from accounts.policies import Refused
from accounts.roles import Permission, Role, permissions_of
from records.access import ask_by_address, confirm_address_search, count_at_address, show_at_address
from records.access.by_address import MOST_ALIVE
from records.held import HeldSearch
from records.models import AddressStep, SearchRequest
from records.purposes import BY_ADDRESS, MAY_STATE, Purpose, Reason
from records.search import SearchTerms
from tests.factories.accounts import acting_as, grant, sign_in
from tests.factories.records import child

pytestmark = pytest.mark.django_db

HOME = "ZZ99 3WZ"
TYPED = {"postcode": HOME, "purpose": "missing_education", "case_reference": "CME-4"}
PAGES = ("records:address-range", "records:address-children")
OTHERS = [role for role in Role if Permission.SEARCH_BY_ADDRESS not in permissions_of(role)]


@pytest.fixture
def manager(client):
    by = acting_as(Role.MANAGEMENT_TEAM)
    sign_in(client, by.user, by.grant)
    return by


@pytest.fixture(autouse=True)
def family(db):
    return [child(name, "Brennan", postcode=HOME) for name in ("Aoife", "Eve")]


def begin(client, **changed):
    """The key of a search of which nothing was shown yet."""
    response = client.post(reverse("records:search-by-address"), {**TYPED, **changed})
    assert response.status_code == 302, response.content.decode()
    return UUID(response["Location"].rstrip("/").split("/")[-2])


def count(client, key):
    return client.get(reverse("records:address-range", args=[key]))


def confirm(client, key):
    return client.post(reverse("records:confirm-address-search", args=[key]))


def show(client, key):
    return client.get(reverse("records:address-children", args=[key]))


def whole(client):
    """The key of a search that has come to its children."""
    key = begin(client)
    count(client, key)
    confirm(client, key)
    assert b"Brennan" in show(client, key).content
    return key


def assert_refused(response, events, code):
    assert response.status_code == 403
    assert b"Brennan" not in response.content
    assert b"What you can do" in response.content
    denied = events.since_mark()[-1]
    assert (denied.action, denied.reason) == ("access.denied", code)
    assert denied.detail == {"permission": "search_by_address"}


def test_going_straight_to_the_children_is_refused(client, manager, events):
    assert_refused(show(client, begin(client)), events, "children-not-asked-for")


def test_the_children_stay_closed_while_only_the_range_was_shown(client, manager, events):
    key = begin(client)
    count(client, key)
    assert_refused(show(client, key), events, "children-not-asked-for")


def test_asking_for_children_whose_range_was_never_shown_is_refused(client, manager, events):
    key = begin(client)
    assert_refused(confirm(client, key), events, "range-not-shown")
    assert_refused(show(client, key), events, "children-not-asked-for")


def test_the_button_cannot_be_pressed_by_a_link(client, manager):
    key = begin(client)
    count(client, key)
    assert client.get(reverse("records:confirm-address-search", args=[key])).status_code == 405
    assert SearchRequest.objects.get(key=key).address_step == AddressStep.COUNTED


def test_the_button_cannot_be_pressed_from_another_site(manager):
    """A forged form carries no token."""
    strict = Client(enforce_csrf_checks=True)
    sign_in(strict, manager.user, manager.grant)
    assert strict.post(reverse("records:confirm-address-search", args=[uuid4()])).status_code == 403


def test_an_ordinary_search_does_not_become_one_by_address(client, manager, events):
    posted = client.post(reverse("records:search"), TYPED)
    key = UUID(posted["Location"].rstrip("/").split("/")[-1])
    assert_refused(count(client, key), events, "not-by-address")
    assert_refused(confirm(client, key), events, "not-by-address")
    assert_refused(show(client, key), events, "not-by-address")


def test_a_search_by_address_shows_nothing_on_the_ordinary_page_of_results(client, manager, events):
    page = client.get(reverse("records:search-results", args=[begin(client)]))
    assert b"not answered" in page.content
    assert b"Brennan" not in page.content
    assert events.one("search.refused").reason == "too_little"


@pytest.mark.parametrize("more", ["?page=2", "?offset=10", "?limit=100", "?band=1-5", "?start=11"])
def test_there_is_no_second_page(client, manager, more):
    for name in ("C", "D", "E", "F", "G", "H", "I", "J", "K"):
        child(f"{name}hild", "Brennan", postcode=HOME)
    key = begin(client)
    for name in PAGES:
        page = client.get(reverse(name, args=[key]) + more)
        assert b"Brennan" not in page.content
        confirm(client, key)


def test_the_range_cannot_be_cut_finer_with_other_boxes(client, manager):
    """By age or sex, eleven searches would count out who is who."""
    for number in range(2, 7):
        child(f"C{number}hild", "Brennan", f"20{number + 10}-01-01", postcode=HOME, sex="F")
    plain = count(client, begin(client)).content
    for more in ({"sex": "F"}, {"age_from": "1", "age_to": "2"}, {"family_name": "Nobody"}):
        page = count(client, begin(client, **more)).content
        assert (b"Between 6 and 10" in page) is (b"Between 6 and 10" in plain) is True


@pytest.mark.parametrize("typed", ["ZZ99", "ZZ99 3", "ZZ99 3W%", "ZZ99 3W_", "*", "ZZ99 ***"])
def test_a_postcode_with_a_hole_in_it_is_not_taken(client, manager, typed):
    page = client.post(reverse("records:search-by-address"), {**TYPED, "postcode": typed})
    assert b"Enter a full postcode" in page.content


def test_half_a_postcode_finds_nobody_even_past_the_form(manager):
    for typed in ("ZZ99", "ZZ99%", "%", "3WZ"):
        held = HeldSearch(
            uuid4(),
            SearchTerms(postcode=typed),
            Reason(Purpose.MISSING_EDUCATION, "R-1"),
            AddressStep.CONFIRMED,
        )
        with CaptureQueriesContext(connection) as asked:
            assert count_at_address(request=held, by=manager) == "none"
            assert show_at_address(request=held, by=manager).found == ()
        assert not any("search_candidates" in q["sql"] for q in asked)


@pytest.mark.parametrize("page", PAGES)
def test_another_persons_search_is_not_there(client, manager, events, page):
    key = whole(client)
    colleague = acting_as(Role.MANAGEMENT_TEAM, at=manager.organisation)
    sign_in(client, colleague.user, colleague.grant)
    answer = client.get(reverse(page, args=[key]))
    assert answer.status_code == 404
    assert b"Brennan" not in answer.content
    assert events.since_mark()[-1].action == "search.expired"
    assert confirm(client, key).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_the_same_person_in_another_session_starts_again(client, manager, events, page):
    key = whole(client)
    sign_in(client, manager.user, manager.grant)
    assert client.get(reverse(page, args=[key])).status_code == 404
    assert events.since_mark()[-1].action == "search.expired"


@pytest.mark.parametrize("page", PAGES)
def test_the_same_person_in_another_role_starts_again(client, manager, events, page):
    other = grant(manager.user, Role.MEDIATOR)
    key = whole(client)
    session = client.session
    session["grant_id"] = other.pk
    session.save()
    assert client.get(reverse(page, args=[key])).status_code == 404
    assert events.since_mark()[-1].action == "search.expired"


@pytest.mark.parametrize("page", PAGES)
def test_a_search_by_address_is_over_after_fifteen_minutes(client, manager, events, page):
    key = whole(client)
    row = SearchRequest.objects.get(key=key)
    created = row.created_at - timedelta(minutes=15)
    SearchRequest.objects.filter(key=key).update(created_at=created)
    assert client.get(reverse(page, args=[key])).status_code == 404
    assert events.since_mark()[-1].action == "search.expired"


def test_who_loses_the_role_in_between_sees_no_child(client, manager):
    key = begin(client)
    count(client, key)
    confirm(client, key)
    RoleGrant.objects.filter(pk=manager.grant.pk).delete()
    page = show(client, key)
    assert page.status_code in {302, 403}
    assert b"Brennan" not in page.content


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_reaches_a_page_of_it(client, events, role):
    by = acting_as(role)
    sign_in(client, by.user, by.grant)
    key = uuid4()
    answers = [
        client.get(reverse("records:search-by-address")),
        client.post(reverse("records:search-by-address"), TYPED),
        count(client, key),
        confirm(client, key),
        show(client, key),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert all(b"name and date of birth" in answer.content for answer in answers)
    assert events.actions() == ["access.denied"] * 5
    assert not SearchRequest.objects.exists()


@pytest.mark.parametrize(
    ("role", "purpose"),
    [
        (role, purpose)
        for role in Role
        for purpose in Purpose
        if role in OTHERS or purpose not in BY_ADDRESS & set(MAY_STATE[role])
    ],
)
def test_past_the_pages_role_and_reason_are_asked_again(role, purpose):
    by, reason = acting_as(role), Reason(purpose, "R-1")
    held = HeldSearch(uuid4(), SearchTerms(postcode=HOME), reason, AddressStep.CONFIRMED)
    with pytest.raises(Refused):
        ask_by_address(postcode=HOME, reason=reason, by=by)
    for act in (count_at_address, confirm_address_search, show_at_address):
        with pytest.raises(Refused):
            act(request=held, by=by)


def test_house_after_house_is_stopped_and_the_stop_is_an_event(client, manager, events):
    for _ in range(MOST_ALIVE):
        begin(client)
    page = client.post(reverse("records:search-by-address"), TYPED).content.decode()
    assert "too often in the last 15 minutes" in page
    assert SearchRequest.objects.count() == MOST_ALIVE
    stopped = events.one("search.limited")
    assert (stopped.outcome, stopped.reason) == ("denied", "too-many-by-address")
    assert stopped.actor_id == manager.user.pk


def test_a_new_session_or_another_role_does_not_begin_the_count_again(client, manager, events):
    other = grant(manager.user, Role.MEDIATOR)
    for _ in range(MOST_ALIVE):
        begin(client)
    sign_in(client, manager.user, other)
    page = client.post(
        reverse("records:search-by-address"), {**TYPED, "purpose": "household_at_risk"}
    )
    assert b"too often" in page.content
    assert events.one("search.limited").actor_id == manager.user.pk
