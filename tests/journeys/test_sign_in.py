"""Signing in, in a real browser: from the invitation's link to a code from an app, and by passkey
alone.
"""

import time
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.actions import invite_person, suspend_account
from accounts.roles import Role
from tests.browser import accessibility_faults, carry_session, screenshot
from tests.factories.accounts import (
    PASSWORD,
    acting_as,
    complete_file,
    give_totp,
    grant,
    sign_in,
    totp_code,
)

EMAIL = "new.person@authority.example"


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> None:
    cache.clear()


def code_now(secret: str) -> str:
    """A code that stays valid while the browser types it."""
    left = 30 - time.time() % 30
    if left < 5:
        time.sleep(left + 0.2)
    return totp_code(secret)


def give_password(page: Page, site: str, path: str = "/") -> None:
    page.goto(f"{site}{path}")
    page.get_by_label("Work e-mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


def virtual_passkey(page: Page) -> Any:
    """A passkey holder inside the browser that says yes at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def test_from_the_invitation_to_the_search_button(page: Page, site: str, events: Any) -> None:
    team = acting_as(Role.MANAGEMENT_TEAM)
    invited = invite_person(
        email=EMAIL,
        given_name="New",
        family_name="Person",
        work_phone="01632 960 101",
        line_manager_name="Sam Manager",
        line_manager_email="sam@authority.example",
        employer=team.organisation,
        by=team,
    )
    grant(invited.user, Role.PRACTITIONER)
    events.mark()

    page.goto(f"{site}/invitations/{invited.token}/")
    expect(page.get_by_role("heading", name="Open your account")).to_be_visible()
    assert accessibility_faults(page) == []
    screenshot(page, "invitation")
    page.get_by_label("Code", exact=True).fill(invited.code)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()

    give_password(page, site)
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    assert accessibility_faults(page) == []
    screenshot(page, "second-factor")
    page.get_by_role("button", name="Set up an authenticator app").click()
    secret = page.locator("#totp-secret").inner_text().replace(" ", "")
    page.get_by_label("Code from the app").fill(code_now(secret))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="recovery codes")).to_be_visible()

    page.goto(f"{site}/")
    expect(page.get_by_role("heading", name="Before you can use ContactPoint")).to_be_visible()
    assert accessibility_faults(page) == []
    screenshot(page, "before-you-start")
    complete_file(invited.user)

    page.goto(f"{site}/")
    expect(page.get_by_role("button", name="Search for a child")).to_be_visible()
    assert accessibility_faults(page) == []
    screenshot(page, "home")
    sign_out(page)

    give_password(page, site, "/your-account/")
    page.get_by_label("Code from your authenticator app").fill(code_now(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Your account", exact=True)).to_be_visible()
    assert accessibility_faults(page) == []
    assert events.actions() == [
        "account.activated",
        "auth.login",
        "auth.factor_added",
        "auth.recovery_codes_issued",
        "auth.logout",
        "auth.login",
    ]
    logins = [e.detail["method"] for e in events.since_mark() if e.action == "auth.login"]
    assert logins == ["password", "password+totp"]


def test_a_passkey_alone_opens_the_door(page: Page, site: str, events: Any) -> None:
    person = acting_as(Role.PRACTITIONER, email=EMAIL)
    give_totp(person.user)
    client = Client()
    sign_in(client, person.user)
    carry_session(page.context, site, client)
    virtual_passkey(page)
    events.mark()

    page.goto(f"{site}/account/factors/passkeys/add/")
    page.get_by_label("Name for this key").fill("test laptop")
    page.get_by_label("Let me sign in with this key alone").check()
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_role("heading", name="recovery codes")).to_be_visible()
    page.goto(f"{site}/your-account/")
    expect(page.get_by_text("Passkey or security key: test laptop")).to_be_visible()
    sign_out(page)

    page.goto(f"{site}/your-account/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Your account", exact=True)).to_be_visible()
    assert events.actions() == [
        "auth.factor_added",
        "auth.recovery_codes_issued",
        "auth.logout",
        "auth.login",
    ]
    login = events.one("auth.login")
    assert (login.detail, login.actor_id) == ({"method": "webauthn"}, person.user.pk)
    sign_out(page)

    give_password(page, site)
    page.get_by_role("button", name="Use a passkey or security key").click()
    expect(page.get_by_role("button", name="Search for a child")).to_be_visible()
    assert events.since_mark()[-1].detail == {"method": "password+webauthn"}


def test_strangers_who_guess_do_not_close_the_door_to_a_passkey(
    page: Page, site: str, events: Any
) -> None:
    """On a browser never seen before: as the only step, and as the second one."""
    person = acting_as(Role.PRACTITIONER, email=EMAIL)
    give_totp(person.user)
    client = Client()
    sign_in(client, person.user)
    carry_session(page.context, site, client)
    virtual_passkey(page)
    page.goto(f"{site}/account/factors/passkeys/add/")
    page.get_by_label("Let me sign in with this key alone").check()
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_role("heading", name="recovery codes")).to_be_visible()
    sign_out(page)
    page.context.clear_cookies()
    stranger = Client()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = stranger.post("/account/login/", {"login": EMAIL, "password": "wrong-harbour"})
    assert answer.status_code == 429

    page.goto(f"{site}/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("button", name="Search for a child")).to_be_visible()
    sign_out(page)
    page.context.clear_cookies()

    stranger.post("/account/login/", {"login": EMAIL, "password": PASSWORD})
    for _ in range(21):
        stranger.post("/account/factors/authenticate/", {"code": "no code"})
    assert events.since_mark()[-1].reason == "too-many-tries"
    give_password(page, site)
    page.get_by_role("button", name="Use a passkey or security key").click()
    expect(page.get_by_role("button", name="Search for a child")).to_be_visible()


def test_an_unknown_passkey_opens_nothing(page: Page, site: str, events: Any) -> None:
    """A passkey that the site has forgotten meanwhile."""
    person = acting_as(Role.PRACTITIONER, email=EMAIL)
    totp = give_totp(person.user)
    client = Client()
    sign_in(client, person.user)
    carry_session(page.context, site, client)
    virtual_passkey(page)
    page.goto(f"{site}/account/factors/passkeys/add/")
    page.get_by_label("Let me sign in with this key alone").check()
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_role("heading", name="recovery codes")).to_be_visible()
    sign_out(page)
    person.user.authenticator_set.exclude(pk=totp.pk).delete()
    events.mark()

    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_text("Incorrect code")).to_be_visible()
    event = events.one("auth.login_failed")
    assert (event.actor_kind, event.target_id) == ("anonymous", None)
    assert event.detail == {"factor": "webauthn"}


def test_suspended_in_the_middle_of_work(page: Page, site: str) -> None:
    person = acting_as(Role.PRACTITIONER, email=EMAIL)
    team = acting_as(Role.MANAGEMENT_TEAM, at=person.base)
    client = Client()
    sign_in(client, person.user)
    carry_session(page.context, site, client)
    page.goto(f"{site}/")
    expect(page.get_by_role("button", name="Search for a child")).to_be_visible()
    suspend_account(user=person.user, reason="for the test", by=team)
    page.get_by_role("button", name="Search for a child").click()
    expect(page.get_by_role("heading", name="Your account is suspended")).to_be_visible()
    assert accessibility_faults(page) == []
    screenshot(page, "suspended")
