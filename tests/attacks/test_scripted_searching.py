"""A script that searches faster than a person types is stopped at once, and a person is not."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from records.access.searching import MOST_A_MINUTE, MOST_HELD
from records.models import SearchRequest
from tests.factories.accounts import acting_as, sign_in

pytestmark = pytest.mark.django_db

PAGE = reverse("records:search")


@pytest.fixture
def nurse():
    return acting_as(Role.PRACTITIONER)


@pytest.fixture
def client(nurse):
    client = Client()
    sign_in(client, nurse.user)
    return client


def search(client: Client, n: int):
    typed = {
        "family_name": f"Brennan{n}",
        "given_name": "Orla",
        "purpose": "child_at_risk",
        "case_reference": "R-1",
    }
    return client.post(PAGE, typed)


def test_a_script_is_stopped_within_a_minute_and_the_stop_is_an_event(client, nurse, events):
    for n in range(MOST_A_MINUTE):
        assert search(client, n).status_code == 302
    page = search(client, 99)
    assert page.status_code == 429
    assert "more often just now than a person can type" in page.content.decode()
    assert 'value="Brennan99"' in page.content.decode()
    assert SearchRequest.objects.count() == MOST_A_MINUTE
    stopped = events.one("search.limited")
    assert (stopped.outcome, stopped.reason) == ("denied", "too-many-searches")
    assert stopped.actor_id == nurse.user.pk


def test_a_new_session_does_not_begin_the_count_again(client, nurse):
    for n in range(MOST_A_MINUTE):
        search(client, n)
    other = Client()
    sign_in(other, nurse.user)
    assert search(other, 99).status_code == 429


def test_a_minute_later_it_goes_on_until_the_quarter_of_an_hour_is_full(client, nurse):
    for n in range(MOST_A_MINUTE):
        search(client, n)
    earlier = timezone.now() - timedelta(minutes=2)
    SearchRequest.objects.update(created_at=earlier)
    assert search(client, 98).status_code == 302
    first = SearchRequest.objects.order_by("pk").first()
    SearchRequest.objects.bulk_create(
        SearchRequest(
            user=nurse.user,
            session_ref=first.session_ref,
            grant_id=first.grant_id,
            enquiry=first.enquiry,
            terms=first.terms,
        )
        for _ in range(MOST_HELD)
    )
    SearchRequest.objects.update(created_at=earlier)
    assert search(client, 99).status_code == 429
