"""Sessions end: after 15 idle minutes, after 8 hours, at sign-out, with the account; and cannot be
replayed.
"""

import json
import time
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import pytest
import time_machine
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.db.models.functions import Now
from django.test import Client

from accounts.acting import job, nobody, operator, person
from accounts.actions import (
    close_account,
    hold_account,
    reinstate_account,
    revoke_role,
    suspend_account,
)
from accounts.encryption import decrypt
from accounts.models import RoleGrant, Session, User
from accounts.policies import fresh_factor
from accounts.roles import Role
from accounts.signin.sessions import GRANT
from accounts.signin.store import SessionStore
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import (
    PASSWORD,
    EmployerFactory,
    UserFactory,
    acting_as,
    give_totp,
    grant,
    sign_in,
    totp_code,
)

pytestmark = pytest.mark.django_db
MINUTE = 60
STEP_UP = "/account/factors/reauthenticate/"


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    cache.clear()


@pytest.fixture
def clock():
    with time_machine.travel(time.time(), tick=False) as traveller:
        yield traveller


def test_an_idle_session_ends_after_fifteen_minutes(client, practitioner, clock, events):
    sign_in(client, practitioner.user)
    clock.shift(15 * MINUTE)
    assert client.get("/your-account/").status_code == 200
    clock.shift(15 * MINUTE + 1)
    response = client.get("/your-account/?x=1")
    assert response.url == "/account/login/?expired=1&next=%2Fyour-account%2F%3Fx%3D1"
    event = events.one("session.expired")
    assert (event.reason, event.actor_id) == ("idle", practitioner.user.pk)
    assert event.session_ref is not None
    assert events.actions() == ["session.expired"]
    assert client.get("/your-account/").url == "/account/login/?next=/your-account/"


def test_a_busy_session_ends_after_eight_hours(client, practitioner, clock, events):
    sign_in(client, practitioner.user)
    for _ in range(8 * 6):
        clock.shift(10 * MINUTE)
        assert client.get("/your-account/").status_code == 200
    clock.shift(MINUTE)
    assert client.get("/your-account/").status_code == 302
    assert events.one("session.expired").reason == "too-long"


def test_a_half_filled_form_waits_for_its_owner(client, practitioner, other_management_team, clock):
    sign_in(client, practitioner.user)
    clock.shift(16 * MINUTE)
    ended = client.post("/records/search/", {"family_name": "Fenwick-Holt"})
    assert "Fenwick" not in ended.url
    back = parse_qs(urlsplit(ended.url).query)["next"][0]
    sign_in(client, practitioner.user)
    assert "Fenwick-Holt" in client.get(back).content.decode()
    somebody_else = Client()
    sign_in(somebody_else, other_management_team.user)
    assert "Fenwick-Holt" not in somebody_else.get(back).content.decode()


def test_any_other_posted_form_leads_back_home(client, practitioner, clock):
    sign_in(client, practitioner.user)
    clock.shift(16 * MINUTE)
    ended = client.post("/roles/choose/", {"grant": "1"})
    assert parse_qs(urlsplit(ended.url).query)["next"] == ["/"]


def test_the_public_pages_of_an_ended_session_still_open(client, practitioner, clock):
    sign_in(client, practitioner.user)
    clock.shift(16 * MINUTE)
    page = client.get("/cookies/")
    assert page.status_code == 200
    assert practitioner.user.full_name not in page.content.decode()


def test_a_session_without_our_clocks_is_over(client, practitioner):
    sign_in(client, practitioner.user)
    session = SessionStore(client.cookies["session"].value)
    del session["last_seen"]
    session.save()
    assert client.get("/your-account/").status_code == 302


def test_no_way_back_in_if_the_end_cannot_be_recorded(client, practitioner, clock):
    sign_in(client, practitioner.user)
    clock.shift(16 * MINUTE)
    with event_insert_fails(), pytest.raises(DatabaseError):
        client.get("/your-account/")
    assert client.get("/your-account/").status_code == 302


