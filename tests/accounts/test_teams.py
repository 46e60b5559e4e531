"""Teams, places of work, calendars and networks are kept by the local team, never about oneself."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.actions.networks import NewNetwork, end_network, register_network
from accounts.actions.teams import (
    AlreadyThere,
    NameTaken,
    add_duty,
    add_member,
    close_team,
    create_team,
    end_posting,
    post_to_site,
    remove_member,
    rename_team,
    withdraw_duty,
)
from accounts.models import DutyKind, Network, NetworkKind, SiteKind, Team, TeamMembership
from accounts.policies import Refused
from tests.audit.faults import event_insert_fails
from tests.factories import teams
from tests.factories.accounts import EmployerFactory, LocalAuthorityFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def today():
    return timezone.localdate()


@pytest.fixture
def team(management_team):
    return create_team(organisation=management_team.base, name="East team", by=management_team)


def refused(action, **arguments):
    with pytest.raises(Refused) as raised:
        action(**arguments)
    return raised.value.decision.code


def test_a_team_is_created_renamed_and_closed_each_with_its_event(management_team, events):
    team = create_team(organisation=management_team.base, name=" East team ", by=management_team)
    assert team.name == "East team"
    assert rename_team(team=team, name="West team", by=management_team)
    assert not rename_team(team=team, name="West team", by=management_team)
    assert close_team(team=team, by=management_team)
    assert not close_team(team=team, by=management_team)
    assert events.actions() == ["team.created", "team.amended", "team.closed"]


def test_an_organisation_has_one_open_team_of_a_name(management_team, team):
    with pytest.raises(NameTaken):
        create_team(organisation=team.organisation, name="EAST TEAM", by=management_team)
    close_team(team=team, by=management_team)
    assert create_team(organisation=team.organisation, name="East team", by=management_team)


def test_a_team_keeps_the_teams_of_its_own_user_base_only(management_team, other_management_team):
    school = EmployerFactory(parent=management_team.base)
    team = create_team(organisation=school, name="Safeguarding", by=management_team)
    asked = {"organisation": school, "name": "Another", "by": other_management_team}
    assert refused(create_team, **asked) == "other-user-base"
    assert refused(close_team, team=team, by=other_management_team) == "other-user-base"


def test_a_practitioner_keeps_no_team(practitioner):
    asked = {"organisation": practitioner.base, "name": "Mine", "by": practitioner}
    assert refused(create_team, **asked) == "role-may-not"


def test_somebody_is_in_a_team_from_a_day_to_a_day(management_team, team, practitioner, events):
    events.mark()
    membership = add_member(
        team=team, user=practitioner.user, started_on=today() - 30 * DAY, by=management_team
    )
    assert membership.recorded_at.date() >= today() - DAY
    with pytest.raises(AlreadyThere):
        add_member(team=team, user=practitioner.user, started_on=today(), by=management_team)
    with pytest.raises(ValueError, match="on or after its first day"):
        remove_member(membership=membership, ended_on=today() - 31 * DAY, by=management_team)
    assert remove_member(membership=membership, ended_on=today() - DAY, by=management_team)
    assert not remove_member(membership=membership, ended_on=today(), by=management_team)
    membership.refresh_from_db()
    assert membership.ended_on == today() - DAY
    assert membership.end_recorded_at is not None
    assert membership.end_recorded_at > teams.noon(today() - DAY)
    assert events.actions() == ["team.member_added", "team.member_removed"]
    again = add_member(team=team, user=practitioner.user, started_on=today(), by=management_team)
    assert set(TeamMembership.objects.current()) == {again}


def test_nobody_puts_themselves_into_a_team_or_at_a_school(management_team, team):
    me = management_team.user
    asked = {"user": me, "started_on": today(), "by": management_team}
    assert refused(add_member, team=team, **asked) == "own-account"
    assert refused(post_to_site, kind=SiteKind.SCHOOL, code="123456", **asked) == "own-account"


def test_only_people_of_the_user_base_join_its_teams(management_team, team):
    stranger = UserFactory(employer=LocalAuthorityFactory())
    asked = {"team": team, "user": stranger, "started_on": today(), "by": management_team}
    assert refused(add_member, **asked) == "person-not-in-user-base"


def test_closing_a_team_ends_its_memberships_and_its_coming_duties(
    management_team, team, practitioner
):
    add_member(team=team, user=practitioner.user, started_on=today(), by=management_team)
    start = timezone.now() + DAY
    add_duty(
        team=team,
        user=practitioner.user,
        kind=DutyKind.ON_CALL,
        starts_at=start,
        ends_at=start + DAY,
        by=management_team,
    )
    close_team(team=team, by=management_team)
    assert not team.memberships.open().exists()
    assert not team.duties.standing().exists()
    asked = {"team": Team.objects.get(), "user": practitioner.user, "started_on": today()}
    assert refused(add_member, by=management_team, **asked) == "team-closed"


def test_a_person_works_at_a_school_until_they_leave(management_team, practitioner, events):
    posting = post_to_site(
        user=practitioner.user,
        kind=SiteKind.SCHOOL,
        code="123456",
        name="Mill Lane School",
        started_on=today(),
        by=management_team,
    )
    assert str(posting.site) == "Mill Lane School"
    with pytest.raises(AlreadyThere):
        post_to_site(
            user=practitioner.user,
            kind=SiteKind.SCHOOL,
            code="123456",
            started_on=today(),
            by=management_team,
        )
    assert end_posting(posting=posting, ended_on=today(), by=management_team)
    assert not end_posting(posting=posting, ended_on=today(), by=management_team)
    assert events.actions() == ["account.amended", "account.amended"]


def test_a_calendar_entry_is_taken_back_and_stays_in_its_history(
    management_team, team, practitioner, events
):
    start = timezone.now()
    entry = {"team": team, "user": practitioner.user, "kind": DutyKind.ROTA, "starts_at": start}
    events.mark()
    duty = add_duty(**entry, ends_at=start + DAY, by=management_team)
    with pytest.raises(AlreadyThere):
        add_duty(**entry, ends_at=start + 2 * DAY, by=management_team)
    with pytest.raises(ValueError, match="within 31 days"):
        add_duty(**entry, ends_at=start + 32 * DAY, by=management_team)
    assert withdraw_duty(duty=duty, by=management_team)
    assert not withdraw_duty(duty=duty, by=management_team)
    assert team.duties.count() == 1
    assert events.actions() == ["rota.amended", "rota.amended"]


def test_the_network_an_address_lies_in_is_found_the_narrowest_first(management_team, events):
    new = NewNetwork(name="Town hall", kind=NetworkKind.OFFICE, cidr="198.51.100.0/24")
    wide = register_network(organisation=management_team.base, new=new, by=management_team)
    narrow = teams.network(management_team.base, "198.51.100.64/26", name="Second floor")
    assert list(Network.objects.holding("198.51.100.70")) == [narrow, wide]
    assert not Network.objects.holding("203.0.113.1").exists()
    with pytest.raises(AlreadyThere):
        register_network(organisation=management_team.base, new=new, by=management_team)
    assert end_network(network=wide, by=management_team)
    assert not end_network(network=wide, by=management_team)
    assert list(Network.objects.holding("198.51.100.70")) == [narrow]
    assert events.actions() == ["network.amended", "network.amended"]


@pytest.mark.parametrize("cidr", ["198.51.100.7/24", "nowhere", "2001:db8::/129"])
def test_what_is_no_network_is_not_registered(management_team, cidr):
    new = NewNetwork(name="Town hall", kind=NetworkKind.OFFICE, cidr=cidr)
    with pytest.raises(ValueError, match=r"."):
        register_network(organisation=management_team.base, new=new, by=management_team)


def test_without_its_event_nothing_changes(management_team, team, practitioner):
    with event_insert_fails(), pytest.raises(DatabaseError):
        add_member(team=team, user=practitioner.user, started_on=today(), by=management_team)
    assert not team.memberships.exists()


def test_an_end_without_the_moment_it_was_recorded_is_no_row(team, practitioner):
    membership = teams.member(team, practitioner.user)
    with pytest.raises(IntegrityError, match="end_says_since_when"), transaction.atomic():
        TeamMembership.objects.filter(pk=membership.pk).update(ended_on=today())
