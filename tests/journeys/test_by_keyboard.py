"""The home page with a keyboard alone: confirm an involvement, go to what waits, come back."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.roles import Role
from records.models import Involvement
from tests.browser import accessibility_faults, carry_session, screenshot
from tests.factories import accounts, records, working

pytestmark = pytest.mark.timeout(120)

LONGEST_WAY = 60  # presses of the tabulator; more means that somebody is caught


def press_to(page: Page, words: str) -> None:
    """Moves the focus by the tabulator alone until it stands on what says `words`."""
    for _ in range(LONGEST_WAY):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "document.activeElement.matches('a, button') ? document.activeElement.innerText : ''"
        )
        if words in " ".join(said.split()):
            return
    raise AssertionError(f"no way by keyboard to {words!r}")


def test_what_needs_me_today_is_done_by_keyboard_alone(page, context, site):
    authority = accounts.LocalAuthorityFactory(duty_phone="01632 960 901")
    practitioner = accounts.acting_as(Role.PRACTITIONER, at=authority)
    long_ago = timezone.localdate() - timedelta(days=120)
    involvement = records.InvolvementFactory(
        child=records.child("Aoife", "Brennan"),
        service=records.ServiceFactory(organisation=authority),
        practitioner=practitioner.user,
        contact_name="",
        started_on=long_ago,
        last_confirmed_on=long_ago,
    )
    working.referral(practitioner)
    client = Client()
    accounts.sign_in(client, practitioner.user)
    carry_session(context, site, client)
    page.goto(f"{site}/")
    assert accessibility_faults(page) == []
    screenshot(page, "home-today")

    press_to(page, "Still involved")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Confirmed as still involved")).to_be_visible()
    confirmed = Involvement.objects.get(pk=involvement.pk).last_confirmed_on
    assert confirmed == timezone.localdate()

    press_to(page, "1 referral waits for your answer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Referrals", exact=True)).to_be_visible()
    press_to(page, "Answer the referral")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="A referral", exact=True)).to_be_visible()