def test_a_cookie_kept_from_before_signing_out_is_worth_nothing(client, practitioner, events):
    sign_in(client, practitioner.user)
    kept = client.cookies["session"].value
    response = client.post("/account/logout/")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert events.actions() == ["auth.logout"]
    thief = Client()
    thief.cookies["session"] = kept
    assert thief.get("/your-account/").url.startswith("/account/login/")
    assert not Session.objects.filter(session_key=kept).exists()


def test_signing_out_takes_a_post(client, practitioner, events):
    sign_in(client, practitioner.user)
    assert client.get("/account/logout/").status_code == 200
    assert client.get("/your-account/").status_code == 200
    assert events.actions() == []


def test_the_session_key_changes_at_each_step_of_signing_in(client):
    user = UserFactory()
    give_totp(user)
    client.get("/account/login/")
    planted = SessionStore()
    planted["x"] = 1
    planted.save()
    client.cookies["session"] = planted.session_key
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    client.post("/account/factors/authenticate/", {"code": totp_code()})
    fresh = client.cookies["session"].value
    assert fresh != planted.session_key
    assert len(fresh) == 32
    assert not Session.objects.filter(session_key=planted.session_key).exists()


@pytest.mark.parametrize(
    ("stop", "status", "words"),
    [
        (suspend_account, "suspended", "Your account is suspended"),
        (hold_account, "held", "Your account is on hold"),
        (close_account, "closed", "Your account is closed"),
    ],
)
def test_stopping_an_account_ends_all_its_sessions_at_the_next_request(
    practitioner, management_team, events, stop, status, words
):
    browsers = [Client(), Client()]
    for browser in browsers:
        sign_in(browser, practitioner.user)
        assert browser.get("/your-account/").status_code == 200
    stop(user=practitioner.user, reason="for the test", by=management_team)
    events.mark()
    for browser in browsers:
        response = browser.get("/your-account/")
        assert response.url == "/account/inactive/"
        assert words in browser.get(response.url).content.decode()
    revoked = events.since_mark()
    assert [event.action for event in revoked] == ["session.revoked"] * 2
    assert {event.reason for event in revoked} == {f"account-{status}"}
    assert {event.target_id for event in revoked} == {practitioner.user.pk}


def test_a_revoked_session_stays_dead_after_reinstatement(client, practitioner, management_team):
    sign_in(client, practitioner.user)
    suspend_account(user=practitioner.user, reason="for the test", by=management_team)
    reinstate_account(user=practitioner.user, reason="explained", by=management_team)
    assert client.get("/your-account/").url.startswith("/account/login/")


def withdraw(organisation):
    organisation.accreditations.update(
        status="withdrawn", withdrawn_at=Now(), withdrawal_reason="for this test"
    )


@pytest.mark.parametrize("which", ["organisation", "base"])
def test_a_lapsed_organisation_shuts_every_account(client, events, which):
    school = EmployerFactory()
    user = UserFactory(employer=school)
    held = grant(user, Role.PRACTITIONER, school)
    sign_in(client, user)
    assert client.get("/").status_code == 200
    withdraw(school if which == "organisation" else school.parent)
    for url in ["/", "/records/search/"]:
        response = client.get(url)
        assert response.status_code == 403, url
        page = response.content.decode()
        assert "not accredited today" in page
        assert settings.NATIONAL_DUTY_PHONE in page
        denied = events.since_mark()[-1]
        assert (denied.action, denied.reason) == ("access.denied", "organisation-not-accredited")
        assert (denied.actor_id, denied.grant_id) == (user.pk, held.pk)


def test_a_revoked_role_is_gone_at_the_next_request(client, practitioner, management_team):
    sign_in(client, practitioner.user, practitioner.grant)
    revoke_role(grant=practitioner.grant, reason="left", by=management_team)
    assert "You do not hold a role" in client.get("/").content.decode()


