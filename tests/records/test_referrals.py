"""Referrals: received by telephone before the child is found, answered, passed on, told apart."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import OutboxMessage
from accounts.policies import Refused
from accounts.roles import Role
from records.actions.referrals import answer_referral, name_child, pass_on_referral
from records.models import Answer, Referral
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import EmployerFactory, acting_as, authority
from tests.factories.records import child
from tests.factories.teams import team
from tests.factories.working import referral

pytestmark = pytest.mark.django_db


def test_a_referral_by_telephone_is_kept_with_when_it_came_and_when_it_was_written_down(
    practitioner, events
):
    came = timezone.now() - timedelta(hours=3)
    made = child(authority=authority(0))
    kept = referral(practitioner, made, came_at=came, reference="TEL-9")
    kept.refresh_from_db()
    assert kept.came_at == came
    assert kept.recorded_at > came + timedelta(hours=2)
    assert kept.child_named_at == kept.recorded_at
    assert kept.organisation == practitioner.organisation
    assert "TEL-9" not in kept.reference
    event = events.one("referral.received")
    assert (event.target_id, event.child_authority) == (kept.pk, authority(0).pk)
    assert event.detail == {"child_id": made.pk, "kind": "telephone"}


def test_no_clock_of_a_web_server_records_a_referral_of_the_future(practitioner):
    kept = referral(practitioner, came_at=timezone.now() + timedelta(hours=1))
    kept.refresh_from_db()
    assert kept.came_at < timezone.now() + timedelta(minutes=1)


def test_the_child_of_a_call_is_named_once_found_and_only_once(practitioner, events):
    kept = referral(practitioner)
    first, second = child(), child("Bela", "Other")
    assert name_child(key=kept.key, child=first, by=practitioner)
    assert not name_child(key=kept.key, child=second, by=practitioner)
    kept.refresh_from_db()
    assert kept.child == first
    assert kept.child_named_at is not None
    assert kept.child_named_at >= kept.recorded_at
    assert events.one("referral.child_named").detail == {"child_id": first.pk}


def test_a_referral_is_answered_once(practitioner, events):
    kept = referral(practitioner)
    assert answer_referral(key=kept.key, answer=Answer.TAKEN_ON, by=practitioner)
    assert not answer_referral(key=kept.key, answer=Answer.ADVICE, by=practitioner)
    assert events.one("referral.answered").detail == {"to": "taken_on"}
    assert not Referral.objects.open().exists()


def test_a_referral_passed_on_waits_at_the_next_team_which_is_told(
    practitioner, other_management_team, events
):
    made = child()
    kept = referral(practitioner, made, reference="TEL-9")
    there = other_management_team.organisation
    passed = pass_on_referral(key=kept.key, to=there, by=practitioner)
    kept.refresh_from_db()
    assert kept.answer == Answer.PASSED_ON
    assert (passed.organisation, passed.child, passed.passed_from) == (there, made, kept)
    assert [row.pk for row in Referral.objects.open()] == [passed.pk]
    assert events.one("referral.passed_on").detail["organisation_id"] == there.pk
    told = OutboxMessage.objects.get(kind="referral_passed_on")
    assert told.user == other_management_team.user
    assert pass_on_referral(key=kept.key, to=there, by=practitioner) is None


def test_a_referral_is_not_passed_on_to_where_nobody_is(practitioner):
    kept = referral(practitioner)
    with pytest.raises(Refused) as refused:
        pass_on_referral(key=kept.key, to=EmployerFactory(), by=practitioner)
    assert refused.value.decision.code == "nobody-there"
    assert Referral.objects.open().get() == kept


def test_another_organisation_neither_answers_nor_passes_on(practitioner):
    kept = referral(practitioner)
    stranger = acting_as(Role.PRACTITIONER)
    for act in (
        lambda: answer_referral(key=kept.key, answer=Answer.ADVICE, by=stranger),
        lambda: name_child(key=kept.key, child=child(), by=stranger),
        lambda: pass_on_referral(key=kept.key, to=stranger.organisation, by=stranger),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.decision.code == "referral-not-yours"


def test_a_referral_goes_to_one_of_the_teams_and_from_it_to_another(practitioner, events):
    ours = practitioner.organisation
    first, second = team(ours, "Duty team"), team(ours, "East team")
    kept = referral(practitioner, team=first)
    assert events.one("referral.received").detail["team_id"] == first.pk
    passed = pass_on_referral(key=kept.key, to=ours, team=second, by=practitioner)
    assert passed.team == second


def test_no_referral_goes_to_the_team_of_somebody_else_or_to_a_closed_one(practitioner):
    theirs = team(acting_as(Role.PRACTITIONER).organisation)
    closed = team(practitioner.organisation, closed_at=timezone.now())
    for wrong in (theirs, closed):
        with pytest.raises(Refused) as refused:
            referral(practitioner, team=wrong)
        assert refused.value.decision.code == "team-elsewhere"
    kept = referral(practitioner)
    with pytest.raises(Refused):
        pass_on_referral(key=kept.key, to=practitioner.organisation, team=theirs, by=practitioner)


def test_an_auditor_receives_no_referral():
    with pytest.raises(Refused):
        referral(acting_as(Role.AUDITOR))


def test_without_its_event_no_referral_is_kept(practitioner):
    with (
        event_insert_fails(),
        pytest.raises(Exception, match="the event cannot be written"),
        transaction.atomic(),
    ):
        referral(practitioner)
    assert not Referral.objects.exists()


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"sender": ""}, "referral_says_who_sent_it"),
        ({"channel": "pigeon"}, "referral_channel_known"),
        ({"came_at": Now() + timedelta(hours=1)}, "referral_came_before_recorded"),
        ({"child_named_at": Now()}, "referral_child_says_since_when"),
        ({"answer": "advice"}, "referral_answer_says_when"),
        ({"recorded_by": None}, "referral_recorded_by_somebody"),
    ],
)
def test_what_a_referral_may_never_be_is_refused_by_the_database(practitioner, facts, constraint):
    kept = referral(practitioner)
    with pytest.raises(IntegrityError, match=constraint):
        Referral.objects.filter(pk=kept.pk).update(**facts)
