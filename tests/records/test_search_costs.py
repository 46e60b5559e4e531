"""What one request that discloses costs the database, by kind: statements, counted in each test."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation
from accounts.roles import Role
from records.search import vocabulary
from tests.factories.accounts import acting_as, sign_in
from tests.factories.records import child

pytestmark = pytest.mark.django_db(transaction=True)

TYPED = {
    "family_name": "Brennan",
    "given_name": "Aoife",
    "date_of_birth_0": "14",
    "date_of_birth_1": "3",
    "date_of_birth_2": "2015",
    "purpose": "child_at_risk",
    "case_reference": "REF-77",
}
NOBODY = {"family_name": "Savage", "given_name": "Winifred"}
# Which kind a statement is of, by what stands in it; the first that fits counts.
KINDS = {
    "session": ("accounts_session",),
    "engine": ("search_candidates", "name_delete", "name_stat", "records_identifier"),
    "event": ("audit_event", "audit_payload"),
    "facts": ("records_address", "accounts_staffhousehold"),
    "rows": ("records_childname", "records_childrecord"),
    "identity": ("accounts_", "records_searchrequest"),
}
MOST = {"identity": 5, "engine": 2, "rows": 2, "facts": 2, "event": 2, "session": 2}
IN_ALL = 13


@pytest.fixture
def results(client):
    """Posts a search and gives the address of its results, everything asked once before."""
    by = acting_as(Role.PRACTITIONER)
    sign_in(client, by.user, by.grant)
    vocabulary.forget()

    def post(**changed):
        response = client.post(reverse("records:search"), {**TYPED, **changed})
        assert response.status_code == 302, response.content.decode()
        return response["Location"]

    client.get(post())
    return post


def kind(statement):
    return next(name for name, marks in KINDS.items() if any(m in statement for m in marks))


def cost(client, location):
    """The page, and how many statements of each kind it took."""
    with CaptureQueriesContext(connection) as asked:
        page = client.get(location)
    found = dict.fromkeys(MOST, 0)
    for query in asked:
        if query["sql"] not in {"BEGIN", "COMMIT"}:
            found[kind(query["sql"])] += 1
    return page.content.decode(), found


def assert_within(found, most=MOST):
    assert all(found[name] <= most[name] for name in most), found
    assert sum(found.values()) <= IN_ALL, found


@pytest.mark.parametrize("children", [1, 3, 10])
def test_a_search_that_shows_children_takes_no_more_for_ten_than_for_one(client, results, children):
    for _ in range(children):
        child()
    page, found = cost(client, results())
    assert page.count("Open record") == children
    assert_within(found)
    assert found["engine"] == 1


def test_comparing_households_costs_two_statements_and_stays_within_the_bound(
    client, results, settings
):
    settings.HOUSEHOLD_KEYS = {str(o.key): "secret " * 5 for o in Organisation.objects.all()}
    child(postcode="LS1 1AA")
    page, found = cost(client, results())
    assert "Aoife Brennan" in page
    assert found["facts"] == 2
    assert_within(found)


def test_showing_it_again_costs_no_more(client, results):
    child()
    location = results()
    client.get(location)
    page, found = cost(client, location)
    assert "Aoife Brennan" in page
    assert_within(found)


def test_a_refused_search_asks_neither_engine_nor_rows(client, results):
    page, found = cost(client, results(given_name="", date_of_birth_0="", date_of_birth_1="",
                                       date_of_birth_2=""))  # fmt: skip
    assert "not answered" in page
    assert_within(found, {**MOST, "engine": 0, "rows": 0})


def test_a_search_for_nobody_looks_twice_and_reads_near_names_between(client, results):
    """The one kind that may take a third statement of the engine; not more in all."""
    page, found = cost(client, results(**NOBODY))
    assert "No child found" in page
    assert_within(found, {**MOST, "engine": 3, "rows": 0})


def test_even_the_first_search_of_a_worker_stays_within_the_bound(client, results):
    """It reads the frequencies of names as well."""
    child()
    vocabulary.forget()
    page, found = cost(client, results())
    assert "Aoife Brennan" in page
    assert_within(found)
    vocabulary.forget()
    _, found = cost(client, results(**NOBODY))
    assert sum(found.values()) <= IN_ALL, found


def test_a_search_by_identifier_stays_within_the_bound(client, results):
    child(nhs_number="9434765919")
    empty = {name: "" for name in TYPED if name.startswith(("family", "given", "date"))}
    page, found = cost(client, results(**empty, identifier="943 476 5919"))
    assert "Aoife Brennan" in page
    assert_within(found)


def test_each_step_of_a_search_by_address_stays_within_the_bound(client):
    by = acting_as(Role.MANAGEMENT_TEAM)
    sign_in(client, by.user, by.grant)
    child(postcode="ZZ99 3WZ")
    typed = {"postcode": "ZZ99 3WZ", "purpose": "missing_education", "case_reference": "CME-4"}
    location = client.post(reverse("records:search-by-address"), typed)["Location"]
    page, counted = cost(client, location)
    assert "Between 1 and 5" in page
    assert_within(counted)
    location = client.post(location.replace("/range/", "/show/"))["Location"]
    page, shown = cost(client, location)
    assert "Aoife Brennan" in page
    assert_within(shown)