def test_a_role_whose_time_has_come_is_gone_before_the_task_runs(client, practitioner):
    sign_in(client, practitioner.user)
    RoleGrant.objects.filter(pk=practitioner.grant.pk).update(
        granted_at=Now() - timedelta(days=2), until=Now() - timedelta(days=1)
    )
    assert "You do not hold a role" in client.get("/").content.decode()


def asked(client, url):
    """Whether a request for this address leads to the question in which role to act."""
    response = client.get(url)
    return response.status_code == 302 and response.url.startswith("/roles/choose/")


def test_a_person_with_several_roles_is_asked_in_which_to_act_before_anything(client, practitioner):
    grant(practitioner.user, Role.MEDIATOR)
    sign_in(client, practitioner.user)
    forget_choice(client)
    for url in ["/", "/your-account/", "/records/search/"]:
        assert asked(client, url), url
    assert client.get("/cookies/").status_code == 200
    assert "/records/search/" in unquote(client.get("/records/search/").url)
    assert asked(client, "/records/search/?x=1")
    assert client.post("/records/search/", {}).url == "/roles/choose/?next=%2F"


def forget_choice(client):
    session = SessionStore(client.cookies["session"].value)
    session.pop(GRANT, None)
    session.save()


def test_the_less_powerful_role_is_offered_first(client, management_team):
    lesser = grant(management_team.user, Role.MEDIATOR)
    sign_in(client, management_team.user)
    forget_choice(client)
    assert client.get("/roles/choose/").context["grants"] == [lesser, management_team.grant]


def test_after_the_choice_the_person_goes_where_they_were_going(client, practitioner):
    second = grant(practitioner.user, Role.MEDIATOR)
    sign_in(client, practitioner.user)
    forget_choice(client)
    question = client.get("/records/search/").url
    assert client.post(question, {"grant": second.pk}).url == "/records/search/"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example"]
)
def test_the_choice_leads_to_no_other_site(client, practitioner, elsewhere):
    sign_in(client, practitioner.user)
    answer = client.post(
        f"/roles/choose/?{urlencode({'next': elsewhere})}", {"grant": practitioner.grant.pk}
    )
    assert answer.url == "/"


def test_the_only_role_is_acted_in_without_asking_and_stays_so(client, practitioner):
    sign_in(client, practitioner.user)
    forget_choice(client)
    assert client.get("/").context["acting"].grant == practitioner.grant
    grant(practitioner.user, Role.MANAGEMENT_TEAM)
    assert client.get("/").context["acting"].grant == practitioner.grant


def test_when_the_chosen_role_ends_no_other_one_takes_its_place_by_itself(
    client, practitioner, management_team
):
    grant(practitioner.user, Role.MANAGEMENT_TEAM)
    sign_in(client, practitioner.user, practitioner.grant)
    revoke_role(grant=practitioner.grant, reason="left", by=management_team)
    assert asked(client, "/trail/")
    assert asked(client, "/")


def test_a_form_shown_under_a_role_that_has_ended_is_refused(
    client, practitioner, management_team, events
):
    grant(practitioner.user, Role.MEDIATOR)
    sign_in(client, practitioner.user, practitioner.grant)
    revoke_role(grant=practitioner.grant, reason="left", by=management_team)
    answer = client.post("/records/search/", {"acting_grant": practitioner.grant.pk})
    assert answer.status_code == 403
    assert events.one("access.denied").reason == "acting-role-changed"


def test_a_role_that_counts_is_offered_before_one_that_does_not(client):
    school, other = EmployerFactory(), EmployerFactory()
    user = UserFactory(employer=school)
    bad = grant(user, Role.PRACTITIONER, other)
    good = grant(user, Role.PRACTITIONER, school)
    withdraw(other)
    sign_in(client, user)
    forget_choice(client)
    assert client.get("/roles/choose/").context["grants"] == [good, bad]


