"""A look at a child of one's own home leaves its facts with the event, and nothing on the page."""

import pytest
from django.urls import reverse

from accounts.households import Home, home_hashes, postcode_hash
from accounts.models import StaffHousehold
from accounts.roles import Role
from records.models import Address
from tests.factories.accounts import acting_as, sign_in
from tests.factories.records import child

pytestmark = pytest.mark.django_db
KEY = b"k" * 32
REASON = {"purpose": "child_at_risk", "case_reference": "REF-77"}
TYPED = {
    "family_name": "Brennan",
    "given_name": "Aoife",
    "date_of_birth_0": "14",
    "date_of_birth_1": "3",
    "date_of_birth_2": "2015",
    **REASON,
}
HOME = Home("1 Invented Road", "", "LS1 1AA")
NOTHING = {
    "v": 2,
    "same_surname": False,
    "same_household": False,
    "former_household": False,
    "colleague_household": False,
    "same_postcode": False,
    "test_words": False,
}


@pytest.fixture
def viewer(settings):
    by = acting_as(Role.PRACTITIONER, family_name="Okafor")
    settings.HOUSEHOLD_KEYS = {str(by.organisation.key): KEY.decode()}
    return by


@pytest.fixture
def at_home(viewer):
    StaffHousehold.objects.create(
        user=viewer.user,
        employer=viewer.organisation,
        homes=home_hashes(HOME, KEY),
        postcodes=[postcode_hash("LS1 1AA", KEY)],
        former_surnames=["BRENNAN"],
    )


@pytest.fixture
def look(viewer, client):
    """Opens a record under a stated reason."""
    sign_in(client, viewer.user, viewer.grant)

    def opened(record):
        page = client.post(reverse("records:give-reason", args=[record.key]), REASON, follow=True)
        assert page.status_code == 200
        return page.content.decode()

    return opened


def test_opening_a_child_of_ones_own_home_says_so_in_the_event(look, at_home, events):
    look(child(postcode="LS1 1AA"))
    event = events.one("record.viewed")
    true = {"same_surname": True, "same_household": True, "same_postcode": True}
    assert event.facts == NOTHING | true
    assert (event.own_surname, event.own_address) == (False, True)


def test_a_stranger_has_nothing_in_common(look, at_home, events):
    record = child("Mina", "Haddad", postcode="LS1 1AB")
    look(record)
    assert events.one("record.viewed").facts == NOTHING


def test_a_former_address_of_the_child_is_no_home(look, at_home, events):
    record = child("Mina", "Haddad", postcode="LS1 1AA")
    Address.objects.filter(child=record).update(valid_until="2020-01-01")
    look(record)
    assert events.one("record.viewed").facts == NOTHING


def test_without_a_key_the_event_says_what_it_can(look, at_home, events, settings):
    settings.HOUSEHOLD_KEYS = {}
    look(child(postcode="LS1 1AA"))
    event = events.one("record.viewed")
    assert event.facts == {"v": 2, "same_surname": True, "test_words": False}
    assert event.own_address is None


def test_results_of_a_search_are_compared_and_the_page_is_the_same(viewer, at_home, client, events):
    child(postcode="LS1 1AA")
    sign_in(client, viewer.user, viewer.grant)

    def page():
        location = client.post(reverse("records:search"), TYPED)["Location"]
        text = client.get(location).content.decode()
        return text.replace(location.rstrip("/").rsplit("/", 1)[-1], "KEY")

    mine = page()
    event = events.one("search.performed")
    assert event.facts["same_household"] is event.facts["same_postcode"] is True
    StaffHousehold.objects.update(homes=[], postcodes=[], former_surnames=[])
    events.mark()
    strangers = page()
    assert events.one("search.performed").facts.items() >= NOTHING.items()
    assert "Aoife Brennan" in mine
    assert without_tokens(mine) == without_tokens(strangers)


def without_tokens(page):
    return [line for line in page.splitlines() if "csrf" not in line]
