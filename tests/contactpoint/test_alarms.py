"""Somebody on call is told what is wrong and what to do; and nothing when nothing is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from audit.ledger.heartbeat import beat
from audit.ledger.state import LedgerState
from contactpoint.alarms import LISTENED_TO, _sealing, _silence

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GOOD = LedgerState(
    size=10,
    sealed_at=NOW,
    sealing_since=NOW - timedelta(days=9),
    unsealed_since=None,
    witnessed_size=10,
    witnessed_at=NOW,
    unwitnessed_since=None,
    verified_at=NOW - timedelta(hours=3),
    verified_outcome="success",
    verified_reason=None,
)


def codes(**changes):
    return [alarm.code for alarm in _sealing(replace(GOOD, **changes), NOW)]


def test_nothing_is_said_when_nothing_is_wrong():
    assert codes() == []


@pytest.mark.parametrize(
    ("code", "wrong", "right"),
    [
        (
            "unsealed",
            {"unsealed_since": NOW - timedelta(seconds=61)},
            {"unsealed_since": NOW - timedelta(seconds=59)},
        ),
        (
            "unwitnessed",
            {"unwitnessed_since": NOW - timedelta(minutes=15, seconds=1)},
            {"unwitnessed_since": NOW - timedelta(minutes=14)},
        ),
        (
            "unverified",
            {"verified_at": NOW - timedelta(hours=37)},
            {"verified_at": NOW - timedelta(hours=35)},
        ),
        (
            "verifier-finding",
            {"verified_outcome": "failure", "verified_reason": "tampered"},
            {"verified_outcome": "failure", "verified_reason": "late"},
        ),
    ],
)
def test_each_state_alarms_and_just_before_it_does_not(code, wrong, right):
    assert codes(**wrong) == [code]
    assert codes(**right) == []


def test_a_ledger_never_verified_alarms_a_day_and_a_half_after_sealing_began():
    never = {"verified_at": None, "verified_outcome": None}
    assert codes(**never) == ["unverified"]
    assert codes(**never, sealing_since=NOW - timedelta(hours=1)) == []


@pytest.mark.parametrize("name", sorted(LISTENED_TO))
def test_who_is_silent_for_five_minutes_is_named(name, time_machine):
    cache.clear()
    time_machine.move_to(NOW, tick=False)
    for each in LISTENED_TO:
        beat(each)
    later = NOW + timedelta(minutes=5, seconds=1)
    assert list(_silence(NOW + timedelta(minutes=5))) == []
    time_machine.move_to(later, tick=False)
    for each in set(LISTENED_TO) - {name}:
        beat(each)
    assert [alarm.code for alarm in _silence(later)] == [f"{name}-silent"]


def test_every_alarm_says_what_to_do():
    wrong = replace(GOOD, unsealed_since=NOW - timedelta(hours=1))
    [alarm] = _sealing(wrong, NOW)
    assert alarm.words.endswith(".")
    assert "sealer" in alarm.remedy
