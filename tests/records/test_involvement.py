"""One click says "I am working with this child"; it is confirmed, led, and shared in a team."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from audit.ledger.events import EventType
from records import actions
from records.access import open_record
from records.actions.enquiries import open_enquiry
from records.models import Enquiry, Involvement, Service
from records.own_work import count_unconfirmed, unconfirmed_involvements
from records.purposes import Purpose, Reason
from records.visibility import present
from tests.audit.faults import event_insert_fails
from tests.factories import teams
from tests.factories.accounts import UserFactory, acting_as, sign_in
from tests.factories.records import InvolvementFactory, ServiceFactory, child

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def today():
    return timezone.localdate()


@pytest.fixture
def by(practitioner):
    return practitioner


@pytest.fixture
def opened(client, by):
    """A record opened by the practitioner, in a browser."""
    made = child()
    sign_in(client, by.user, by.grant)
    url = reverse("records:give-reason", args=[made.key])
    client.post(url, {"purpose": "child_at_risk", "case_reference": "CASE-1"})
    return made


def reason_for(by):
    reason = Reason(Purpose.CHILD_AT_RISK, "CASE-1")
    return reason.under(open_enquiry(reason=reason, by=by).pk)


def click(client, made):
    return client.post(reverse("records:work-with", args=[made.key]))


def test_one_click_records_service_team_role_and_start(client, by, opened, events):
    team = teams.team(by.organisation, "East team")
    teams.member(team, by.user)
    service = ServiceFactory(organisation=by.organisation, team=team, name="Early help, east")
    Enquiry.objects.update(opened_at=timezone.now() - 3 * DAY)
    page = client.get(reverse("records:record", args=[opened.key])).content.decode()
    assert "I am working with this child" in page
    assert "Recorded as: Social worker, Early help, east" in page
    events.mark()
    assert click(client, opened).status_code == 302
    involvement = Involvement.objects.get()
    assert involvement.service_id == service.pk
    assert involvement.team_id == team.pk
    assert involvement.role == "Social worker"
    assert involvement.practitioner_id == by.user.pk
    assert involvement.started_on == today() - 3 * DAY
    assert involvement.last_confirmed_on == today()
    assert timezone.localdate(involvement.recorded_at) == today()
    event = events.one("involvement.recorded")
    assert event.enquiry_id == involvement.enquiry_id
    assert event.detail["team_id"] == team.pk
    page = client.get(reverse("records:record", args=[opened.key])).content.decode()
    assert "I am working with this child" not in page
    assert "East team" in page


def test_a_second_click_records_nothing(client, by, opened, events):
    click(client, opened)
    events.mark()
    page = client.post(reverse("records:work-with", args=[opened.key]), follow=True)
    assert "recorded as working with this child before" in page.content.decode()
    assert Involvement.objects.count() == 1
    assert "involvement.recorded" not in events.actions()


def test_one_click_is_one_request_of_few_statements(
    client, by, opened, django_assert_max_num_queries
):
    teams.member(teams.team(by.organisation), by.user)
    click(client, child("Eve", "Stone"))  # a first request of the process compiles its questions
    with django_assert_max_num_queries(18):
        click(client, opened)


def test_without_a_team_the_organisations_only_service_is_meant(by):
    service = ServiceFactory(organisation=by.organisation)
    made = actions.work_with(child=child(), reason=reason_for(by), by=by)
    assert made is not None
    assert made.service_id == service.pk


def test_a_service_that_the_directory_lacks_is_added_once(by, events):
    reason = reason_for(by)
    for name in ("Ann", "Bea"):
        assert actions.work_with(child=child(name), reason=reason, by=by)
    service = Service.objects.get()
    assert service.name == by.organisation.name
    assert events.actions().count("service.created") == 1


def test_a_team_that_was_left_yesterday_is_not_the_persons_team_today(by):
    teams.member(teams.team(by.organisation), by.user, ended_on=today() - DAY)
    made = actions.work_with(child=child(), reason=reason_for(by), by=by)
    assert made is not None
    assert made.team is None


def test_without_a_stated_reason_a_click_asks_for_one(client, by):
    made = child()
    sign_in(client, by.user, by.grant)
    answer = click(client, made)
    assert answer.headers["Location"] == reverse("records:give-reason", args=[made.key])
    assert not Involvement.objects.exists()


def test_without_its_event_no_own_involvement_is_recorded(by):
    reason, made = reason_for(by), child()
    with event_insert_fails(), pytest.raises(OperationalError):
        actions.work_with(child=made, reason=reason, by=by)
    assert not Involvement.objects.exists()
    assert not Service.objects.exists()


# --- still involved? ---


def test_somebody_is_asked_about_what_nobody_confirmed_for_three_months(by, events):
    made = child("Aoife", "Brennan")
    long_ago = today() - 91 * DAY
    dates = {"started_on": long_ago, "practitioner": by.user}
    asked = InvolvementFactory(child=made, last_confirmed_on=long_ago, **dates)
    InvolvementFactory(child=made, last_confirmed_on=today() - 90 * DAY, **dates)
    InvolvementFactory(child=made, last_confirmed_on=long_ago, ended_on=today(), **dates)
    InvolvementFactory(child=made, last_confirmed_on=long_ago, started_on=long_ago)
    assert count_unconfirmed(by) == 1
    events.mark()
    (shown,) = unconfirmed_involvements(by)
    assert (shown.id, shown.child, shown.born) == (asked.pk, "Aoife Brennan", "14 March 2015")
    event = events.one("involvement.listed")
    assert event.result_ids == [made.pk]
    assert actions.confirm_involvement(child=made, involvement_id=asked.pk, by=by)
    assert not count_unconfirmed(by)


def test_with_nobody_to_ask_about_nothing_is_shown_and_nothing_recorded(by, events):
    events.mark()
    assert unconfirmed_involvements(by) == []
    assert events.actions() == []


def test_children_are_not_named_unless_that_is_recorded(by):
    long_ago = today() - 100 * DAY
    InvolvementFactory(
        child=child(), practitioner=by.user, started_on=long_ago, last_confirmed_on=long_ago
    )
    with event_insert_fails(), pytest.raises(OperationalError):
        unconfirmed_involvements(by)


def test_who_confirms_on_the_home_page_stays_there(client, by):
    row = InvolvementFactory(child=child(), practitioner=by.user)
    sign_in(client, by.user, by.grant)
    url = reverse("records:confirm-involvement", args=[row.child.key])
    answer = client.post(url, {"involvement": row.pk, "asked_on": "home"})
    assert answer.headers["Location"] == reverse("accounts:home")


def test_when_an_end_was_recorded_is_kept_apart_from_the_end(by):
    row = InvolvementFactory(
        child=child(), started_on=today() - 40 * DAY, last_confirmed_on=today() - 40 * DAY
    )
    actions.end_involvement(
        child=row.child, involvement_id=row.pk, ended_on=today() - 30 * DAY, by=by
    )
    row.refresh_from_db()
    assert row.ended_on == today() - 30 * DAY
    assert timezone.localdate(row.end_recorded_at) == today()


# --- lead practitioner ---


def test_one_practitioner_leads_and_another_takes_over(client, by, opened, events):
    first = InvolvementFactory(child=opened, practitioner=by.user, contact_name="")
    second = InvolvementFactory(
        child=opened, practitioner=UserFactory(employer=by.organisation), contact_name=""
    )
    url = reverse("records:name-lead", args=[opened.key])
    client.post(url, {"involvement": first.pk})
    client.post(url, {"involvement": second.pk})
    assert Involvement.objects.get(is_lead=True).pk == second.pk
    page = client.get(reverse("records:record", args=[opened.key])).content.decode()
    assert page.count("Lead practitioner</strong>") == 1
    assert not actions.name_lead(child=opened, involvement_id=second.pk, by=by)
    changes = [e for e in events.since_mark() if e.action == EventType.INVOLVEMENT_AMENDED]
    assert [e.detail["fields"] for e in changes] == [["lead"], ["lead"]]


def test_a_service_without_a_named_practitioner_leads_nothing(by):
    row = InvolvementFactory(child=child())
    assert not actions.name_lead(child=row.child, involvement_id=row.pk, by=by)


def test_the_database_knows_one_lead_practitioner_a_child(by):
    made = child()
    InvolvementFactory(child=made, is_lead=True)
    with pytest.raises(IntegrityError, match="one_lead"), transaction.atomic():
        InvolvementFactory(child=made, is_lead=True)


# --- a team's work ---


def test_a_teams_work_shows_who_was_in_it_meanwhile(by):
    made, team = child(), teams.team(by.organisation, "East team")
    employed = {"employer": by.organisation, "family_name": "Member"}
    now, left, before = (
        UserFactory(given_name=name, **employed) for name in ("Now", "Left", "Before")
    )
    teams.member(team, now, started_on=today() - 5 * DAY)
    teams.member(team, left, started_on=today() - 50 * DAY, ended_on=today() - 10 * DAY)
    teams.member(team, before, started_on=today() - 90 * DAY, ended_on=today() - 60 * DAY)
    started = today() - 30 * DAY
    InvolvementFactory(child=made, team=team, started_on=started, last_confirmed_on=today())
    shown = open_record(child_key=made.key, reason=reason_for(by), by=by)
    (view,) = present(shown, by).involvements
    assert view.team == "East team"
    assert [member.name for member in view.members] == ["Now Member", "Left Member"]


def test_of_a_sensitive_service_neither_team_nor_role_is_shown(by):
    made, team = child(), teams.team(by.organisation)
    teams.member(team, by.user)
    service = ServiceFactory(is_sensitive=True)
    InvolvementFactory(child=made, team=team, service=service, role="Psychologist", is_lead=True)
    shown = open_record(child_key=made.key, reason=reason_for(by), by=by)
    (view,) = present(shown, by).involvements
    assert (view.team, view.role, view.members, view.is_lead) == ("", "", (), False)


def test_a_mediator_is_offered_no_involvement(client, by):
    made, mediator = child(), acting_as(Role.MEDIATOR, at=by.organisation)
    sign_in(client, mediator.user, mediator.grant)
    url = reverse("records:give-reason", args=[made.key])
    client.post(url, {"purpose": "mediated", "case_reference": "M-1"})
    assert (
        b"I am working with" not in client.get(reverse("records:record", args=[made.key])).content
    )
    assert click(client, made).status_code == 403
