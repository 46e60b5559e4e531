"""An applicant's account is the one that exists before an accreditation. It leads nowhere near the
index, by no path.
"""

import pytest
from django.test import Client

from accounts.actions import grant_role
from accounts.models import AccreditationApplication
from accounts.policies import Refused, can
from accounts.roles import BEFORE_ACCREDITATION, Permission, Role, permissions_of
from accounts.states import State
from tests.factories.accounts import (
    AccreditationFactory,
    EmployerFactory,
    LocalAuthorityFactory,
    acting_under,
    grant,
    sign_in,
)
from tests.factories.accreditation import applicant_of, application, applying
from tests.house.pages import PAGES, build_world
from tests.house.test_pages import FOR_EVERYBODY
from tests.house.urls import routes

pytestmark = pytest.mark.django_db

OWN = {"accounts:home", "accounts:own-accreditation"}


def test_the_role_can_do_one_thing_and_that_is_not_the_index():
    assert set(BEFORE_ACCREDITATION) == {Role.APPLICANT}
    assert permissions_of(Role.APPLICANT) == {Permission.APPLY_FOR_ACCREDITATION}


@pytest.mark.django_db(transaction=True)
def test_every_other_page_is_closed_to_an_applicant():
    world = build_world()
    client = Client()
    sign_in(client, applying(application()).user)
    closed = {route.name for route in routes() if not route.open and route.name in PAGES}
    for name in closed - FOR_EVERYBODY - OWN:
        status = client.get(PAGES[name].path(world)).status_code
        assert status == 403, name


def test_a_second_role_held_there_opens_nothing_until_the_organisation_is_accredited():
    made = application()
    other = grant(made.applicant, Role.PRACTITIONER, made.organisation)
    acting = acting_under(other)
    for permission in Permission:
        assert can(acting, permission).code == "organisation-not-accredited"


def test_a_role_at_an_accredited_body_opens_nothing_while_the_employer_is_not():
    made = application()
    elsewhere = acting_under(grant(made.applicant, Role.PRACTITIONER, LocalAuthorityFactory()))
    assert can(elsewhere, Permission.SEARCH).code == "organisation-not-accredited"


def test_switching_roles_in_the_session_does_not_carry_the_applicants_standing_over(client):
    made = application()
    other = grant(made.applicant, Role.PRACTITIONER, made.organisation)
    sign_in(client, made.applicant, other)
    assert client.get("/records/search/").status_code == 403
    apply = made.applicant.rolegrant_set.get(permission__codename=Role.APPLICANT)
    sign_in(client, made.applicant, apply)
    assert client.get("/records/search/").status_code == 403


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.APPLICANT}))
def test_nobody_gets_another_role_at_an_organisation_not_accredited(central_team, role):
    made = application(at=EmployerFactory(accredited=False))
    with pytest.raises(Refused):
        grant_role(
            user=made.applicant, organisation=made.organisation, role=role, reason="x",
            by=central_team,
        )  # fmt: skip


def test_accreditation_makes_an_applicant_no_practitioner(client):
    made = application()
    AccreditationFactory(organisation=made.organisation)
    sign_in(client, made.applicant)
    assert client.get("/records/search/").status_code == 403
    acting = applying(made)
    assert {p for p in Permission if can(acting, p).allowed} == {Permission.APPLY_FOR_ACCREDITATION}


def test_an_applicant_of_one_body_cannot_touch_anothers_application(client):
    made, victim = application(), application()
    sign_in(client, made.applicant)
    for verb in ("", "submit/", "give-up/", "answer/", "take/", "approve/", "refuse/", "ask/"):
        address = f"/accreditation/applications/{victim.key}/{verb}"
        assert client.post(address, {"text": "x", "round": 1}).status_code in {403, 405}, verb
    victim.refresh_from_db()
    assert victim.status == State.DRAFT


def test_an_applicant_cannot_start_a_second_application_beside_the_open_one(client):
    made = application()
    sign_in(client, made.applicant)
    address = f"/organisations/{made.organisation.key}/accreditation/apply/"
    assert client.post(address).status_code == 403
    assert AccreditationApplication.objects.count() == 1


def test_an_applicant_suspended_or_without_the_role_is_out_at_the_next_request(client):
    acting = applicant_of(LocalAuthorityFactory(accredited=False))
    sign_in(client, acting.user)
    assert client.get("/accreditation/").status_code == 302
    acting.grant.delete()
    assert client.get("/accreditation/").status_code == 403
