"""House moves: one authority is responsible at any moment, whoever answers, and however late."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.clocks import add_working_days
from accounts.models import OutboxMessage
from accounts.policies import Refused
from accounts.roles import Role
from records.actions import amend_authority
from records.actions.moves import (
    accept_move,
    record_move,
    refuse_move,
    remind_of_moves,
    withdraw_move,
)
from records.models import ChildRecord, HouseMove, MoveRefusal
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import acting_as, authority
from tests.factories.records import child

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaving(management_team):
    """The team of the authority that answers for the child."""
    return management_team


@pytest.fixture
def coming(other_management_team):
    """The team of the authority the family moved to."""
    return other_management_team


@pytest.fixture
def made(leaving):
    return child(authority=leaving.base.authority)


def offer(made, leaving, coming):
    return record_move(
        child=made, to=coming.base.authority, moved_on=timezone.localdate(), by=leaving
    )


def responsible(made):
    return ChildRecord.objects.get(pk=made.pk).authority


def test_an_offer_changes_nothing_until_the_new_authority_accepts(made, leaving, coming, events):
    move = offer(made, leaving, coming)
    assert responsible(made) == leaving.base.authority
    offered = events.one("record.transfer_offered")
    assert (offered.target_id, offered.detail["to"]) == (made.pk, coming.base.authority_id)
    assert OutboxMessage.objects.get(kind="move_offered").user == coming.user
    assert accept_move(key=move.key, by=coming)
    assert responsible(made) == coming.base.authority
    moved = events.one("record.transferred")
    assert (moved.detail["from"], moved.child_authority) == (leaving.base.authority_id,) * 2
    assert OutboxMessage.objects.get(kind="move_answered").user == leaving.user
    assert not accept_move(key=move.key, by=coming)


def test_an_answer_is_due_in_five_working_days(made, leaving, coming):
    move = offer(made, leaving, coming)
    assert move.due_at.date() == add_working_days(timezone.now(), 5).date()


def test_the_new_authority_may_ask_and_then_the_old_one_answers(made, leaving, coming):
    move = record_move(
        child=made, to=coming.base.authority, moved_on=timezone.localdate(), by=coming
    )
    assert move.awaits == leaving.base.authority
    with pytest.raises(Refused) as refused:
        accept_move(key=move.key, by=coming)
    assert refused.value.decision.code == "answer-not-yours"
    assert accept_move(key=move.key, by=leaving)
    assert responsible(made) == coming.base.authority


def test_a_refusal_says_why_and_leaves_responsibility_where_it_was(made, leaving, coming, events):
    move = offer(made, leaving, coming)
    assert refuse_move(key=move.key, why=MoveRefusal.PLACED, by=coming)
    assert responsible(made) == leaving.base.authority
    assert events.one("record.transfer_refused").detail["kind"] == "placed"
    assert offer(made, leaving, coming) is not None  # it may be offered again


def test_a_deadline_that_passes_reminds_both_once_and_takes_nothing_away(
    made, leaving, coming, events
):
    move = offer(made, leaving, coming)
    assert remind_of_moves() == 0
    HouseMove.objects.filter(pk=move.pk).update(
        recorded_at=Now() - timedelta(days=9), due_at=Now() - timedelta(days=1)
    )
    assert remind_of_moves() == 1
    assert remind_of_moves() == 0
    told = OutboxMessage.objects.filter(kind="move_overdue")
    assert {message.user for message in told} == {leaving.user, coming.user}
    assert events.one("record.transfer_overdue").actor_role == "records.remind_of_moves"
    assert responsible(made) == leaving.base.authority
    assert accept_move(key=move.key, by=coming)


def test_one_answer_is_awaited_at_a_time(made, leaving, coming):
    offer(made, leaving, coming)
    assert offer(made, leaving, coming) is None
    assert HouseMove.objects.count() == 1


def test_a_practitioner_may_offer_but_not_answer(made, practitioner, leaving, coming):
    move = record_move(
        child=made, to=coming.base.authority, moved_on=timezone.localdate(), by=practitioner
    )
    there = acting_as(Role.PRACTITIONER, at=coming.organisation)
    with pytest.raises(Refused):
        accept_move(key=move.key, by=there)
    assert responsible(made) == leaving.base.authority


def test_an_authority_that_is_neither_side_records_no_move(made, coming):
    stranger = acting_as(Role.MANAGEMENT_TEAM)
    with pytest.raises(Refused) as refused:
        offer(made, stranger, coming)
    assert refused.value.decision.code == "move-not-ours"


def test_a_child_is_not_offered_to_an_authority_without_a_team(made, leaving):
    elsewhere = next(
        authority(n) for n in range(140, 150) if authority(n) != leaving.base.authority
    )
    with pytest.raises(Refused) as refused:
        record_move(child=made, to=elsewhere, moved_on=timezone.localdate(), by=leaving)
    assert refused.value.decision.code == "no-team-there"


def test_responsibility_is_not_changed_by_amending_the_record(made, leaving, coming):
    with pytest.raises(Refused) as refused:
        amend_authority(child=made, authority=coming.base.authority, by=leaving)
    assert refused.value.decision.code == "responsibility-is-offered"
    assert responsible(made) == leaving.base.authority


def test_an_offer_overtaken_by_another_move_changes_nothing(made, leaving, coming):
    move = offer(made, leaving, coming)
    third = acting_as(Role.MANAGEMENT_TEAM).base.authority
    ChildRecord.objects.filter(pk=made.pk).update(authority=third)
    assert not accept_move(key=move.key, by=coming)
    assert responsible(made) == third
    move.refresh_from_db()
    assert move.state == "overtaken"


def test_who_asked_takes_it_back_and_nobody_else(made, leaving, coming, events):
    move = offer(made, leaving, coming)
    with pytest.raises(Refused) as refused:
        withdraw_move(key=move.key, by=coming)
    assert refused.value.decision.code == "move-not-asked-by-us"
    assert withdraw_move(key=move.key, by=leaving)
    assert not withdraw_move(key=move.key, by=leaving)
    assert not accept_move(key=move.key, by=coming)
    assert events.one("record.transfer_withdrawn").detail["move_id"] == move.pk
    assert responsible(made) == leaving.base.authority


def test_without_its_event_responsibility_stays(made, leaving, coming):
    move = offer(made, leaving, coming)
    with event_insert_fails(), pytest.raises(Exception, match="the event cannot be written"):
        accept_move(key=move.key, by=coming)
    assert responsible(made) == leaving.base.authority


def test_the_database_lets_no_child_lose_its_authority(made):
    with pytest.raises(IntegrityError, match="cannot lose its responsible authority"):
        ChildRecord.objects.filter(pk=made.pk).update(authority=None)


def test_the_database_accepts_no_move_that_left_the_child_behind(made, leaving, coming):
    move = offer(made, leaving, coming)
    with pytest.raises(IntegrityError, match="only by the authority that now answers"):
        HouseMove.objects.filter(pk=move.pk).update(state="accepted", answered_at=Now())


ACTS = st.lists(
    st.sampled_from(["offer", "ask", "accept by new", "accept by old", "refuse", "remind", "late"]),
    max_size=12,
)


@given(acts=ACTS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_both_teams_do_one_of_them_is_responsible(made, leaving, coming, acts):
    first, second = leaving.base.authority, coming.base.authority
    ChildRecord.objects.filter(pk=made.pk).update(authority=first)
    HouseMove.objects.open().update(state="withdrawn", answered_at=Now())
    for act in acts:
        before = responsible(made)
        _do(act, ChildRecord.objects.get(pk=made.pk), leaving, coming)
        now = responsible(made)
        assert now in {first, second}
        if not act.startswith("accept"):
            assert now == before


def _do(act, made, leaving, coming):
    open_move = HouseMove.objects.open().filter(child=made).first()
    old, new = (leaving, coming)
    if made.authority_id == coming.base.authority_id:
        old, new = coming, leaving
    by = {"offer": old, "ask": new, "accept by new": new, "accept by old": old}.get(act, new)
    try:
        if act in {"offer", "ask"}:
            record_move(child=made, to=new.base.authority, moved_on=timezone.localdate(), by=by)
        elif act == "remind":
            remind_of_moves()
        elif open_move and act == "late":
            HouseMove.objects.filter(pk=open_move.pk).update(
                recorded_at=Now() - timedelta(days=9), due_at=Now() - timedelta(days=1)
            )
        elif open_move and act == "refuse":
            refuse_move(key=open_move.key, why=MoveRefusal.PLACED, by=by)
        elif open_move and act.startswith("accept"):
            accept_move(key=open_move.key, by=by)
    except Refused:
        pass
