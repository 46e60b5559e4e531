"""People see where they are signed in and end it, forget browsers, and see what is on file."""

from datetime import timedelta
from html import unescape

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.acting import nobody
from accounts.actions import end_other_sessions, forget_own_device
from accounts.impact import impact_of
from accounts.models import (
    AgreementVersion,
    CourseVersion,
    DirectoryLink,
    IdentityProvider,
    KnownDevice,
    Session,
)
from accounts.own import due_of, sessions_of
from accounts.policies import Refused
from accounts.roles import Role
from accounts.signin.browsers import device_name, network_of
from accounts.signin.store import SessionStore
from tests.factories.accounts import PASSWORD, UserFactory, acting_under, grant, sign_in, totp_code

pytestmark = pytest.mark.django_db
SESSIONS = "/your-account/sessions/"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def person():
    user = UserFactory()
    grant(user, Role.PRACTITIONER)
    return user


def text_of(response):
    return " ".join(unescape(strip_tags(response.content.decode())).split())


def signed_in(user, agent=WINDOWS, address="192.0.2.77"):
    """A client that went through the sign-in pages."""
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    client.post("/account/factors/authenticate/", {"code": totp_code()})
    return client


def used(client):
    """A client whose session has been used once."""
    assert client.get("/your-account/").status_code == 200
    return client


def two_sessions(user):
    here, there = Client(), Client()
    for client in (here, there):
        sign_in(client, user)
        used(client)
    return here, there


def ref_of(user, client):
    key = client.cookies["session"].value
    return next(one.ref for one in sessions_of(user, this=None) if one.key == key)


def test_a_session_says_where_and_when(person):
    sign_in(Client(), person)  # gives the second factor
    client = used(signed_in(person))
    said = text_of(client.get(SESSIONS))
    assert "Firefox on Windows (this session)" in said
    assert "192.0.2.0/24" in said
    assert "192.0.2.77" not in said


def test_one_session_is_ended_and_the_others_go_on(person, events):
    here, there = two_sessions(person)
    here.post(f"{SESSIONS}end/", {"session": ref_of(person, there)})
    event = events.one("session.revoked")
    assert (event.reason, event.target_id, event.detail) == (
        "ended-by-its-owner",
        person.pk,
        {"sessions": 1},
    )
    assert there.get("/your-account/").url.startswith("/account/login/")
    assert here.get("/your-account/").status_code == 200


def test_all_other_sessions_are_ended_at_once(person, events):
    here, there = two_sessions(person)
    elsewhere = Client()
    sign_in(elsewhere, person)
    response = here.post(f"{SESSIONS}end/", {"session": "others"}, follow=True)
    assert "2 sessions have ended" in text_of(response)
    assert events.one("session.revoked").detail == {"sessions": 2}
    for ended in (there, elsewhere):
        assert ended.get("/your-account/").status_code == 302
    assert here.get("/your-account/").status_code == 200


def test_nobody_ends_the_session_of_another(person, events):
    stranger = UserFactory()
    theirs, mine = Client(), Client()
    sign_in(theirs, stranger)
    sign_in(mine, person)
    response = mine.post(f"{SESSIONS}end/", {"session": ref_of(stranger, theirs)}, follow=True)
    assert "Nothing was left to end" in text_of(response)
    assert theirs.get("/your-account/").status_code == 200
    assert "session.revoked" not in events.actions()
    with pytest.raises(Refused):
        end_other_sessions(by=nobody())


@pytest.mark.parametrize("ref", ["", "zz", "0" * 32])
def test_a_session_that_is_none_ends_nothing(person, ref):
    client = Client()
    sign_in(client, person)
    client.post(f"{SESSIONS}end/", {"session": ref})
    assert client.get("/your-account/").status_code == 200


def test_sessions_of_before_a_change_of_password_are_not_listed(person):
    client = Client()
    sign_in(client, person)
    assert len(sessions_of(person, this=None)) == 1
    person.set_password("another-harbour-of-oak")
    person.save()
    assert sessions_of(person, this=None) == []


