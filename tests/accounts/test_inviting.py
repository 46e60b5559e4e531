"""A team invites people, one or many, and looks after what is on file; codes are shown once."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.bulk.people import INVITE_COLUMNS
from accounts.models import CriminalRecordCheck, IdentityCheck, Invitation, TrainingResult, User
from accounts.models.users import AccountStatus
from accounts.roles import Role
from tests.factories.accounts import EmployerFactory, UserFactory, acting_as, sign_in

pytestmark = pytest.mark.django_db

PERSON = {
    "email": "new.person@authority.example",
    "given_name": "New",
    "family_name": "Person",
    "work_phone": "01632 960 101",
    "job_title": "Health visitor",
    "line_manager_name": "Sam Manager",
    "line_manager_email": "sam@authority.example",
}


@pytest.fixture
def team(client, management_team):
    sign_in(client, management_team.user)
    return management_team


@pytest.fixture
def newcomer(practitioner):
    return UserFactory(employer=practitioner.base, complete=False)


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def test_the_code_is_shown_once_after_inviting(client, team):
    page = text(client.post("/people/invite/", {**PERSON, "employer": team.base.pk}))
    invited = User.objects.get(email=PERSON["email"])
    stored = Invitation.objects.get(user=invited)
    shown = page.split("cp-code")[1].split(">")[1].split("<")[0]
    assert stored.takes(shown)
    assert "01632 960 101" in page
    again = text(client.post("/people/invite/", {**PERSON, "employer": team.base.pk}))
    assert "There is an account with this address" in again


def test_a_team_is_offered_its_own_employers_only(client, team):
    own, foreign = EmployerFactory(parent=team.base), EmployerFactory()
    page = text(client.get("/people/invite/"))
    assert own.name in page
    assert foreign.name not in page
    refused = text(client.post("/people/invite/", {**PERSON, "employer": foreign.pk}))
    assert "Select a valid choice" in refused
    assert not User.objects.filter(email=PERSON["email"]).exists()


def test_the_form_says_what_to_mend(client, team):
    typed = {**PERSON, "work_phone": "ring me", "line_manager_email": PERSON["email"]}
    page = text(client.post("/people/invite/", typed))
    for words in ("Enter a telephone number", "nobody is their own line manager"):
        assert words in page


def test_inviting_once_more_replaces_link_and_code(client, team, events):
    client.post("/people/invite/", {**PERSON, "employer": team.base.pk})
    user = User.objects.get(email=PERSON["email"])
    url = f"/people/{user.key}/invite-again/"
    assert "stop working" in text(client.get(url))
    events.mark()
    assert "Read the code out" in text(client.post(url))
    assert events.actions() == ["account.invitation_revoked", "account.invited"]
    assert events.one("account.invitation_revoked").reason == "replaced"
    assert Invitation.objects.open().filter(user=user).count() == 1


@pytest.mark.parametrize(
    "page", ["invite-again", "file", "confirm-identity", "record-check", "record-training"]
)
def test_another_team_sees_nothing_of_a_person(client, newcomer, other_management_team, page):
    sign_in(client, other_management_team.user)
    refused = text(client.get(f"/people/{newcomer.key}/{page}/"), 403)
    assert newcomer.full_name not in refused


def test_a_team_puts_everything_on_file_page_by_page(client, team, newcomer, events):
    key, day = newcomer.key, {"0": "3", "1": "2", "2": "2026"}

    def dated(name, **more):
        return {**{f"{name}_{box}": value for box, value in day.items()}, **more}

    page = text(client.get(f"/people/{key}/file/"))
    assert "Check a photo document, then confirm who the person is." in page
    done = client.post(f"/people/{key}/confirm-identity/", dated("checked_on", how="in_person"))
    assert done.url == f"/people/{key}/file/"
    client.post(f"/people/{key}/record-check/", dated("checked_on", finding="clear"))
    client.post(f"/people/{key}/record-training/", dated("passed_on", version=1))
    page = text(client.get(f"/people/{key}/file/"))
    assert f"Confirmed by {team.user.full_name}" in page
    assert "counts until 3 February 2029" in page
    assert "Version 1 passed on 3 February 2026" in page
    assert events.actions() == [
        "account.read",
        "account.identity_confirmed",
        "check.recorded",
        "training.recorded",
        "account.read",
    ]


def test_who_confirms_second_is_told_on_the_page(client, team, newcomer):
    IdentityCheck.objects.create(user=newcomer, how="in_person", checked_on="2026-01-01")
    posted = {"how": "in_person", "checked_on_0": "3", "checked_on_1": "2", "checked_on_2": "2026"}
    page = text(client.post(f"/people/{newcomer.key}/confirm-identity/", posted), 403)
    assert "Somebody has confirmed already who this person is." in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"finding": ""}, "Choose the outcome"),
        ({"checked_on_0": "1", "checked_on_1": "1", "checked_on_2": "2999"}, "in the future"),
        ({"checked_on_0": "31", "checked_on_1": "2", "checked_on_2": "2026"}, "There is a problem"),
    ],
)
def test_a_check_that_cannot_be_recorded_says_why(client, team, newcomer, typed, words):
    assert words in text(client.post(f"/people/{newcomer.key}/record-check/", typed))
    assert not CriminalRecordCheck.objects.filter(user=newcomer).exists()


def sheet(*rows, columns=INVITE_COLUMNS):
    out = io.StringIO()
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile("people.csv", out.getvalue().encode())


def send(client, file, dry_run="no", url="/people/invite-from-file/"):
    return client.post(url, {"file": file, "dry_run": dry_run})


def some(number, **changes):
    return {**PERSON, "email": f"p{number}@authority.example", "employer": "", **changes}


def test_a_file_invites_many_and_gives_the_rest_back(client, team, events):
    school: Any = EmployerFactory(parent=team.base, name="Oak School")
    elsewhere = UserFactory()
    page = text(
        send(
            client,
            sheet(
                some(1),
                some(2, employer="oak school"),
                some(3, employer="No such school"),
                some(4, work_phone="=cmd()"),
                some(5, email=elsewhere.email),
            ),
        )
    )
    assert User.objects.get(email="p1@authority.example").employer == team.base
    assert User.objects.get(email="p2@authority.example").employer == school
    assert page.count('<td class="govuk-table__cell">01632 960 101</td>') == 2
    detail = events.one("command.run").detail
    assert (detail["created"], detail["rejected"], detail["dry_run"]) == (2, 3, False)
    file = client.get("/people/rejects/")
    assert "attachment" in file.headers["Content-Disposition"]
    given_back = list(csv.DictReader(io.StringIO(file.content.decode())))
    assert [row["code"] for row in given_back] == [
        "no-such-employer",
        "unusable-values",
        "account-elsewhere",
    ]
    assert given_back[1]["work_phone"] == "'=cmd()"


def test_the_same_file_again_changes_nothing(client, team, events):
    send(client, sheet(some(1), some(2)))
    before = User.objects.count(), Invitation.objects.count()
    events.mark()
    page = text(send(client, sheet(some(1), some(2), some(1))))
    assert (User.objects.count(), Invitation.objects.count()) == before
    assert "Codes to read out" not in page
    assert events.one("command.run").detail["unchanged"] == 3


def test_a_dry_run_changes_nothing_and_shows_no_code(client, team, events):
    page = text(send(client, sheet(some(1), some(2, work_phone="?")), dry_run="yes"))
    assert "Nothing was changed yet" in page
    assert "Codes to read out" not in page
    assert not User.objects.filter(email="p1@authority.example").exists()
    assert events.actions() == ["command.run"]
    assert events.one("command.run").detail["created"] == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"a,b\n1,2\n", "must name these columns"),
        (",".join(INVITE_COLUMNS).encode(), "no rows"),
        ((",".join(INVITE_COLUMNS) + "\n1,2\n").encode(), "not as many cells"),
        (b"x" * 600_000, "too large"),
        (b"a\x00b", "not text"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(client, team, content, words):
    page = text(send(client, SimpleUploadedFile("people.csv", content)))
    assert words in page


def test_a_file_of_too_many_rows_is_refused_whole(client, team):
    assert "more than 200 rows" in text(send(client, sheet(*map(some, range(201)))))
    assert not User.objects.filter(email="p1@authority.example").exists()


def test_a_file_records_training(client, team, newcomer, events):
    columns = ("email", "passed_on")
    rows = [
        {"email": newcomer.email, "passed_on": "2026-01-31"},
        {"email": newcomer.email, "passed_on": "31 January"},
        {"email": "nobody@authority.example", "passed_on": "2026-01-31"},
        {"email": UserFactory().email, "passed_on": "2026-01-31"},
        {"email": team.user.email, "passed_on": "2026-01-31"},
    ]
    url = "/people/record-training/"
    text(send(client, sheet(*rows, columns=columns), url=url))
    assert TrainingResult.objects.get(user=newcomer).recorded_by == team.user
    given_back = client.get("/people/rejects/").content.decode()
    for code in ("not-a-day", "no-such-account", "other-user-base", "own-account"):
        assert code in given_back
    assert events.actions().count("access.denied") == 2
    events.mark()
    text(send(client, sheet(rows[0], columns=columns), url=url))
    assert events.one("command.run").detail["unchanged"] == 1


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MANAGEMENT_TEAM, Role.CENTRAL_TEAM}))
def test_other_roles_reach_none_of_these_pages(client, newcomer, role):
    sign_in(client, acting_as(role).user)
    for url in (
        "/people/invite/",
        "/people/invite-from-file/",
        "/people/record-training/",
        "/people/rejects/",
        f"/people/{newcomer.key}/file/",
    ):
        assert client.get(url).status_code == 403


def test_without_refused_rows_there_is_no_file(client, team):
    assert client.get("/people/rejects/").status_code == 404


def test_an_invited_person_has_a_way_to_be_invited_again_and_nothing_to_confirm(client, team):
    client.post("/people/invite/", {**PERSON, "employer": team.base.pk})
    user = User.objects.get(email=PERSON["email"])
    assert user.status == AccountStatus.INVITED
    page = text(client.get(f"/people/{user.key}/file/"))
    assert "Invite once more" in page
    assert "Confirm who this person is" not in page
