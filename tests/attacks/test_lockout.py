"""Guessing is stopped, and stopping it is no way to keep a duty worker out at night."""

import re
import time

import pytest
import time_machine
from argon2 import PasswordHasher, low_level
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.core.signing import TimestampSigner
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from accounts.models import KnownDevice
from accounts.models.users import AccountStatus
from accounts.roles import Role
from accounts.signin.devices import CEILING, LIFETIME, SALT, cookie_name, forget_devices
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import (
    PASSWORD,
    UserFactory,
    acting_as,
    give_totp,
    sign_in,
    totp_code,
)

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
CODE = "/account/factors/authenticate/"
WRONG = "wrong-oak-harbour-forty"
LIMIT = settings.AXES_FAILURE_LIMIT
MINUTE = 60


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    cache.clear()


@pytest.fixture
def person():
    acting = acting_as(Role.PRACTITIONER)
    give_totp(acting.user)
    return acting.user


@pytest.fixture(autouse=True)
def clock():
    """Stands still unless a test moves it, so that no code runs out in between."""
    with time_machine.travel(time.time(), tick=False) as traveller:
        yield traveller


def give_password(client, email, password=PASSWORD):
    return client.post(LOGIN, {"login": email, "password": password})


def give_code(client, code=None):
    return client.post(CODE, {"code": code or totp_code()})


def wrong_code():
    return "000000" if totp_code() != "000000" else "111111"


def signed_in(client):
    return SESSION_KEY in client.session


def fully_sign_in(client, user):
    """By password and code, then away from the desk; the half-minute of the code is over."""
    assert give_password(client, user.email).url == CODE
    give_code(client)
    assert signed_in(client)
    client.post("/account/logout/")


@pytest.fixture
def desk(person, clock):
    """A browser that this person has signed in from before."""
    browser = Client()
    fully_sign_in(browser, person)
    clock.shift(MINUTE)
    return browser


def guess(email, times=LIMIT, browser=None):
    browser = browser or Client()
    return [give_password(browser, email, WRONG).status_code for _ in range(times)]


class TestStrangers:
    """Devices never seen before share one count for an account name."""

    def test_twenty_wrong_passwords_lock_the_account_for_half_an_hour(self, person, events, clock):
        stranger = Client()
        statuses = guess(person.email, LIMIT + 1, stranger)
        assert statuses == [200] * (LIMIT - 1) + [429, 429]
        page = give_password(stranger, person.email)
        assert page.status_code == 429
        assert "30 minutes" in page.content.decode()
        assert settings.NATIONAL_DUTY_PHONE in page.content.decode()
        assert events.actions() == ["auth.login_failed"] * (LIMIT - 1) + ["auth.locked"] * 3
        locked = events.since_mark()[-1]
        assert (locked.target_id, locked.reason) == (person.pk, "too-many-failures")
        clock.shift(29 * MINUTE)
        assert give_password(stranger, person.email).status_code == 429
        clock.shift(2 * MINUTE)  # trying while locked out does not make it longer
        assert give_password(stranger, person.email).url == CODE

    def test_a_new_address_or_browser_for_every_guess_does_not_escape(self, person):
        for number in range(LIMIT):
            Client(headers={"user-agent": f"browser {number}"}).post(
                LOGIN,
                {"login": person.email, "password": WRONG},
                REMOTE_ADDR=f"192.0.2.{number}",
            )
        assert give_password(Client(), person.email).status_code == 429

    def test_capitals_in_the_address_do_not_escape_the_lock(self, client, person):
        spellings = [person.email, person.email.upper(), f" {person.email.title()} "]
        for email in spellings * 7:
            response = give_password(client, email, WRONG)
        assert response.status_code == 429

    def test_guessing_many_accounts_from_one_address_locks_nobody_else(self, client, person):
        for number in range(LIMIT + 5):
            give_password(client, f"guess{number}@authority.example", WRONG)
        assert give_password(client, person.email).url == CODE


