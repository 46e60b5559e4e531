"""An event says from which registered network it was done; for that no request asks more."""

import pytest
from django.urls import reverse

from accounts.actions.networks import end_network
from accounts.roles import Role
from tests.factories.accounts import EmployerFactory, acting_as, sign_in
from tests.factories.teams import network

pytestmark = pytest.mark.django_db


@pytest.fixture
def somebody(client):
    by = acting_as(Role.PRACTITIONER)
    sign_in(client, by.user, by.grant)
    return by


def acts_from(client, events, address):
    """The network in the event of some act done from an address."""
    events.mark()
    page = client.get(reverse("accounts:people"), REMOTE_ADDR=address)
    assert page.status_code == 403
    return events.one("access.denied").network_id


def test_the_narrowest_network_registered_for_the_address_is_named(somebody, client, events):
    network(somebody.base, "198.51.100.0/24")
    floor = network(somebody.base, "198.51.100.64/26")
    assert acts_from(client, events, "198.51.100.70") == floor.pk


def test_an_address_that_nobody_registered_has_no_network(somebody, client, events):
    network(somebody.base, "198.51.100.0/24")
    assert acts_from(client, events, "203.0.113.9") is None


def test_ones_own_network_comes_before_a_narrower_one_of_another_body(somebody, client, events):
    network(EmployerFactory().base, "10.1.2.0/24")
    own = network(somebody.base, "10.0.0.0/8")
    assert acts_from(client, events, "10.1.2.3") == own.pk


def test_the_network_of_another_body_is_named_where_one_has_none(somebody, client, events):
    other = network(EmployerFactory().base, "2001:db8::/32")
    assert acts_from(client, events, "2001:db8::7") == other.pk


def test_a_network_ended_a_moment_ago_is_not_named(somebody, client, events, management_team):
    ended = network(management_team.base, "198.51.100.0/24")
    assert acts_from(client, events, "198.51.100.7") == ended.pk
    end_network(network=ended, by=management_team)
    assert acts_from(client, events, "198.51.100.7") is None
