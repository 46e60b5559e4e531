"""The main job in a real browser: sign in, search with a reason, open, be accounted for."""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.roles import Role
from tests.browser import accessibility_faults, carry_session, screenshot
from tests.factories import accounts, records

pytestmark = pytest.mark.timeout(120)

OUT_OF_HOURS = "01632 960 901"


@pytest.fixture
def authority(live_server):
    return accounts.LocalAuthorityFactory(duty_phone=OUT_OF_HOURS)


@pytest.fixture
def practitioner(authority):
    school = accounts.EmployerFactory(parent=authority, name="Invented Primary School")
    user = accounts.UserFactory(
        employer=school, given_name="Amina", family_name="Okafor", email="amina@school.example"
    )
    accounts.grant(user, Role.PRACTITIONER)
    accounts.give_totp(user)
    return user


@pytest.fixture
def manager(authority):
    user = accounts.UserFactory(employer=authority, given_name="Edith", family_name="Grewal")
    accounts.grant(user, Role.MANAGEMENT_TEAM)
    return user


@pytest.fixture
def child(live_server):
    found = records.child("Siobhán", "O'Neill-Khan", "2015-03-08", postcode="ZA1 1AA")
    records.InvolvementFactory(child=found, contact_name="Pat Visitor")
    return found


def sign_in(page: Page, site: str, email: str) -> None:
    page.goto(site)
    page.get_by_label("Work e-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(accounts.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("code", exact=False).first.fill(accounts.totp_code())
    page.get_by_role("button", name="Sign in").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Who else is working with this child?")


def fill_search(page: Page, *, given: str, family: str, born: tuple[str, str, str]) -> None:
    page.get_by_label("Given name").fill(given)
    page.get_by_label("Family name").fill(family)
    for box, value in zip(("Day", "Month", "Year"), born, strict=True):
        page.get_by_label(box, exact=True).fill(value)


def state_reason(page: Page) -> None:
    page.get_by_label("Reason for access").select_option(index=1)
    page.get_by_label("Case reference").fill("AE-2231")


def test_a_practitioner_finds_a_child_and_the_management_team_reads_both_events(
    page, context, site, practitioner, manager, child
):
    sign_in(page, site, practitioner.email)
    page.get_by_role("link", name="Search", exact=True).click()
    fill_search(page, given="Shivon", family="Oneill", born=("8", "3", "2015"))
    screenshot(page, "search")
    state_reason(page)
    page.get_by_role("button", name="Search").click()

    expect(page.get_by_role("heading", name="Siobhán O'Neill-Khan")).to_be_visible()
    assert "Siobh" not in page.url
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Open record").click()

    expect(page.get_by_text("Pat Visitor").first).to_be_visible()
    expect(page.get_by_text(OUT_OF_HOURS).first).to_be_visible()
    screenshot(page, "record")
    page.get_by_role("button", name="Sign out").click()

    client = Client()
    accounts.sign_in(client, manager)
    carry_session(context, site, client)
    page.goto(f"{site}/trail/")
    trail = page.get_by_role("table")
    opened = trail.get_by_role("row").filter(has_text="Opened a child record")
    searched = trail.get_by_role("row").filter(has_text="1 record shown")
    expect(opened).to_contain_text("Amina Okafor")
    expect(searched).to_contain_text("Amina Okafor")
    expect(searched).to_contain_text("given name, family name and date of birth")
    expect(trail).not_to_contain_text("Siobh")
    screenshot(page, "trail")


def test_a_missing_reason_keeps_what_was_typed_and_says_what_to_do(
    page, context, site, practitioner
):
    client = Client()
    accounts.sign_in(client, practitioner)
    carry_session(context, site, client)
    page.goto(f"{site}/records/search/")
    fill_search(page, given="Aoife", family="Brennan", born=("14", "3", "2015"))
    page.get_by_role("button", name="Search").click()

    expect(page.get_by_role("alert")).to_contain_text("Choose your reason for access")
    expect(page.get_by_label("Family name")).to_have_value("Brennan")
    expect(page.get_by_label("Year")).to_have_value("2015")
    assert page.title().startswith("Error: ")
    assert accessibility_faults(page) == []


def test_the_site_works_without_javascript(browser, site, practitioner, child):
    context = browser.new_context(java_script_enabled=False)
    client = Client()
    accounts.sign_in(client, practitioner)
    carry_session(context, site, client)
    page = context.new_page()
    page.goto(f"{site}/records/search/")
    fill_search(page, given="Siobhán", family="Khan", born=("8", "3", "2015"))
    state_reason(page)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Open record").click()
    expect(page.get_by_text("Pat Visitor").first).to_be_visible()
    context.close()


def test_on_a_phone_nothing_runs_off_the_screen(browser, site, practitioner, child):
    context = browser.new_context(viewport={"width": 360, "height": 740})
    client = Client()
    accounts.sign_in(client, practitioner)
    carry_session(context, site, client)
    page = context.new_page()
    page.goto(f"{site}/records/search/")
    fill_search(page, given="Siobhán", family="Khan", born=("8", "3", "2015"))
    state_reason(page)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Open record").click()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    context.close()
