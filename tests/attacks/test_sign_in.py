"""Enemies at the door: a password alone, guessing, asking who exists, links by mail, pages that
open a session.
"""

import os
import re
import subprocess
import sys
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.messages.delivery import deliver_due
from accounts.models.users import AccountStatus
from accounts.roles import Role
from accounts.signin import urls as signin_urls
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


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    cache.clear()


@pytest.fixture
def person():
    """A practitioner with a TOTP secret that the tests know."""
    acting = acting_as(Role.PRACTITIONER)
    give_totp(acting.user)
    return acting.user


def give_password(client, email, password=PASSWORD, **more):
    return client.post(LOGIN, {"login": email, "password": password, **more})


def give_code(client, code=None):
    return client.post(CODE, {"code": code or totp_code()})


def signed_in(client):
    return SESSION_KEY in client.session


def test_password_and_totp_open_a_session(client, person, events):
    first = give_password(client, person.email)
    assert (first.status_code, first.url) == (302, CODE)
    assert not signed_in(client)
    second = give_code(client)
    assert (second.status_code, second.url) == (302, "/")
    assert client.get("/").status_code == 200
    event = events.one("auth.login")
    assert event.detail == {"method": "password+totp"}
    assert (event.actor_kind, event.actor_id) == ("person", person.pk)
    assert event.actor_base == person.employer.pk
    assert len(event.session_ref) == 16
    assert event.source_ip is not None
    assert events.actions() == ["auth.login"]


def test_a_password_alone_reaches_nothing(client, person):
    give_password(client, person.email)
    for url in ["/", "/your-account/", "/records/search/", "/trail/", "/account/factors/"]:
        response = client.get(url)
        assert response.status_code == 302, url
        assert response.url.startswith(LOGIN), url


def test_a_password_alone_sets_no_further_factor(client, person):
    give_password(client, person.email)
    for url in ["/account/factors/totp/activate/", "/account/factors/passkeys/add/"]:
        assert client.get(url).url.startswith(LOGIN)


def test_a_person_without_a_factor_reaches_only_its_set_up(client, events):
    user = UserFactory()
    give_password(client, user.email)
    assert events.one("auth.login").detail == {"method": "password"}
    for url in ["/", "/your-account/", "/account/factors/", "/account/password/change/"]:
        response = client.get(url)
        assert response.url.startswith("/your-account/second-factor/"), url
    assert client.get("/your-account/second-factor/").status_code == 200


def test_setting_up_totp_opens_the_rest_and_issues_recovery_codes(client, events):
    user = UserFactory()
    give_password(client, user.email)
    events.mark()
    url = "/account/factors/totp/activate/"
    secret = client.get(url).context["form"].secret
    done = client.post(url, {"code": totp_code(secret)})
    assert done.url == "/account/factors/recovery-codes/"
    page = client.get(done.url)
    assert page.status_code == 200
    assert len(page.context["unused_codes"]) == 10
    assert events.actions() == ["auth.factor_added", "auth.recovery_codes_issued"]
    assert events.since_mark()[0].detail == {"factor": "totp"}
    assert client.get("/").status_code == 200
    stored = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert secret not in stored


def test_setting_up_a_factor_late_asks_for_the_password_again(client, events):
    """A session left open for six minutes does not take somebody else's telephone."""
    user = UserFactory()
    url = "/account/factors/totp/activate/"
    again = "/account/reauthenticate/"
    with time_machine.travel(time.time(), tick=False) as clock:
        give_password(client, user.email)
        clock.shift(6 * 60)
        assert client.get(url).url == f"{again}?next=%2Faccount%2Ffactors%2Ftotp%2Factivate%2F"
        events.mark()
        assert client.post(again, {"password": "wrong-oak-harbour"}).status_code == 200
        assert events.one("auth.reauthentication_failed").actor_id == user.pk
        assert client.post(again, {"password": PASSWORD, "next": url}).url == url
        assert events.one("auth.reauthenticated").detail == {"factor": "password"}
        assert client.get(url).status_code == 200


