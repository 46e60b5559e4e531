"""Every page: guarded, accessible, quiet under the strict content policy. None can be forgotten."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests.browser import accessibility_faults, carry_session
from tests.factories.accounts import UserFactory, sign_in
from tests.house.pages import NO_PAGES, PAGES, STATUS, World, build_world
from tests.house.urls import routes

# Pages a signed-in person without any role may see: leaving, their own account, the way to help.
FOR_EVERYBODY = {
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
    "accounts:agreement",
    "accounts:choose-role",
    "accounts:home",
    "accounts:own-sessions",
    "accounts:recorded",
    "accounts:second-factor",
    "accounts:your-account",
    "investigations:raise-suspicion",
    "trail:own-events",
} | {name for name in PAGES if name.startswith("mfa_")}


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    cache.clear()


@pytest.fixture
def world(transactional_db) -> World:
    return build_world()


def closed_pages() -> list[str]:
    return [route.name for route in routes() if not route.open and route.name in PAGES]


def test_every_route_has_a_sample_or_says_why_it_is_no_page():
    assert {route.name for route in routes()} == set(PAGES) | set(NO_PAGES)


def test_nobody_sees_a_closed_page_without_signing_in(world):
    for name in closed_pages():
        response = Client().get(PAGES[name].path(world))
        assert response.status_code == 302, name
        assert "/account/login/" in response.headers["Location"], name


def test_a_person_without_a_role_is_refused_everywhere_else(world):
    powerless = Client()
    sign_in(powerless, UserFactory())
    for name in set(closed_pages()) - FOR_EVERYBODY:
        assert powerless.get(PAGES[name].path(world)).status_code == 403, name


def test_no_page_may_be_kept_by_a_browser_or_framed(world):
    for name, sample in PAGES.items():
        response = world.clients[sample.who].get(sample.path(world))
        assert response.headers["Cache-Control"].startswith(("no-store", "max-age=0")), name
        assert "no-store" in response.headers["Cache-Control"], name
        policy = response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, name
        assert "unsafe-inline" not in policy, name


@pytest.mark.timeout(180)
@pytest.mark.parametrize("who", sorted({sample.who for sample in PAGES.values()}))
def test_axe_finds_nothing_on_the_pages_of(who, browser, site):
    world = build_world()
    context = browser.new_context()
    if "session" in world.clients[who].cookies:
        carry_session(context, site, world.clients[who])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.extend(complaint_of(page, said)))
    page.on("pageerror", lambda error: complaints.append(f"{page.url} {error}"))
    for name, sample in PAGES.items():
        if sample.who == who:
            complaints += faults_of(page, site, name, sample.path(world))
    context.close()
    assert complaints == []


def complaint_of(page, said) -> list[str]:
    """What the browser says that matters: refused by the content policy, not found, failed.

    A page's own status is judged in `faults_of`.
    """
    own_status = "status of 403" in said.text
    return (
        [f"{page.url} {said.text}"] if said.type in {"error", "warning"} and not own_status else []
    )


def faults_of(page, site, name, path) -> list[str]:
    """What is wrong with one page: status, heading, title, accessibility."""
    response = page.goto(f"{site}{path}")
    faults = [f"{name}: {fault}" for fault in accessibility_faults(page)]
    if response.status != STATUS.get(name, 200):
        faults.append(f"{name}: status {response.status}")
    if page.locator("h1").count() != 1:
        faults.append(f"{name}: {page.locator('h1').count()} first-level headings")
    if not page.title().endswith("ContactPoint") or page.title().startswith("Page "):
        faults.append(f"{name}: title {page.title()!r}")
    return faults
