"""Somebody tries to make lists of children with the ordinary search, as the site answers it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from records.search import vocabulary
from records.search.names import store_counts
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import acting_as, sign_in
from tests.factories.records import child

pytestmark = pytest.mark.django_db

REASON = {"purpose": "child_at_risk", "case_reference": "REF-77"}
# How often names occur, as if eleven million children were counted: the commonest, and rarer ones.
NATIONAL = {
    ("g", "JOHN"): 340_000,
    ("g", "OLIVER"): 360_000,
    ("g", "OLIVIA"): 370_000,
    ("g", "JACK"): 250_000,
    ("g", "MUHAMMAD"): 160_000,
    ("g", "MOHAMMED"): 150_000,
    ("g", "WINIFRED"): 7_000,
    ("f", "SMITH"): 154_000,
    ("f", "JONES"): 147_000,
    ("f", "TAYLOR"): 99_000,
    ("f", "KHAN"): 75_000,
    ("f", "ALI"): 64_000,
    ("f", "SAVAGE"): 145_000,
}
ENOUGH_NAMES = {
    "John Smith": {"given_name": "John", "family_name": "Smith"},
    "Oliver Smith": {"given_name": "Oliver", "family_name": "Smith"},
    "Olivia Jones": {"given_name": "Olivia", "family_name": "Jones"},
    "Jack Taylor": {"given_name": "Jack", "family_name": "Taylor"},
    "Muhammad Khan": {"given_name": "Muhammad", "family_name": "Khan"},
    "Mohammed Ali": {"given_name": "Mohammed", "family_name": "Ali"},
    "Winifred Savage": {"given_name": "Winifred", "family_name": "Savage"},
    "Oliver Smith, 10 to 12": {
        "given_name": "Oliver", "family_name": "Smith", "age_from": "10", "age_to": "12",
    },
    "Olivia Jones, 7 to 16": {
        "given_name": "Olivia", "family_name": "Jones", "age_from": "7", "age_to": "16",
    },
    "Smith Oliver, swapped": {"given_name": "Smith", "family_name": "Oliver"},
    "Ollie Smyth": {"given_name": "Ollie", "family_name": "Smyth"},
    "John Smith in a district": {
        "given_name": "John", "family_name": "Smith", "postcode": "ZZ99",
    },
}  # fmt: skip
TOO_LITTLE = {
    "a family name": {"family_name": "Smith"},
    "a given name": {"given_name": "Oliver"},
    "wildcards": {"given_name": "*", "family_name": "%"},
    "underscores": {"given_name": "____", "family_name": "_"},
    "a name with a wildcard": {"family_name": "Smi%"},
    "one letter each": {"given_name": "A", "family_name": "B"},
    "an initial and Smith": {"given_name": "J", "family_name": "Smith"},
    "a sex": {"sex": "F"},
    "ages": {"age_from": "5", "age_to": "9"},
    "a district": {"postcode": "ZZ99"},
    "a postcode": {"postcode": "ZZ99 3WZ"},
    "a postcode with holes": {"postcode": "ZZ99 3%%"},
    "a street": {"postcode": "Road 1"},
    "a date of birth": {
        "date_of_birth_0": "14", "date_of_birth_1": "3", "date_of_birth_2": "2015",
    },
    "a year": {"date_of_birth_2": "2015"},
    "wildcards and a date": {
        "given_name": "%", "family_name": "*", "date_of_birth_0": "14", "date_of_birth_1": "3",
        "date_of_birth_2": "2015",
    },
    "a family name and a year": {"family_name": "Brennan", "date_of_birth_2": "2015"},
    "a family name and a district": {"family_name": "Brennan", "postcode": "ZZ99"},
}  # fmt: skip
TRAWLS = {**ENOUGH_NAMES, **TOO_LITTLE}


@pytest.fixture
def practitioner(client):
    by = acting_as(Role.PRACTITIONER)
    sign_in(client, by.user, by.grant)
    for name in ("Aoife", "Oliver", "John"):
        child(name, "Brennan", postcode="ZZ99 3WZ")
    store_counts(NATIONAL, 11_000_000)
    vocabulary.forget()
    vocabulary.current()
    yield by
    vocabulary.forget()


def results_of(client, typed):
    response = client.post(reverse("records:search"), {**REASON, **typed})
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


@pytest.mark.parametrize("typed", TRAWLS.values(), ids=TRAWLS)
def test_a_trawl_is_refused_recorded_and_told_what_would_help(client, practitioner, events, typed):
    location = results_of(client, typed)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(location).content.decode()
    assert "This search was not answered" in page
    assert "Add the" in page
    assert "Brennan" not in page
    assert not any(
        table in query["sql"]
        for query in asked
        for table in ("search_candidates", "child_search", "records_child", "name_delete")
    )
    refused = events.one("search.refused")
    assert refused.outcome == "denied"
    assert refused.reason == ("too_many" if typed in ENOUGH_NAMES.values() else "too_little")
    assert refused.result_count is None
    assert not refused.result_ids


@pytest.mark.parametrize(
    ("trawl", "help_most"),
    [
        ("a family name", "Add the date of birth: it helps most"),
        ("a family name and a year", "Add the date of birth: it helps most"),
        ("a given name", "Add the family name"),
        ("a postcode", "given name and family name"),
        ("a date of birth", "given name and family name"),
        ("wildcards", "at least two letters"),
        ("John Smith", "Add the date of birth: it helps most"),
        ("Oliver Smith, 10 to 12", "Add the date of birth: it helps most"),
    ],
)
def test_the_page_names_the_one_detail_that_would_help_most(client, practitioner, trawl, help_most):
    assert help_most in client.get(results_of(client, TRAWLS[trawl])).content.decode()


@pytest.mark.parametrize("more", ["?page=2", "?offset=10", "?limit=500", "?per_page=100"])
def test_results_have_no_second_page(client, practitioner, events, more):
    for _ in range(15):
        child("Zebedee", "Quux", "2015-03-14")
    typed = {"given_name": "Zebedee", "family_name": "Quux", "date_of_birth_2": "2015"}
    location = results_of(client, typed)
    first, second = client.get(location), client.get(location + more)
    shown = [page.content.decode().count("Open record<") for page in (first, second)]
    assert shown == [10, 10]
    one, two = (e.result_ids for e in events.since_mark() if e.action == "search.performed")
    assert one == two


def test_no_page_says_how_many_there_are(client, practitioner):
    for _ in range(15):
        child("Zebedee", "Quux", "2015-03-14")
    typed = {"given_name": "Zebedee", "family_name": "Quux", "date_of_birth_2": "2015"}
    page = client.get(results_of(client, typed)).content.decode()
    assert "15" not in page.partition("<main")[2].partition("cp-results")[0]


def test_without_its_event_a_refusal_is_not_told_either(client, practitioner):
    client.raise_request_exception = False
    location = results_of(client, TOO_LITTLE["a family name"])
    with event_insert_fails():
        assert client.get(location).status_code == 500