class TestDutyWorkers:
    """Whoever has signed in here before, or holds a passkey, gets in while strangers are locked."""

    def test_a_known_device_is_not_locked_by_strangers(self, person, desk):
        guess(person.email, LIMIT + 5)
        assert give_password(Client(), person.email).status_code == 429
        assert give_password(desk, person.email).url == CODE
        give_code(desk)
        assert signed_in(desk)

    def test_wrong_codes_of_somebody_with_the_password_do_not_close_a_known_device(
        self, person, desk
    ):
        thief = Client()
        give_password(thief, person.email)
        for _ in range(25):
            give_code(thief, wrong_code())
        give_code(thief)
        assert not signed_in(thief)
        give_password(desk, person.email)
        give_code(desk)
        assert signed_in(desk)

    def test_a_colleague_at_the_same_desk_has_a_cookie_of_their_own(self, person, desk, clock):
        colleague = UserFactory(employer=person.employer)
        give_totp(colleague)
        fully_sign_in(desk, colleague)
        clock.shift(MINUTE)
        guess(person.email)
        guess(colleague.email)
        for user in (person, colleague):
            assert give_password(desk, user.email).url == CODE

    def test_a_password_alone_makes_no_known_device(self, client, person):
        give_password(client, person.email)
        assert not KnownDevice.objects.exists()
        assert cookie_name(person.email) not in client.cookies

    def test_the_first_sign_in_of_all_makes_one_when_the_factor_is_set_up(self, client):
        user = UserFactory()
        give_password(client, user.email)
        url = "/account/factors/totp/activate/"
        secret = client.get(url).context["form"].secret
        client.post(url, {"code": totp_code(secret)})
        assert KnownDevice.objects.get().user.pk == user.pk


class TestTheCookie:
    """A copy of it is worth little, and does not stay unnoticed."""

    def test_it_opens_nothing_by_itself(self, person, desk):
        assert desk.get("/").url.startswith(LOGIN)
        assert give_password(desk, person.email, WRONG).status_code == 200
        give_password(desk, person.email)
        assert not signed_in(desk)

    def test_it_is_shut_away_says_nothing_and_is_stored_as_a_hash(self, person, desk):
        cookie = desk.cookies[cookie_name(person.email)]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
        assert cookie["max-age"] == LIFETIME
        assert re.fullmatch(r"device-[0-9a-f]{16}", cookie.key)
        device = KnownDevice.objects.get()
        token = TimestampSigner(salt=SALT).unsign(cookie.value)
        assert token.encode() not in bytes(device.token_hash)
        assert len(bytes(device.token_hash)) == 32

    def test_a_known_device_wears_out_by_its_own_failures(self, person, desk, events):
        events.mark()
        guess(person.email, CEILING, desk)
        assert events.actions() == ["auth.login_failed"] * CEILING + ["auth.locked"]
        assert events.since_mark()[-1].reason == "device-forgotten"
        assert KnownDevice.objects.get().ended_because == "failures"
        guess(person.email)
        assert give_password(desk, person.email).status_code == 429

    def test_wrong_codes_wear_it_out_too(self, person, desk):
        give_password(desk, person.email)
        for _ in range(CEILING):
            give_code(desk, wrong_code())
        assert KnownDevice.objects.get().ended_because == "failures"

    def test_a_success_in_between_starts_the_count_anew(self, person, desk, clock):
        guess(person.email, CEILING - 1, desk)
        fully_sign_in(desk, person)
        clock.shift(MINUTE)
        guess(person.email, CEILING - 1, desk)
        assert KnownDevice.objects.get().ended_at is None

    def test_its_failures_do_not_count_against_strangers(self, person, desk):
        guess(person.email, CEILING - 1, desk)
        assert not AccessAttempt.objects.exists()

    def test_it_changes_at_each_full_sign_in(self, person, desk):
        before = desk.cookies[cookie_name(person.email)].value
        fully_sign_in(desk, person)
        assert desk.cookies[cookie_name(person.email)].value != before
        assert KnownDevice.objects.count() == 1

    def test_a_copy_that_comes_back_late_ends_the_device(self, person, desk):
        copy = Client()
        copy.cookies[cookie_name(person.email)] = desk.cookies[cookie_name(person.email)].value
        fully_sign_in(desk, person)
        give_password(copy, person.email, WRONG)
        assert KnownDevice.objects.get().ended_because == "reused"
        guess(person.email)
        assert give_password(desk, person.email).status_code == 429

    @pytest.mark.parametrize("value", ["", "x", "a:b:c", "é" * 3000])
    def test_an_invented_cookie_is_a_strangers(self, person, value):
        forger = Client()
        forger.cookies[cookie_name(person.email)] = value
        assert guess(person.email, browser=forger)[-1] == 429

    def test_a_cookie_of_one_account_is_no_cookie_of_another(self, person, desk):
        other = UserFactory()
        desk.cookies[cookie_name(other.email)] = desk.cookies[cookie_name(person.email)].value
        assert guess(other.email, browser=desk)[-1] == 429

    def test_it_ends_after_half_a_year(self, person, desk, clock):
        clock.shift(LIFETIME + 1)
        assert guess(person.email, browser=desk)[-1] == 429

    def test_a_changed_password_makes_every_other_device_a_stranger(self, person, desk):
        here = Client()
        sign_in(here, person)
        new = "another-oak-harbour-forty"
        form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        here.post("/account/password/change/", form)
        old, this = KnownDevice.objects.order_by("pk")
        assert old.ended_because == "credentials"
        assert this.ended_at is None
        assert cookie_name(person.email) in here.cookies

    def test_a_password_changed_without_its_event_forgets_nothing(self, person, desk):
        here = Client()
        sign_in(here, person)
        new = "another-oak-harbour-forty"
        form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        with event_insert_fails(), pytest.raises(DatabaseError):
            here.post("/account/password/change/", form)
        assert KnownDevice.objects.get().ended_at is None

    def test_forgetting_is_once(self, person, desk):
        assert [forget_devices(person), forget_devices(person)] == [1, 0]

    def test_an_end_says_why(self, person, desk):
        with pytest.raises(IntegrityError), transaction.atomic():
            KnownDevice.objects.update(ended_because="failures")


