"""A report names an address and no child: the duty desk looks in two steps, in a real browser."""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.roles import Role
from tests.browser import accessibility_faults, carry_session, screenshot
from tests.factories import accounts, records

pytestmark = pytest.mark.timeout(120)

HOME = "ZZ99 3WZ"


@pytest.fixture
def authority(live_server):
    return accounts.LocalAuthorityFactory(duty_phone="01632 960 901")


@pytest.fixture
def family(live_server):
    for given, born in (("Aoife", "2015-03-14"), ("Eoin", "2012-06-02")):
        records.child(given, "Brennan", born, postcode=HOME)


def come_as(context, site, user) -> None:
    client = Client()
    accounts.sign_in(client, user)
    carry_session(context, site, client)


def someone(authority, role: Role):
    user = accounts.UserFactory(employer=authority)
    accounts.grant(user, role)
    return user


def fill(page: Page, postcode: str) -> None:
    page.get_by_label("Postcode of the home").fill(postcode)
    page.get_by_label("Reason for access").select_option("household_at_risk")
    page.get_by_label("Case reference").fill("MASH-12")
    page.get_by_role("button", name="Continue").click()


def test_the_duty_desk_sees_a_range_then_the_children_then_opens_one(
    page, context, site, authority, family
):
    come_as(context, site, someone(authority, Role.MEDIATOR))
    page.goto(f"{site}/records/search/")
    page.get_by_role("link", name="search by address").click()
    screenshot(page, "search-by-address")
    assert accessibility_faults(page) == []
    fill(page, "zz993wz")

    expect(page.get_by_text("Between 1 and 5 children")).to_be_visible()
    expect(page.get_by_text("Brennan")).to_have_count(0)
    assert accessibility_faults(page) == []
    screenshot(page, "address-range")
    page.get_by_role("button", name="Show these children").click()

    expect(page.get_by_role("heading", name="Aoife Brennan")).to_be_visible()
    expect(page.get_by_role("heading", name="Eoin Brennan")).to_be_visible()
    assert "ZZ99" not in page.url.upper()
    assert accessibility_faults(page) == []
    screenshot(page, "address-children")
    page.get_by_role("button", name="Open record of Eoin").click()
    expect(page.get_by_text("MASH-12").first).to_be_visible()


def test_the_address_of_the_children_typed_in_by_hand_shows_none(
    page, context, site, authority, family
):
    come_as(context, site, someone(authority, Role.MEDIATOR))
    page.goto(f"{site}/records/search/address/")
    fill(page, HOME)
    page.goto(page.url.replace("/range/", "/children/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("You cannot do this")
    expect(page.get_by_text("choose to show them")).to_be_visible()
    expect(page.get_by_text("Brennan")).to_have_count(0)
    screenshot(page, "address-refused")


def test_a_practitioner_is_told_to_ring_the_duty_desk(page, context, site, authority, family):
    come_as(context, site, someone(authority, Role.PRACTITIONER))
    page.goto(f"{site}/records/search/address/")
    expect(page.get_by_text("ring the duty desk: it can look for you")).to_be_visible()
    expect(page.get_by_text("01632 960 901").first).to_be_visible()


def test_a_wrong_postcode_keeps_what_was_typed_and_works_without_javascript(
    browser, site, authority, family
):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    come_as(context, site, someone(authority, Role.MANAGEMENT_TEAM))
    page = context.new_page()
    page.goto(f"{site}/records/search/address/")
    fill(page, "ZZ99")
    expect(page.get_by_role("alert")).to_contain_text("Enter a full postcode")
    expect(page.get_by_label("Postcode of the home")).to_have_value("ZZ99")
    fill(page, HOME)
    page.get_by_role("button", name="Show these children").click()
    expect(page.get_by_role("heading", name="Aoife Brennan")).to_be_visible()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    screenshot(page, "address-children-phone")
    context.close()