def test_a_session_that_is_over_is_neither_listed_nor_counted(person):
    here, there = two_sessions(person)
    key = there.cookies["session"].value
    assert impact_of(person.employer).sessions == 2
    Session.objects.filter(pk=key).update(last_used_at=timezone.now() - timedelta(minutes=16))
    assert [one.key for one in sessions_of(person, this=None)] == [here.cookies["session"].value]
    assert impact_of(person.employer).sessions == 1
    Session.objects.update(signed_in_at=timezone.now() - timedelta(hours=9))
    assert impact_of(person.employer).sessions == 0


def test_counting_sessions_opens_none_of_them(person):
    two_sessions(person)
    Session.objects.update(session_data="not to be read")
    assert impact_of(person.employer).sessions == 2


def test_a_session_of_nobody_belongs_to_nobody():
    store = SessionStore()
    store["x"] = 1
    store.save()
    row = Session.objects.get(pk=store.session_key)
    assert (row.user, row.signed_in_at, row.last_used_at) == (None, None, None)
    assert not Session.objects.alive().exists()
    assert Session.get_session_store_class() is SessionStore


def test_sessions_past_their_end_are_forgotten(person):
    client = Client()
    sign_in(client, person)
    call_command("clearsessions")
    assert Session.objects.count() == 1
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    call_command("clearsessions")
    assert Session.objects.count() == 0


def test_a_known_browser_is_listed_and_forgotten(person, events):
    sign_in(Client(), person)
    client = used(signed_in(person, PHONE))
    device = KnownDevice.objects.get()
    assert "Safari on an iPhone" in text_of(client.get(SESSIONS))
    response = client.post(f"{SESSIONS}forget/", {"device": device.pk}, follow=True)
    assert "The browser is forgotten" in text_of(response)
    assert events.one("auth.device_forgotten").target_id == person.pk
    device.refresh_from_db()
    assert device.ended_because == "owner"
    again = client.post(f"{SESSIONS}forget/", {"device": device.pk}, follow=True)
    assert "forgotten already" in text_of(again)


def test_nobody_forgets_the_browser_of_another(person):
    device = KnownDevice.objects.create(user=UserFactory(), token_hash=b"1" * 32)
    by = acting_under(person.rolegrant_set.get())
    assert not forget_own_device(device_id=device.pk, by=by)
    device.refresh_from_db()
    assert device.ended_at is None


def test_what_is_on_file_is_shown_to_its_person(client, person):
    provider = IdentityProvider.objects.create(
        organisation=person.employer, issuer="https://one.example", client_id="x", secret="!",
        accepted_acr=["mfa"], live_from=timezone.now(),
    )  # fmt: skip
    DirectoryLink.objects.create(provider=provider, subject="s", user=person)
    sign_in(client, person)
    said = text_of(client.get("/your-account/recorded/"))
    assert "Nothing stands in the way of an account" in said
    assert "In person, with a photo document" in said or "Confirmed by" in said
    assert f"{person.employer}, since" in said


def test_what_falls_due_is_said_with_its_day(person):
    check, training, agreement = due_of(person)
    assert (check.missing, training.missing, agreement.missing) == (False, False, False)
    assert check.until == person.record_checks.get().valid_until
    assert training.until == person.training_results.get().valid_until
    by = timezone.localdate() + timedelta(days=40)
    number = CourseVersion.objects.current().number + 1
    CourseVersion.objects.create(number=number, title="New", valid_months=12, everybody_by=by)
    number = AgreementVersion.objects.current().number + 1
    AgreementVersion.objects.create(number=number, text="New", everybody_by=by)
    assert [due.to_do_by for due in due_of(person)] == [None, by, by]


def test_a_newcomer_is_told_that_everything_is_missing():
    newcomer = UserFactory(complete=False)
    assert [due.missing for due in due_of(newcomer)] == [True, True, True]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (WINDOWS, "Firefox on Windows"),
        (PHONE, "Safari on an iPhone"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit Chrome/140.0 Safari/537.36", "Chrome on a Mac"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("curl/8.0", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_as_people_know_it(agent, name):
    assert device_name(agent) == name


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::7", "2001:db8:1::/48"),
        ("127.0.0.1", "this computer"),
        ("::1", "this computer"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_range_is_kept_and_not_the_address(address, network):
    assert network_of(address) == network
