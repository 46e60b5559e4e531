"""The register and the staff lists on the web: who sees what, and what is confirmed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.actions import record_identifier
from accounts.models import IdentifierScheme, StaffLink, StaffProposal, User
from accounts.roles import Role
from tests.accounts.test_staff_feed import HEAD, line
from tests.factories.accounts import (
    EmployerFactory,
    LocalAuthorityFactory,
    UserFactory,
    acting_as,
    sign_in,
)

pytestmark = pytest.mark.django_db


def signed_in(acting) -> Client:
    client = Client()
    sign_in(client, acting.user, acting.grant)
    return client


@pytest.fixture
def school():
    return EmployerFactory(name="Mill Lane School")


@pytest.fixture
def officer(accreditation_officer):
    return signed_in(accreditation_officer)


@pytest.fixture
def team(school):
    return signed_in(acting_as(Role.MANAGEMENT_TEAM, at=school.parent))


def at(name, organisation, *more):
    return reverse(f"accounts:{name}", args=[organisation.key, *more])


def words(response):
    return response.content.decode()


def test_a_team_sees_its_own_organisations_and_the_officer_all(school, team, officer):
    EmployerFactory(name="Far Away School")
    mine = words(team.get(reverse("accounts:organisations")))
    assert "Mill Lane School" in mine
    assert "Far Away School" not in mine
    assert "Far Away School" in words(officer.get(reverse("accounts:organisations")))


def test_an_organisation_of_another_team_is_not_there_for_a_team(team, events):
    elsewhere = EmployerFactory()
    assert team.get(at("organisation", elsewhere)).status_code == 403
    assert events.one("access.denied").reason == "not-in-your-register"
    found = team.post(reverse("accounts:find-organisations"), {"words": elsewhere.name})
    assert "Nothing found" in words(found)


def test_found_by_name_or_by_an_identifier_held_before(school, officer, accreditation_officer):
    for value in ("100001", "100002"):
        record_identifier(
            organisation=school, scheme=IdentifierScheme.URN, value=value, by=accreditation_officer
        )
    for asked in ("mill lane", "100 001", "100002"):
        found = officer.post(reverse("accounts:find-organisations"), {"words": asked})
        assert "Mill Lane School" in words(found), asked


@pytest.mark.parametrize(
    ("query", "shown"),
    [("?state=closed", False), ("?state=open", True), ("?kind=employer", True),
     ("?kind=national_partner", False), ("?state=not-accredited", False)],
)  # fmt: skip
def test_the_register_is_filtered(school, officer, query, shown):
    page = words(officer.get(reverse("accounts:organisations") + query))
    assert ("Mill Lane School" in page) is shown


def test_the_register_costs_the_same_for_many(school, officer, django_assert_max_num_queries):
    for _ in range(30):
        EmployerFactory(parent=school.parent)
    with django_assert_max_num_queries(9):
        officer.get(reverse("accounts:organisations"))


def test_the_officer_closes_what_the_preview_showed(school, officer):
    seen = officer.get(at("close-organisation", school)).context["touched"].seal
    answer = {"reason": "shut", "seen": seen}
    UserFactory(employer=school)
    late = officer.post(at("close-organisation", school), answer)
    assert late.status_code == 403
    assert "has changed since" in words(late)
    seen = officer.get(at("close-organisation", school)).context["touched"].seal
    answer = {"reason": "shut", "seen": seen, "with_people": "on"}
    page = officer.post(at("close-organisation", school), answer, follow=True)
    assert "is closed. Its history stays here." in words(page)
    assert "Closed on" in words(page)


def test_the_officer_merges_moves_and_calls_off(school, officer):
    into = EmployerFactory(parent=school.parent, name="Mill Lane Academy")
    body = LocalAuthorityFactory()
    planned = {
        "to": str(body.key), "reason": "county line",
        "effective_on_0": "1", "effective_on_1": "1", "effective_on_2": "2099",
    }  # fmt: skip
    page = officer.post(at("move-organisation", school), planned, follow=True)
    assert "manages it from 1 January 2099 on" in words(page)
    move = school.moves.get()
    page = officer.post(at("cancel-move", school, move.pk), follow=True)
    assert "Called off" in words(page)
    seal = officer.get(at("merge-organisation", school)).context["touched"].seal
    page = officer.post(
        at("merge-organisation", school),
        {"into": str(into.key), "reason": "one school now", "seen": seal},
        follow=True,
    )
    assert "Mill Lane School is part of Mill Lane Academy now." in words(page)


def test_a_wrong_day_or_identifier_says_what_to_do(school, officer):
    yesterday = {"effective_on_0": "1", "effective_on_1": "1", "effective_on_2": "2020"}
    assert "today or later" in words(officer.post(at("move-organisation", school), yesterday))
    page = officer.post(at("record-identifier", school), {"scheme": "urn", "value": "12"})
    assert "that register has none like it" in words(page)
    page = officer.post(
        at("record-identifier", school), {"scheme": "urn", "value": "100 001"}, follow=True
    )
    assert "100001" in words(page)
    held = school.identifiers.get()
    assert "ended" in words(officer.post(at("end-identifier", school, held.pk), follow=True))


@pytest.mark.parametrize(
    "name", ["close-organisation", "merge-organisation", "move-organisation", "record-identifier"]
)
def test_a_team_changes_no_organisation(school, team, name, events):
    events.mark()
    assert team.get(at(name, school)).status_code == 403
    assert team.post(at(name, school), {"reason": "mine"}).status_code == 403
    assert events.actions().count("access.denied") == 2


# Staff lists


def upload(client, school, *lines, **facts):
    content = "\n".join([HEAD, *lines]).encode()
    return client.post(
        reverse("accounts:staff-feed"),
        {
            "employer": str(school.key),
            "file": SimpleUploadedFile("staff.csv", content),
            "mode": "do",
            "reason": "weekly list",
            **facts,
        },
    )


def test_a_list_is_tried_and_then_taken(school, team):
    tried = words(upload(team, school, line("N1", "new@school.example"), mode="try"))
    assert "nothing was changed" in tried
    assert not StaffProposal.objects.exists()
    upload(team, school, line("N1", "new@school.example"), line("N2", "wrong"))
    assert StaffProposal.objects.count() == 1


def test_a_list_that_would_close_too_many_asks_for_the_number(school, team):
    for index in range(4):
        user = UserFactory(employer=school)
        StaffLink.objects.create(user=user, employer=school, staff_ref=f"T{index}")
    asked = words(upload(team, school))
    assert "would close 4 of 4 accounts" in asked
    assert not User.objects.filter(employer=school, status="closed").exists()
    upload(team, school, confirmed_leavers="4")
    assert User.objects.filter(employer=school, status="closed").count() == 4


def test_a_broken_list_and_another_teams_employer_are_refused(school, team):
    content = {"file": SimpleUploadedFile("staff.csv", b"\xff\xfe")}
    assert "not UTF-8" in words(upload(team, school, **content))
    assert "Select a valid choice" in words(upload(team, EmployerFactory()))


def test_a_joiner_is_accepted_and_the_code_shown_once(school, team):
    upload(team, school, line("N1", "new@school.example"))
    proposal = StaffProposal.objects.get()
    assert "Kit Example" in words(team.get(reverse("accounts:staff-proposals")))
    answer = reverse("accounts:answer-proposal", args=[proposal.key])
    assert "Invitation sent" in words(team.post(answer, {"answer": "yes"}))
    assert "Accepted" in words(team.get(answer))
    assert "Nothing waits for you" in words(team.get(reverse("accounts:staff-proposals")))


def test_a_refusal_needs_a_reason(school, team):
    upload(team, school, line("N1", "new@school.example"))
    answer = reverse("accounts:answer-proposal", args=[StaffProposal.objects.get().key])
    assert "Enter why you refuse" in words(team.post(answer, {"answer": "no"}))
    team.post(answer, {"answer": "no", "reason": "needs no account"})
    assert StaffProposal.objects.get().state == "refused"


def test_another_teams_proposal_is_not_there(school, team):
    upload(team, school, line("N1", "new@school.example"))
    stranger = signed_in(acting_as(Role.MANAGEMENT_TEAM))
    answer = reverse("accounts:answer-proposal", args=[StaffProposal.objects.get().key])
    assert stranger.get(answer).status_code == 403
    assert "Kit" not in words(stranger.get(reverse("accounts:staff-proposals")))
