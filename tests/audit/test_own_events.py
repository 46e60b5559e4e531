"""Everybody reads how their own account was signed in to and who opened their file; nobody reads it
of anybody else, and reading leaves an event.
"""

from html import unescape

import pytest
from django.db import DatabaseError, connections, transaction
from django.test import Client
from django.utils.html import strip_tags

from accounts.acting import nobody
from accounts.policies import Refused
from accounts.roles import Role
from audit.ledger.events import EventType, Outcome
from audit.ledger.scope import scope_to_person
from audit.ledger.writer import NoTransaction, append
from audit.trail.own import read_own_events
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import UserFactory, acting_as, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/trail/yours/"


@pytest.fixture
def practitioner(db):
    return acting_as(Role.PRACTITIONER)


@pytest.fixture
def colleague(practitioner):
    return acting_as(Role.PRACTITIONER, at=practitioner.organisation)


def said(by, event, **more):
    with transaction.atomic():
        return append(event, actor=by.actor, **more)


def failed_sign_in_as(user):
    said(
        nobody(),
        EventType.AUTH_LOGIN_FAILED,
        outcome=Outcome.FAILURE,
        reason="password-refused",
        target_type="user",
        target_id=user.pk,
    )


def text_of(response):
    return " ".join(unescape(strip_tags(response.content.decode())).split())


def asked_of_the_database(person, most=100):
    with transaction.atomic(using="local"), connections["local"].cursor() as cursor:
        if person is not None:
            scope_to_person(person.pk)
        cursor.execute("SELECT action, actor_id FROM public.audit_own_events(%s)", [most])
        return cursor.fetchall()


def test_people_see_their_own_signing_in_and_strangers_tries(practitioner, colleague):
    said(practitioner, EventType.AUTH_LOGIN, detail={"method": "password+totp"})
    failed_sign_in_as(practitioner.user)
    said(colleague, EventType.AUTH_LOGIN, detail={"method": "webauthn"})
    failed_sign_in_as(colleague.user)

    tried, signed_in = read_own_events(by=practitioner).signing_in
    assert signed_in.row.what == "Signed in with password and authenticator app"
    assert (signed_in.is_own, signed_in.network) == (True, "192.0.2.0/24")
    assert tried.row.what.startswith("Failed to sign in")
    assert (tried.is_own, tried.row.who.name) == (False, "Somebody not signed in")


def test_what_people_did_otherwise_is_not_in_this_list(practitioner):
    said(
        practitioner,
        EventType.RECORD_VIEWED,
        purpose="child_at_risk",
        target_type="child_record",
        target_id=practitioner.user.pk,
    )
    page = read_own_events(by=practitioner)
    assert (page.signing_in, page.looks) == ((), ())


def test_people_see_who_opened_their_file(client, practitioner):
    team = acting_as(Role.MANAGEMENT_TEAM, at=practitioner.organisation)
    sign_in(client, team.user)
    for address in ("", "file/"):
        assert client.get(f"/people/{practitioner.user.key}/{address}").status_code == 200
    assert client.get(f"/sign-in-help/{practitioner.user.key}/").status_code == 200

    looks = read_own_events(by=practitioner).looks
    assert [look.row.who.name for look in looks] == [team.user.full_name] * 3
    assert client.get(f"/people/{team.user.key}/").status_code == 200
    assert read_own_events(by=team).looks == ()


def test_a_file_that_cannot_be_noted_is_not_opened(client, practitioner):
    team = acting_as(Role.MANAGEMENT_TEAM, at=practitioner.organisation)
    sign_in(client, team.user)
    client.raise_request_exception = False
    with event_insert_fails():
        response = client.get(f"/people/{practitioner.user.key}/")
    assert response.status_code == 500
    assert practitioner.user.work_phone not in text_of(response)


def test_reading_it_leaves_an_event_first(practitioner, events):
    read_own_events(by=practitioner)
    event = events.one("trail.read")
    assert (event.actor_id, event.detail) == (practitioner.user.pk, {"filters": ["own_account"]})


def test_no_event_no_history(client, practitioner):
    said(practitioner, EventType.AUTH_LOGIN, detail={"method": "webauthn"})
    sign_in(client, practitioner.user)
    client.raise_request_exception = False
    with event_insert_fails():
        response = client.get(PAGE)
    assert response.status_code == 500
    assert "Signed in" not in text_of(response)


def test_whoever_has_no_role_yet_reads_their_own(client):
    newcomer = UserFactory()
    sign_in(client, newcomer)
    response = client.get(PAGE)
    assert response.status_code == 200
    assert "Nothing was recorded in this time" in text_of(response)


def test_nobody_has_no_history():
    with pytest.raises(Refused):
        read_own_events(by=nobody())
    assert Client().get(PAGE).status_code == 302


def test_the_database_shows_nothing_before_it_is_told_whose(practitioner):
    said(practitioner, EventType.AUTH_LOGIN, detail={"method": "webauthn"})
    assert asked_of_the_database(practitioner.user) == [("auth.login", practitioner.user.pk)]
    with pytest.raises(DatabaseError):
        asked_of_the_database(None)  # the setting ended with its transaction
    with pytest.raises(NoTransaction):
        scope_to_person(practitioner.user.pk)


def test_the_setting_of_a_person_opens_no_row_of_the_trail(practitioner):
    said(practitioner, EventType.AUTH_LOGIN, detail={"method": "webauthn"})
    with transaction.atomic(using="local"), connections["local"].cursor() as cursor:
        scope_to_person(practitioner.user.pk)
        with pytest.raises(DatabaseError), transaction.atomic(using="local"):
            cursor.execute("SELECT count(*) FROM public.audit_event")


def test_the_role_of_the_pages_cannot_ask_for_it(practitioner):
    with transaction.atomic(), connections["default"].cursor() as cursor:
        scope_to_person(practitioner.user.pk, using="default")
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("SELECT * FROM public.audit_own_events(10)")


@pytest.mark.parametrize("most", [None, 0, 1001])
def test_nobody_asks_the_database_for_an_endless_list(practitioner, most):
    with pytest.raises(DatabaseError):
        asked_of_the_database(practitioner.user, most=most)
