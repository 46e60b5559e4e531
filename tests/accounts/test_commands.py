"""Commands about accounts: installing once, suspending, reinstating, unlocking; no command is a
back door.
"""

import re

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction

from accounts.acting import installer
from accounts.actions import NewPerson, install_central_body
from accounts.models import Accreditation, Organisation, RoleGrant, RoleGrantHistory, User
from accounts.models.users import AccountStatus
from accounts.policies import is_accredited
from accounts.roles import Role
from accounts.tasks import clear_sessions, expire_grants
from audit.investigations.actions import take
from audit.investigations.models import Investigation
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import LocalAuthorityFactory, UserFactory, acting_as

pytestmark = pytest.mark.django_db

FIRST = ["first@central.example", "Alex", "First", "01632 960 201"]
CHECKED = ["--checked", "in_person"]
MORE = {"unlock_account": CHECKED}
SECOND = ["second@central.example", "Billie", "Second", "01632 960 202"]


def run(capsys, name, *arguments):
    call_command(name, *arguments)
    return capsys.readouterr().out


def install(capsys, first=FIRST, second=SECOND):
    return run(
        capsys,
        "install_central_body",
        *("--name", "Central Body", "--duty-phone", "01632 960 999", "--evidence", "SI-1"),
        *("--first", *first, "--second", *second, "--site", "https://cp.example/"),
    )


def test_installing_founds_the_central_body_with_two_people(capsys, events):
    out = install(capsys)
    body = Organisation.objects.get()
    assert (body.kind, body.name) == ("central_body", "Central Body")
    assert is_accredited(body)
    roles = {
        user.given_name: {grant.role for grant in RoleGrant.objects.filter(user=user)}
        for user in User.objects.all()
    }
    assert roles == {
        "Alex": {Role.CENTRAL_TEAM},
        "Billie": {Role.CENTRAL_TEAM, Role.ACCREDITATION_OFFICER},
    }
    event = events.one("system.installed")
    assert (event.actor_kind, event.actor_role) == ("command", "install_central_body")
    assert events.actions().count("role.granted") == 3
    assert RoleGrantHistory.objects.count() == 3
    links = re.findall(r"(Alex First|Billie Second): https://cp\.example(/invitations/\S+)", out)
    assert [name for name, _ in links] == ["Alex First", "Billie Second"]
    codes = re.findall(r"(Alex First|Billie Second): code (\d{8})\n", out)
    assert [name for name, _ in codes] == ["Alex First", "Billie Second"]
    assert User.objects.filter(is_founder=True).count() == 2


def test_the_invitation_links_work(capsys, client):
    out = install(capsys)
    for link in re.findall(r"/invitations/\S+", out):
        assert client.get(link).status_code == 200


def test_installing_runs_once(capsys):
    install(capsys)
    with pytest.raises(CommandError, match="installed before") as error:
        install(capsys, ["c@central.example", "C", "C", "1"], ["d@central.example", "D", "D", "1"])
    assert error.value.returncode == 1
    assert User.objects.count() == 2


def test_installing_refuses_if_any_organisation_ever_existed(capsys):
    LocalAuthorityFactory(accredited=False)
    with pytest.raises(CommandError, match="installed before"):
        install(capsys)
    assert not User.objects.exists()


def test_two_people_are_two_people(capsys):
    with pytest.raises(CommandError, match="two different people"):
        install(capsys, second=[FIRST[0].upper(), *SECOND[1:]])


def test_the_database_allows_one_central_body(central_team):
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(kind="central_body", name="A second one")


def test_no_installation_without_its_event(capsys):
    with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
        install_central_body(
            name="Central Body",
            duty_phone="1",
            evidence="SI-1",
            valid_from=Accreditation._meta.get_field("valid_from").to_python("2026-01-01"),
            valid_until=Accreditation._meta.get_field("valid_from").to_python("2036-01-01"),
            founders=(NewPerson(*FIRST), NewPerson(*SECOND)),
            by=installer(),
        )
    assert not Organisation.objects.exists()


def by(acting, reason="asked by phone"):
    return ("--as", acting.user.email, "--reason", reason)


def test_a_team_suspends_and_reinstates_from_the_command_line(
    capsys, practitioner, management_team, events
):
    email = practitioner.user.email
    assert "suspended" in run(capsys, "suspend_account", email, *by(management_team))
    assert "Nothing to do" in run(capsys, "suspend_account", email, *by(management_team))
    event = events.one("account.suspended")
    assert (event.actor_kind, event.actor_id) == ("command", management_team.user.pk)
    assert event.actor_role == "management_team"
    assert events.payloads() == {event.id: "asked by phone"}
    with pytest.raises(CommandError, match="in the state"):  # nobody has taken the case yet
        run(capsys, "reinstate_account", email, *by(management_team))
    take(case=Investigation.objects.get(), by=management_team)
    assert "active again" in run(capsys, "reinstate_account", email, *by(management_team))
    practitioner.user.refresh_from_db()
    assert practitioner.user.status == AccountStatus.ACTIVE


@pytest.mark.parametrize("command", ["suspend_account", "reinstate_account", "unlock_account"])
def test_a_command_asks_who_and_why(practitioner, management_team, command):
    email = practitioner.user.email
    for arguments in [
        (),
        ("--as", management_team.user.email),
        ("--as", "who@x.example", "--reason", "y"),
    ]:
        with pytest.raises(CommandError) as error:
            call_command(command, email, *MORE.get(command, []), *arguments)
        assert error.value.returncode == 2


@pytest.mark.parametrize("command", ["suspend_account", "reinstate_account", "unlock_account"])
@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.AUDITOR, Role.MANAGEMENT_TEAM])
def test_a_command_is_no_back_door(practitioner, events, command, role):
    with pytest.raises(CommandError) as error:
        call_command(command, practitioner.user.email, *MORE.get(command, []), *by(acting_as(role)))
    assert error.value.returncode == 1
    denied = events.one("access.denied")
    assert (denied.actor_kind, denied.target_id) == ("command", practitioner.user.pk)


def test_a_lapsed_organisation_shuts_commands_too(practitioner, management_team, events):
    management_team.organisation.accreditations.all().update(
        valid_until="2020-01-01", valid_from="2019-01-01"
    )
    with pytest.raises(CommandError, match="not accredited today"):
        call_command("suspend_account", practitioner.user.email, *by(management_team))
    assert events.one("access.denied").reason == "organisation-not-accredited"


def test_a_lock_is_opened_for_a_person_who_showed_who_they_are(
    capsys, client, practitioner, management_team, events
):
    email = practitioner.user.email
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = client.post("/account/login/", {"login": email, "password": "wrong-oak-harbour"})
    assert response.status_code == 429
    events.mark()
    assert "open" in run(capsys, "unlock_account", email, *CHECKED, *by(management_team))
    assert events.one("auth.unlocked").target_id == practitioner.user.pk
    assert not AccessAttempt.objects.filter(username=email).exists()
    assert "Nothing to do" in run(capsys, "unlock_account", email, *CHECKED, *by(management_team))


def test_the_tasks_are_shells_round_the_actions(practitioner):
    assert expire_grants() == 0
    clear_sessions()
    assert UserFactory().pk
