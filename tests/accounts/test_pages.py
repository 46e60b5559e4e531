"""The pages everybody has: home by role, one's own account, roles, information, errors."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.policies import Refused, deny
from accounts.roles import Role
from accounts.views.errors import forbidden
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import UserFactory, acting_as, grant, sign_in

pytestmark = pytest.mark.django_db

SEARCH, TRAIL = "Search for a child", "Read the audit trail"
ON_HOME = {
    Role.PRACTITIONER: ({SEARCH}, {TRAIL}),
    Role.MEDIATOR: ({SEARCH}, {TRAIL}),
    Role.SHIELD_ADMINISTRATOR: ({SEARCH}, {TRAIL}),
    Role.MANAGEMENT_TEAM: ({SEARCH, TRAIL}, set()),
    Role.CENTRAL_TEAM: ({TRAIL}, {SEARCH}),
    Role.AUDITOR: ({TRAIL}, {SEARCH}),
    Role.APPLICANT: ({"Apply for accreditation"}, {SEARCH, TRAIL}),
    Role.ACCREDITATION_OFFICER: ({"Decide on accreditations"}, {SEARCH, TRAIL}),
}


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    cache.clear()


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize("role", Role)
def test_home_offers_what_the_role_may_do(client, role):
    acting = acting_as(role)
    sign_in(client, acting.user)
    page = text(client.get("/"))
    there, absent = ON_HOME[role]
    assert [words for words in there if words not in page] == []
    assert [words for words in absent if words in page] == []
    assert acting.organisation.name in page
    assert settings.NATIONAL_DUTY_PHONE in page


def test_home_tells_a_person_without_a_role_what_to_do(client):
    user = UserFactory()
    sign_in(client, user)
    page = text(client.get("/"))
    assert "You do not hold a role" in page
    assert "Ask your management team to grant you a role" in page
    assert f"Your management team is that of {user.employer.name}" in page


def test_your_account_shows_ones_own_facts_and_roles(client, practitioner):
    second = grant(practitioner.user, Role.MEDIATOR)
    sign_in(client, practitioner.user)
    page = text(client.get("/your-account/"))
    for words in [
        practitioner.user.email,
        practitioner.user.line_manager_name,
        "Authenticator app",
        second.role.label,
        "Act in another role",
    ]:
        assert words in page


def test_choosing_a_role_shows_ones_own_roles_only(client, practitioner, management_team):
    grant(practitioner.user, Role.MEDIATOR)
    sign_in(client, practitioner.user)
    page = text(client.get("/roles/choose/"))
    assert Role.MEDIATOR.label in page
    assert Role.MANAGEMENT_TEAM.label not in page
    assert "Choose a role" in text(client.post("/roles/choose/", {}))


def test_choosing_without_any_role(client):
    sign_in(client, UserFactory())
    assert "You do not hold a role" in text(client.get("/roles/choose/"))


@pytest.mark.parametrize("url", ["/accessibility/", "/cookies/", "/privacy/"])
def test_information_is_there_for_everybody(client, url):
    text(client.get(url))


def test_the_set_up_page_is_for_people_without_a_factor(client, practitioner):
    sign_in(client, practitioner.user)
    assert client.get("/your-account/second-factor/").url == "/account/factors/"


@pytest.mark.parametrize(
    "url",
    [
        "/account/factors/",
        "/account/factors/passkeys/",
        "/account/factors/passkeys/add/",
        "/account/factors/totp/deactivate/",
        "/account/factors/recovery-codes/generate/",
        "/account/factors/reauthenticate/",
        "/account/password/change/",
        "/account/password/reset/",
        "/account/logout/",
    ],
)
def test_sign_in_pages_are_in_our_look(client, practitioner, url):
    sign_in(client, practitioner.user)
    assert "cp-header" in text(client.get(url))


def test_a_page_that_is_not_there(client, practitioner):
    sign_in(client, practitioner.user)
    assert "cp-header" in text(client.get("/nothing-here/"), 404)


def test_an_error_tells_nothing(practitioner):
    browser = Client(raise_request_exception=False)
    sign_in(browser, practitioner.user)
    with event_insert_fails():
        page = text(browser.post("/account/logout/"), 500)
    for words in ["Traceback", "psycopg2", "INSERT", "Django", "audit_event"]:
        assert words not in page
    assert browser.get("/").status_code == 200  # nobody was signed out without an event


def test_a_refusal_whose_event_fails_is_an_error(client, practitioner):
    organisation = practitioner.organisation
    organisation.accreditations.all().update(valid_from="2019-01-01", valid_until="2020-01-01")
    browser = Client(raise_request_exception=False)
    sign_in(browser, practitioner.user)
    with event_insert_fails():
        assert browser.get("/").status_code == 500
    assert browser.get("/").status_code == 403


def test_djangos_own_refusals_are_events_of_known_people(rf, practitioner, events):
    request = rf.get("/anywhere/")
    request.acting = practitioner
    request.session, request.user = {}, practitioner.user
    assert forbidden(request, PermissionDenied()).status_code == 403
    assert events.one("access.denied").reason == "permission-denied"


def test_a_decision_says_why_and_what_to_do():
    decision = deny("code", "Why.", "What to do.")
    assert (Refused(decision).decision, str(Refused(decision))) == (decision, "code")


def test_requests_of_nobody_lead_to_signing_in(client):
    for url in ["/", "/your-account/", "/roles/choose/", "/account/factors/"]:
        assert client.get(url).url == f"/account/login/?next={url}"


def test_opening_the_stopped_page_without_a_reason_tells_nothing(client):
    assert "You cannot sign in with this account" in text(client.get("/account/inactive/"), 403)
