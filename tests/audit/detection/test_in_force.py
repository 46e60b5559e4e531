"""The central team reads the rules in force, what is usual, and lets the scan suspend or not."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.acting import Acting
from accounts.roles import Role
from audit.detection.in_force import in_force
from audit.detection.models import AutomaticSuspension
from audit.detection.rules import RULES
from audit.detection.versions import Versions
from tests.factories.accounts import acting_as, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def central() -> Acting:
    return acting_as(Role.CENTRAL_TEAM)


@pytest.fixture
def client(central: Acting) -> Client:
    client = Client()
    sign_in(client, central.user)
    return client


def test_every_rule_is_told_in_a_whole_sentence(client) -> None:
    told = {line.code: line.says for line in in_force().rules}
    assert {rule.code[:3] for rule in RULES} == set(told)
    assert all(says.endswith(".") for says in told.values())
    page = client.get(reverse("detection:rules")).content.decode()
    assert "The child lives at the user&#x27;s own home." in page
    assert "nothing suspends by itself anywhere yet" in page


def test_the_scan_is_let_with_a_reason_and_without_one_is_asked_for_it(client, events) -> None:
    address = reverse("detection:mode", args=["local_authority"])
    page = client.get(address)
    grant = page.content.decode().partition('name="acting_grant" value="')[2].partition('"')[0]
    asked = client.post(address, {"acting_grant": grant})
    assert "Enter why this is changed" in asked.content.decode()
    assert not AutomaticSuspension.objects.exists()
    done = client.post(address, {"acting_grant": grant, "why": "The teams are ready."})
    assert done.status_code == 302
    assert AutomaticSuspension.objects.get().is_on
    assert events.one("rule.changed").detail["status"] == "suspends"


def test_a_kind_of_body_that_manages_nobody_has_no_such_page(client) -> None:
    assert client.get(reverse("detection:mode", args=["employer"])).status_code == 404


def test_before_anything_was_learned_no_role_is_listed() -> None:
    assert Versions().roles == []
    assert in_force().roles == []