def choose(client, role_grant, **more):
    return client.post("/roles/choose/", {"grant": str(role_grant.pk), **more})


def test_choosing_a_role_is_an_event_under_the_role_left(client, practitioner, events):
    second = grant(practitioner.user, Role.MEDIATOR)
    sign_in(client, practitioner.user, practitioner.grant)
    assert choose(client, second, acting_grant=str(practitioner.grant.pk)).url == "/"
    event = events.one("auth.role_switched")
    assert event.detail["role"] == "mediator"
    assert (event.actor_role, event.grant_id) == ("practitioner", practitioner.grant.pk)
    assert client.get("/").context["acting"].grant == second


def test_a_powerful_role_asks_for_the_second_factor_again(client, practitioner, events, clock):
    powerful = grant(practitioner.user, Role.MANAGEMENT_TEAM)
    sign_in(client, practitioner.user, practitioner.grant)
    clock.shift(6 * MINUTE)
    response = choose(client, powerful)
    assert response.url == f"{STEP_UP}?next=%2Froles%2Fchoose%2F%3Fheld%3D1"
    assert events.one("access.denied").reason == "step-up-needed"
    shown = client.post(response.url, {"code": totp_code(), "next": "/roles/choose/?held=1"})
    page = client.get(shown.url)
    assert page.context["form"].data["grant"] == str(powerful.pk)
    assert choose(client, powerful).url == "/"
    assert events.actions() == ["access.denied", "auth.reauthenticated", "auth.role_switched"]
    assert events.since_mark()[1].detail == {"factor": "totp"}


def test_what_was_typed_is_held_once_and_in_no_readable_form(client, practitioner, clock):
    powerful = grant(practitioner.user, Role.MANAGEMENT_TEAM)
    sign_in(client, practitioner.user, practitioner.grant)
    clock.shift(6 * MINUTE)
    choose(client, powerful, note="Fenwick-Holt", password="typed-by-habit")
    kept = SessionStore(client.cookies["session"].value)["held_form"]
    assert "Fenwick" not in repr(kept)
    opened = json.loads(decrypt(kept["posted"]))
    assert opened == {"grant": [str(powerful.pk)], "note": ["Fenwick-Holt"]}
    assert client.get("/roles/choose/?held=1").context["form"].is_bound
    assert not client.get("/roles/choose/?held=1").context["form"].is_bound


def test_a_lesser_role_asks_for_nothing(client, practitioner, clock, events):
    lesser = grant(practitioner.user, Role.MEDIATOR)
    sign_in(client, practitioner.user, practitioner.grant)
    clock.shift(6 * MINUTE)
    assert choose(client, lesser).url == "/"
    assert events.actions() == ["auth.role_switched"]


def test_a_passkey_shown_again_is_as_good_as_a_code(client, practitioner, clock):
    powerful = grant(practitioner.user, Role.MANAGEMENT_TEAM)
    sign_in(client, practitioner.user, practitioner.grant)
    clock.shift(6 * MINUTE)
    assert choose(client, powerful).url.startswith(STEP_UP)
    session = SessionStore(client.cookies["session"].value)
    session[AUTHENTICATION_METHODS_SESSION_KEY] += [
        {"method": "mfa", "at": time.time(), "type": "webauthn", "reauthenticated": True}
    ]
    session.save()
    assert choose(client, powerful).url == "/"


def test_a_password_shown_again_is_not(client, practitioner, clock):
    powerful = grant(practitioner.user, Role.MANAGEMENT_TEAM)
    sign_in(client, practitioner.user, practitioner.grant)
    clock.shift(6 * MINUTE)
    session = SessionStore(client.cookies["session"].value)
    session[AUTHENTICATION_METHODS_SESSION_KEY] += [{"method": "password", "at": time.time()}]
    session.save()
    assert choose(client, powerful).url.startswith(STEP_UP)