def test_the_factor_is_not_added_if_its_event_fails(client):
    user = UserFactory()
    give_password(client, user.email)
    url = "/account/factors/totp/activate/"
    secret = client.get(url).context["form"].secret
    with event_insert_fails(), pytest.raises(DatabaseError):
        client.post(url, {"code": totp_code(secret)})
    assert not Authenticator.objects.filter(user=user).exists()


def test_a_session_opened_before_the_factor_was_set_up_must_show_it(client, person):
    """Somebody with the password signs in first, the owner sets up the factor: the thief
    stays out.
    """
    Authenticator.objects.filter(user=person).delete()
    give_password(client, person.email)
    give_totp(person)
    assert client.get("/").url.startswith("/account/factors/reauthenticate/")
    add = client.get("/account/factors/passkeys/add/")
    assert add.url.startswith("/account/factors/reauthenticate/")
    client.post("/account/factors/reauthenticate/", {"code": totp_code()})
    assert client.get("/").status_code == 200


def test_a_password_does_not_stand_in_for_the_factor_again(client, person):
    """Reauthentication by password is for people without a factor only."""
    Authenticator.objects.filter(user=person).delete()
    give_password(client, person.email)
    give_totp(person)
    response = client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert response.url.startswith("/account/factors/reauthenticate/")


def test_a_recovery_code_works_once(client, person, events):
    codes = RecoveryCodes.activate(person).get_unused_codes()
    give_password(client, person.email)
    give_code(client, codes[0])
    assert signed_in(client)
    assert events.one("auth.login").detail == {"method": "password+recovery_code"}
    assert events.one("auth.recovery_code_used").target_id == person.pk
    client.post("/account/logout/")
    give_password(client, person.email)
    give_code(client, codes[0])
    assert not signed_in(client)


def test_a_totp_code_works_once(client, person):
    with time_machine.travel(time.time(), tick=False):
        code = totp_code()
        give_password(client, person.email)
        give_code(client, code)
        assert signed_in(client)
        client.post("/account/logout/")
        give_password(client, person.email)
        give_code(client, code)
    assert not signed_in(client)


def test_an_old_totp_code_does_not_work(client, person):
    give_password(client, person.email)
    give_code(client, totp_code(steps=-2))
    assert not signed_in(client)


def test_a_wrong_code_is_an_event_without_the_code(client, person, events):
    give_password(client, person.email)
    response = give_code(client, "000000" if totp_code() != "000000" else "111111")
    assert response.status_code == 200
    event = events.one("auth.login_failed")
    assert (event.actor_kind, event.target_id) == ("anonymous", person.pk)
    assert (event.outcome, event.reason) == ("failure", "factor-refused")
    assert event.detail == {"factor": "totp"}
    assert events.payloads() == {}


def test_codes_cannot_be_guessed_for_long(client, person, events):
    give_password(client, person.email)
    for _ in range(21):
        give_code(client, "000000" if totp_code() != "000000" else "111111")
    assert events.since_mark()[-1].reason == "too-many-tries"
    give_code(client)
    assert not signed_in(client)


def test_a_wrong_password_is_an_event_without_the_address(client, person, events):
    give_password(client, person.email, "wrong-oak-harbour-forty")
    event = events.one("auth.login_failed")
    assert (event.actor_kind, event.actor_id, event.target_id) == ("anonymous", None, person.pk)
    assert (event.reason, event.detail) == ("password-refused", {"factor": "password"})
    give_password(client, "nobody@authority.example", "wrong-oak-harbour-forty")
    event = events.since_mark()[-1]
    assert (event.action, event.target_id) == ("auth.login_failed", None)
    everything = repr([vars(e) for e in events.since_mark()]) + repr(events.payloads())
    assert person.email not in everything
    assert "nobody@authority.example" not in everything
    assert "harbour" not in everything


def without_token(response):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


@pytest.mark.parametrize("tries", [1, 20, 22])
def test_known_and_unknown_people_get_the_same_answer(client, person, tries):
    def answer(email):
        for _ in range(tries):
            response = give_password(client, email, "wrong-oak-harbour-forty")
        page = without_token(response).replace(email, "THE ADDRESS")
        return response.status_code, page

    with time_machine.travel(time.time(), tick=False):  # the page says when it was printed
        assert answer(person.email) == answer("nobody@authority.example")