@pytest.fixture
def hashes(monkeypatch):
    """How often Argon2 was asked to work: that is what a sign-in takes time for."""
    count = [0]

    def counted(original):
        def wrapper(*args, **kwargs):
            count[0] += 1
            return original(*args, **kwargs)

        return wrapper

    monkeypatch.setattr(low_level, "hash_secret", counted(low_level.hash_secret))
    monkeypatch.setattr(PasswordHasher, "verify", counted(PasswordHasher.verify))

    def taken(act):
        count[0] = 0
        act()
        return count[0]

    return taken


class TestNobodyLearnsWhoExists:
    """The same answer, after the same work."""

    def test_every_wrong_sign_in_hashes_exactly_once(self, person, hashes):
        invited = UserFactory(status=AccountStatus.INVITED, password="!")
        stopped = UserFactory(status=AccountStatus.SUSPENDED)
        emails = [person.email, invited.email, stopped.email, "nobody@authority.example"]
        work = [hashes(lambda e=email: give_password(Client(), e, WRONG)) for email in emails]
        assert work == [1, 1, 1, 1]

    def test_a_locked_name_costs_no_hash_whether_it_exists_or_not(self, person, hashes):
        for email in (person.email, "nobody@authority.example"):
            guess(email)
            assert hashes(lambda e=email: give_password(Client(), e, WRONG)) == 0

    def test_a_reset_writes_an_event_for_unknown_addresses_too(self, client, person, events):
        for email in (person.email, "nobody@authority.example", UserFactory().email):
            client.post("/account/password/reset/", {"email": email})
        asked = events.since_mark()
        assert [event.action for event in asked] == ["auth.password_reset_requested"] * 3
        assert [event.outcome for event in asked] == ["success", "failure", "failure"]
        assert [event.reason for event in asked] == [None, "unknown-address", "no-second-factor"]
        assert "nobody@" not in repr([vars(event) for event in asked]) + repr(events.payloads())