def test_a_fresh_factor_lasts_five_minutes(client, practitioner, clock):
    sign_in(client, practitioner.user)
    assert client.get("/").context["acting"].factor_is_fresh
    clock.shift(5 * MINUTE)
    assert not client.get("/").context["acting"].factor_is_fresh


def test_an_act_that_names_it_is_refused_without_a_fresh_factor(practitioner):
    stale = person(practitioner.user, practitioner.grant)
    assert fresh_factor(stale).code == "step-up-needed"
    assert fresh_factor(nobody()).code == "step-up-needed"
    assert fresh_factor(practitioner).allowed
    assert fresh_factor(job("accounts.expire_grants")).allowed
    assert fresh_factor(operator(practitioner.user, practitioner.grant, "suspend_account")).allowed


def test_a_wrong_code_at_the_step_up_is_an_event_of_a_known_person(client, practitioner, events):
    sign_in(client, practitioner.user)
    wrong = "000000" if totp_code() != "000000" else "111111"
    client.post("/account/factors/reauthenticate/", {"code": wrong})
    event = events.one("auth.reauthentication_failed")
    assert (event.actor_id, event.reason) == (practitioner.user.pk, "factor-refused")


def test_nobody_chooses_another_persons_role(client, practitioner, events):
    theirs = acting_as(Role.MEDIATOR)
    sign_in(client, practitioner.user)
    assert choose(client, theirs.grant).status_code == 200
    assert events.actions() == []


def test_a_planted_grant_in_the_session_acts_for_nobody(client, practitioner):
    theirs = acting_as(Role.CENTRAL_TEAM)
    sign_in(client, practitioner.user)
    session = SessionStore(client.cookies["session"].value)
    session[GRANT] = theirs.grant.pk
    session.save()
    assert asked(client, "/")


def test_a_form_shown_under_another_role_is_refused(client, practitioner, events):
    second = grant(practitioner.user, Role.MEDIATOR)
    sign_in(client, practitioner.user, second)
    response = choose(client, second, acting_grant=str(practitioner.grant.pk))
    assert response.status_code == 403
    assert "another window" in response.content.decode()
    assert events.one("access.denied").reason == "acting-role-changed"


def test_every_page_of_a_person_is_kept_out_of_caches(client, practitioner):
    sign_in(client, practitioner.user)
    for url in ["/", "/your-account/", "/account/factors/", "/nothing-here/"]:
        assert "no-store" in client.get(url).headers["Cache-Control"], url


def test_cookies_are_shut_away_from_scripts_and_other_sites(client):
    user = UserFactory()
    client.get("/account/login/")
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    session = client.cookies["session"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert not session["max-age"]  # ends with the browser
    assert client.cookies["csrf"]["httponly"]


def test_a_forwarded_address_is_not_believed_without_a_proxy(client, practitioner, events):
    sign_in(client, practitioner.user)
    client.post("/account/logout/", headers={"x-forwarded-for": "203.0.113.9"})
    assert events.one("auth.logout").source_ip == "127.0.0.1"


def test_the_database_knows_no_session_key_of_an_event(client, practitioner, events):
    sign_in(client, practitioner.user)
    key = client.cookies["session"].value
    client.post("/account/logout/")
    assert key not in repr(vars(events.one("auth.logout")))


def test_the_operators_log_repeats_no_address(client, caplog):
    client.get("/invitations/secret-token-of-an-invitation/")
    client.get("/nothing/secret-word/?secret=1")
    assert "secret" not in caplog.text
    assert "invitations/<str:token>/" in caplog.text


def test_no_account_is_a_superuser():
    names = {field.name for field in User._meta.get_fields()}
    assert names.isdisjoint({"is_superuser", "is_staff", "groups", "user_permissions"})
    assert not UserFactory().is_superuser
    assert not hasattr(User.objects, "create_superuser")