def test_a_known_and_an_unknown_address_get_the_same_reset_page(client, person, mailoutbox):
    answers = []
    for email in [person.email, "nobody@authority.example"]:
        done = client.post("/account/password/reset/", {"email": email}, follow=True)
        answers.append((done.status_code, done.redirect_chain, without_token(done)))
    assert answers[0] == answers[1]
    assert deliver_due() == 1
    assert [mail.to for mail in mailoutbox] == [[person.email]]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (AccountStatus.SUSPENDED, "Your account is suspended"),
        (AccountStatus.HELD, "Your account is on hold"),
        (AccountStatus.CLOSED, "Your account is closed"),
    ],
)
def test_a_stopped_account_is_told_what_to_do(client, events, status, words):
    user = UserFactory(status=status)
    give_totp(user)
    done = give_password(client, user.email)
    assert done.url == "/account/inactive/"
    page = client.get(done.url)
    assert page.status_code == 403
    assert words in page.content.decode()
    assert settings.NATIONAL_DUTY_PHONE in page.content.decode()
    event = events.one("auth.login_failed")
    assert (event.reason, event.target_id) == (f"account-{status}", user.pk)
    assert not signed_in(client)


def test_only_the_right_password_learns_that_an_account_is_stopped(client, person):
    stopped = UserFactory(status=AccountStatus.SUSPENDED)
    wrong = "wrong-oak-harbour-forty"
    answers = {
        without_token(give_password(client, email, wrong)).replace(email, "")
        for email in [stopped.email, person.email]
    }
    assert len(answers) == 1


def test_an_account_without_a_password_cannot_sign_in(client):
    user = UserFactory(status=AccountStatus.INVITED, password="!")
    assert give_password(client, user.email, "!").status_code == 200
    assert not signed_in(client)


def test_a_reset_by_mail_does_not_pass_by_the_second_factor(client, person, mailoutbox, events):
    client.post("/account/password/reset/", {"email": person.email})
    deliver_due()
    [link] = re.findall(r"http://\S+(/account/password/reset/key/\S+)", mailoutbox[0].body)
    assert person.email not in mailoutbox[0].body
    form = client.get(link, follow=True)
    new = "another-oak-harbour-forty"
    done = client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert done.status_code == 302
    assert not signed_in(client)
    assert events.actions() == [
        "auth.password_reset_requested",
        "person.notified",
        "auth.password_reset",
    ]
    assert give_password(client, person.email, new).url == CODE
    assert not signed_in(client)
    assert client.get(link, follow=True).context.get("token_fail")


def test_a_reset_does_not_keep_anybody_from_adding_a_factor(client, person):
    client.post("/account/password/reset/", {"email": person.email})
    sign_in(client, person)
    assert client.get("/account/factors/passkeys/add/").status_code == 200


def test_a_mailbox_alone_never_opens_an_account_without_a_factor(client, mailoutbox, events):
    user = UserFactory()
    client.post("/account/password/reset/", {"email": user.email})
    assert deliver_due() == 0
    assert mailoutbox == []
    event = events.one("auth.password_reset_requested")
    assert (event.outcome, event.reason) == ("failure", "no-second-factor")


def test_the_last_second_factor_stays(client, person, events):
    sign_in(client, person)
    client.post("/account/factors/totp/deactivate/")
    assert Authenticator.objects.filter(user=person, type="totp").exists()
    assert events.actions() == []


def test_the_last_passkey_stays(client, person):
    sign_in(client, person)
    only = Authenticator.objects.get(user=person)
    Authenticator.objects.filter(pk=only.pk).update(type="webauthn", data={"name": "key"})
    client.post(reverse("mfa_remove_webauthn", args=[only.pk]))
    assert Authenticator.objects.filter(pk=only.pk).exists()


def test_one_of_two_factors_can_go_with_an_event(client, person, events):
    sign_in(client, person)
    other = Authenticator.objects.create(user=person, type="webauthn", data={"name": "key"})
    response = client.post(reverse("mfa_deactivate_totp"))
    assert response.status_code == 302
    assert list(Authenticator.objects.filter(user=person)) == [other]
    assert events.one("auth.factor_removed").detail == {"factor": "totp"}


