"""On its pages a local team keeps teams, calendars, places of work and networks of its own base."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Duty, Network, SitePosting, Team, TeamMembership
from tests.factories import teams
from tests.factories.accounts import UserFactory, sign_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def manager(client, management_team):
    sign_in(client, management_team.user, management_team.grant)
    return management_team


@pytest.fixture
def team(manager):
    return teams.team(manager.base, "East team")


def page(client, page_name, /, *keys, **typed):
    url = reverse(f"accounts:{page_name}", args=keys)
    answer = client.post(url, typed, follow=True) if typed else client.get(url)
    return answer.content.decode()


def test_a_team_is_created_and_its_name_taken_once(client, manager):
    typed = {"name": "East team", "organisation": manager.base.pk}
    assert "The team is created" in page(client, "teams", **typed)
    assert "has a team of this name" in page(client, "teams", **typed)
    assert "East team" in page(client, "teams")


def test_the_first_team_is_asked_for_on_an_empty_page(client, manager):
    assert "No team yet" in page(client, "teams")


def test_somebody_joins_by_address_and_leaves_again(client, manager, team, practitioner):
    email = practitioner.user.email
    added = page(client, "add-member", team.key, email=email.upper(), pattern="night")
    assert "The person is in the team" in added
    assert practitioner.user.full_name in added
    again = page(client, "add-member", team.key, email=email, pattern="day")
    assert "This is recorded already" in again
    number = TeamMembership.objects.get().pk
    yesterday = timezone.localdate() - DAY
    early = {"ended_on_0": yesterday.day, "ended_on_1": yesterday.month,
             "ended_on_2": yesterday.year}  # fmt: skip
    assert "on or after the first day" in page(client, "remove-member", team.key, number, **early)
    left = page(client, "remove-member", team.key, number, ended_on_0="")
    assert "The last day in the team is recorded" in left
    assert "; its end" in left


def test_somebody_of_another_base_is_not_found(client, manager, team):
    stranger = UserFactory()
    typed = {"email": stranger.email, "pattern": "day"}
    assert "There is no such account" in page(client, "add-member", team.key, **typed)


def test_a_night_on_call_stands_in_the_calendar_until_it_is_taken_out(
    client, manager, team, practitioner
):
    soon = timezone.localdate() + 3 * DAY
    typed = {"email": practitioner.user.email, "kind": "on_call", "begins": "20:00", "hours": "12",
             "day_0": soon.day, "day_1": soon.month, "day_2": soon.year}  # fmt: skip
    assert "On call: " in page(client, "add-duty", team.key, **typed)
    assert "This is recorded already" in page(client, "add-duty", team.key, **typed)
    duty = Duty.objects.get()
    assert timezone.localtime(duty.starts_at).hour == 20
    assert duty.ends_at - duty.starts_at == 12 * timedelta(hours=1)
    taken = page(client, "withdraw-duty", team.key, duty.pk, sure="yes")
    assert "Nothing stands in the calendar" in taken


def test_a_team_is_renamed_and_closed(client, manager, team):
    assert "West team" in page(client, "team", team.key, name="West team")
    assert "leaves it today" in page(client, "close-team", team.key)
    assert "The team is closed" in page(client, "close-team", team.key, sure="yes")
    assert "Nothing can be changed" in page(client, "team", team.key)


def test_a_place_of_work_is_recorded_by_its_code_and_ended(client, manager, practitioner):
    key = practitioner.user.key
    assert "No place of work is recorded" in page(client, "sites", key)
    wrong = page(client, "sites", key, kind="school", code="RA7")
    assert "Enter the six digits of the URN" in wrong
    right = {"kind": "practice", "code": "y90001", "name": "Park surgery"}
    assert "Park surgery" in page(client, "sites", key, **right)
    posting = SitePosting.objects.get()
    ended = page(client, "end-posting", key, posting.pk, sure="yes")
    assert "Today is recorded as the last day there" in ended


def test_a_network_is_registered_and_ended(client, manager):
    assert "No network is registered" in page(client, "networks")
    typed = {"name": "Town hall", "kind": "office", "cidr": "198.51.100.7/24"}
    assert "Enter a network, like" in page(client, "networks", **typed)
    typed["cidr"] = "198.51.100.0/24"
    assert "Enter both latitude and longitude" in page(client, "networks", **typed, latitude="51")
    assert "The network is registered" in page(client, "networks", **typed)
    assert "This is recorded already" in page(client, "networks", **typed)
    network = Network.objects.get()
    assert "The network is ended" in page(client, "end-network", network.key, sure="yes")


def test_a_team_of_another_base_is_like_one_that_is_not_there(client, manager, team):
    other = teams.team(UserFactory().employer, "Theirs")
    assert client.get(reverse("accounts:team", args=[other.key])).status_code == 403
    number = teams.member(other, UserFactory(employer=other.organisation)).pk
    url = reverse("accounts:remove-member", args=[team.key, number])
    assert client.get(url).status_code == 403
    assert Team.objects.count() == 2


def test_a_list_of_many_teams_takes_few_statements(client, manager, django_assert_max_num_queries):
    for _ in range(20):
        teams.member(teams.team(manager.base), UserFactory(employer=manager.base))
    page(client, "teams")
    with django_assert_max_num_queries(12):
        page(client, "teams")
