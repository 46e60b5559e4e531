"""A case goes to another team that accepts it; the last person on duty is stopped by no job."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts import ports
from accounts.acting import Acting, job
from accounts.models import OutboxMessage, User
from accounts.policies import Refused
from accounts.roles import Role
from audit.investigations import actions, duty
from audit.investigations.actions import Judgement
from audit.investigations.duty import is_last_on_duty, is_out_of_hours
from audit.investigations.models import Finding, Intent, Investigation
from audit.investigations.policies import has_reviewer_left
from audit.investigations.transfer import (
    accept,
    decline,
    offer,
    teams_to_offer,
)
from tests.audit.faults import event_insert_fails
from tests.factories import teams
from tests.factories.accounts import acting_as, sign_in

pytestmark = pytest.mark.django_db
RIGHT = Judgement(finding=Finding.NO_CASE, intent=Intent.NONE, data_compromised=False)


@pytest.fixture
def nosy() -> Acting:
    return acting_as(Role.PRACTITIONER)


@pytest.fixture
def team(nosy: Acting) -> Acting:
    return acting_as(Role.MANAGEMENT_TEAM, at=nosy.base)


@pytest.fixture
def other(db: None) -> Acting:
    return acting_as(Role.MANAGEMENT_TEAM)


@pytest.fixture
def case(nosy: Acting, team: Acting) -> Investigation:
    opened = actions.suspend(user=nosy.user, reasons=["Own address."], by=team)
    assert opened is not None
    nosy.user.refresh_from_db()
    return opened


def page(by: Acting, name: str, *args, posted=None):
    client = Client()
    sign_in(client, by.user)
    address = reverse(f"investigations:{name}", args=args)
    if posted is None:
        return client.get(address)
    return client.post(address, {"acting_grant": str(by.grant.pk), **posted})


def words(response) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(response.content.decode())))


def test_a_case_stays_where_it_is_until_the_other_team_accepts(case, team, other, events) -> None:
    offer(case=case, to=other.base, said="We all know her.", by=team)
    case.refresh_from_db()
    assert (case.base, case.offered_to) == (team.base, other.base)
    assert OutboxMessage.objects.get(kind="case_offered").user == other.user
    actions.take(case=case, by=team)
    events.mark()
    accept(case=case, by=other)
    assert events.actions() == ["investigation.transfer_accepted"]
    case.refresh_from_db()
    assert (case.base, case.reviewer, case.status) == (other.base, other.user, "reviewed")
    assert case.offered_to is None
    assert OutboxMessage.objects.get(kind="offer_answered").user == team.user
    with pytest.raises(Refused):
        actions.note(case=case, said="Still mine?", by=team)
    with pytest.raises(Refused):
        accept(case=case, by=other)


def test_a_team_that_does_not_take_it_says_why(case, team, other) -> None:
    offer(case=case, to=other.base, said="We all know her.", by=team)
    decline(case=case, said="So do we.", by=other)
    case.refresh_from_db()
    assert (case.base, case.offered_to) == (team.base, None)
    assert "Not taken over: So do we." in words(page(team, "case", case.key))


def test_only_the_team_that_was_asked_answers(case, team, other) -> None:
    offer(case=case, to=other.base, said="Please.", by=team)
    for by in (team, acting_as(Role.MANAGEMENT_TEAM), acting_as(Role.CENTRAL_TEAM)):
        with pytest.raises(Refused):
            accept(case=case, by=by)
    with pytest.raises(Refused):
        offer(case=case, to=other.base, said="Mine.", by=other)


def test_if_the_event_cannot_be_written_the_case_did_not_move(case, team, other) -> None:
    offer(case=case, to=other.base, said="Please.", by=team)
    with event_insert_fails("investigation.transfer_accepted"), pytest.raises(DatabaseError):
        accept(case=case, by=other)
    case.refresh_from_db()
    assert (case.base, case.offered_to) == (team.base, other.base)


def test_a_case_is_never_offered_to_the_team_that_has_it(case, team) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        offer(case=case, to=team.base, said="To ourselves.", by=team)


def test_the_two_pages_lead_from_asking_to_taking_over(case, team, other) -> None:
    asked = words(page(team, "transfer", case.key))
    assert other.base.name in asked
    refused = words(page(team, "transfer", case.key, posted={"team": "", "said": ""}))
    assert "Choose a team" in refused
    page(team, "transfer", case.key, posted={"team": str(other.base.key), "said": "Too close."})
    shown = words(page(other, "case", case.key))
    assert "Take it over, or say why not" in shown
    assert "investigation waits for your team" in words(page_of_home(other))
    done = page(other, "offered", case.key, posted={"accept": "yes"})
    assert done.url == reverse("investigations:case", args=[case.key])
    case.refresh_from_db()
    assert case.reviewer == other.user


def page_of_home(by: Acting):
    client = Client()
    sign_in(client, by.user)
    return client.get("/")


def test_where_nobody_is_left_to_judge_the_central_team_is_told_and_a_team_proposed(
    nosy, team, other
) -> None:
    central = acting_as(Role.CENTRAL_TEAM)
    shared = teams.team(nosy.organisation)
    for one in (nosy, team):
        teams.member(shared, one.user)
    busy = acting_as(Role.MANAGEMENT_TEAM)
    actions.suspend(
        user=acting_as(Role.PRACTITIONER, at=busy.base).user, reasons=["Theirs."], by=busy
    )
    case = actions.suspend(user=nosy.user, reasons=["Own address."], by=job("audit.scan"))
    told = OutboxMessage.objects.filter(kind="case_opened", about_id=case.pk)
    assert {each.user for each in told} == {team.user, central.user}
    assert not has_reviewer_left(nosy.user)
    proposed = [body.pk for body in teams_to_offer(case)]
    assert proposed.index(other.base.pk) < proposed.index(busy.base.pk)
    assert "another team should take the case over" in words(page(team, "case", case.key))
    offer(case=case, to=other.base, said="All of us work with her.", by=team)
    accept(case=case, by=other)


def test_another_authority_judges_and_the_own_team_gives_the_account_back(
    case, nosy, team, other
) -> None:
    offer(case=case, to=other.base, said="Please.", by=team)
    accept(case=case, by=other)
    with pytest.raises(Refused) as refused:
        actions.give_back(case=case, said="She did no wrong.", by=other)
    assert refused.value.decision.code == "own-team-gives-back"
    with pytest.raises(Refused):
        ports.give_back(nosy.user, "Before anybody judged.", team)
    actions.find(case=case, judgement=RIGHT, said="Explained.", by=other)
    assert ports.give_back(nosy.user, "The other authority found no case.", team)
    nosy.user.refresh_from_db()
    assert nosy.user.status == "active"


# A Wednesday in November, and a Saturday.
@pytest.mark.parametrize(
    ("at", "shut"),
    [
        (datetime(2026, 11, 25, 12, tzinfo=UTC), False),
        (datetime(2026, 11, 25, 7, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 25, 18, tzinfo=UTC), True),
        (datetime(2026, 11, 28, 12, tzinfo=UTC), True),
        (datetime(2026, 12, 25, 12, tzinfo=UTC), True),
        (datetime(2026, 7, 1, 17, 30, tzinfo=UTC), True),  # half past six in summer
    ],
)
def test_offices_are_shut_at_night_on_saturdays_and_at_christmas(at, shut) -> None:
    assert is_out_of_hours(at) is shut


@pytest.fixture
def on_duty(nosy: Acting, monkeypatch: pytest.MonkeyPatch) -> Acting:
    """The person is on call now, and offices are shut."""
    monkeypatch.setattr(duty, "OPENS", 24)
    since = timezone.now() - timedelta(hours=1)
    teams.duty(teams.team(nosy.organisation), nosy.user, since)
    return nosy


def test_no_job_suspends_the_last_person_on_duty_and_the_national_desk_is_told_once(
    on_duty, team, events
) -> None:
    central = acting_as(Role.CENTRAL_TEAM)
    by = job("audit.scan")
    events.mark()
    for _ in range(2):
        assert actions.suspend(user=on_duty.user, reasons=["Own address."], by=by) is None
    on_duty.user.refresh_from_db()
    assert on_duty.user.status == "active"
    assert events.one("investigation.escalated").reason == "last-on-duty"
    told = OutboxMessage.objects.filter(kind="on_call_needed")
    assert [each.user for each in told] == [central.user]
    assert actions.suspend(user=on_duty.user, reasons=["Seen by a person."], by=team) is not None


def test_a_job_suspends_somebody_on_duty_beside_whom_another_is(on_duty) -> None:
    mate = acting_as(Role.PRACTITIONER, at=on_duty.organisation)
    since = timezone.now() - timedelta(hours=1)
    shift = teams.duty(teams.team(on_duty.organisation), mate.user, since)
    assert not is_last_on_duty(on_duty.user)
    User.objects.filter(pk=mate.user.pk).update(status="suspended", status_reason="x")
    assert is_last_on_duty(on_duty.user)
    User.objects.filter(pk=mate.user.pk).update(status="active", status_reason="")
    shift.withdrawn_at = timezone.now()
    shift.save()
    assert is_last_on_duty(on_duty.user)


def test_by_day_and_off_duty_nobody_is_the_last(nosy, monkeypatch) -> None:
    monkeypatch.setattr(duty, "OPENS", 24)
    assert not is_last_on_duty(nosy.user)
    teams.duty(teams.team(nosy.organisation), nosy.user, timezone.now() - timedelta(hours=1))
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    monkeypatch.setattr(duty, "OPENS", 8)
    assert not is_last_on_duty(nosy.user, noon)