def test_another_persons_passkey_cannot_be_removed(client, person):
    theirs = Authenticator.objects.create(user=UserFactory(), type="webauthn", data={"name": "key"})
    sign_in(client, person)
    assert client.post(reverse("mfa_remove_webauthn", args=[theirs.pk])).status_code == 404


def test_changing_the_password_is_an_event_and_ends_other_sessions(client, person, events):
    elsewhere = Client()
    sign_in(elsewhere, person)
    sign_in(client, person)
    new = "another-oak-harbour-forty"
    client.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert events.actions() == ["auth.password_changed"]
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").url.startswith(LOGIN)


@pytest.mark.parametrize("password", ["short", "qwerty123456", "975310864297", "person1@authority"])
def test_weak_passwords_are_refused(client, person, password):
    sign_in(client, person)
    password = password.replace("person1@authority", person.email)
    response = client.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )
    assert response.status_code == 200
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_larger_list_of_common_passwords_can_be_named(tmp_path):
    larger = tmp_path / "breached.txt"
    larger.write_text("plain-oak-harbour-forty\n")
    judge = (
        "import django; django.setup()\n"
        "from django.contrib.auth.password_validation import validate_password\n"
        "validate_password('another-oak-harbour-forty')\n"
        "validate_password('Plain-Oak-Harbour-Forty')\n"
    )
    given = {**os.environ, "COMMON_PASSWORDS_FILE": str(larger)}
    given["DJANGO_SETTINGS_MODULE"] = "contactpoint.settings"
    judged = subprocess.run(
        [sys.executable, "-c", judge], env=given, capture_output=True, text=True, check=False
    )
    assert judged.stderr.count("This password is too common.") == 1


def test_no_session_without_its_event(client, person):
    give_password(client, person.email)
    with event_insert_fails(), pytest.raises(DatabaseError):
        give_code(client)
    assert client.get("/").url.startswith(LOGIN)


def test_next_comes_back_after_both_steps(client, person):
    give_password(client, person.email, next="/your-account/")
    assert give_code(client).url == "/your-account/"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:1"])
def test_next_leads_to_no_other_site(client, person, target):
    give_password(client, person.email, next=target)
    assert give_code(client).url == "/"


def test_a_request_without_a_csrf_token_is_refused_and_recorded(person, events):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, person)
    assert client.post("/account/logout/").status_code == 403
    event = events.one("access.denied")
    assert (event.reason, event.actor_id) == ("csrf", person.pk)
    assert client.get("/").status_code == 200


# Every page of ours that can open a session, by name. One more is a decision, not an accident.
OPEN_A_SESSION = {
    "account_login",  # password; then mfa_authenticate, or set-up pages only
    "mfa_authenticate",  # the second step
    "mfa_login_webauthn",  # a passkey alone
    "directory_callback",  # an organisation's own directory
}
NOT_ROUTED = [
    "account_signup",
    "account_signup_by_passkey",
    "account_email",
    "account_confirm_email",
    "account_email_verification_sent",
    "account_set_password",
    "account_request_login_code",
    "account_confirm_login_code",
    "mfa_signup_webauthn",
    "mfa_trust",
    "mfa_download_recovery_codes",
]


def test_what_allauth_offers_beyond_our_list_has_no_address():
    names = get_resolver().reverse_dict
    assert [name for name in NOT_ROUTED if name in names] == []


def test_the_pages_that_can_open_a_session_are_known():
    public = {
        pattern.name
        for pattern in signin_urls.urlpatterns
        if getattr(pattern.callback, "login_required", True) is False
    }
    harmless = {
        "account_logout",
        "account_inactive",
        "directories",
        "directory_start",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
    }
    assert public == OPEN_A_SESSION | harmless


def test_one_authentication_backend_beside_the_lock():
    assert settings.AUTHENTICATION_BACKENDS == [
        "axes.backends.AxesStandaloneBackend",
        "accounts.signin.backends.Backend",
    ]


def test_passwords_are_kept_with_argon2():
    user = UserFactory.build()
    user.set_password(PASSWORD)
    assert user.password.startswith("argon2")
