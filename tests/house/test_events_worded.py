"""Every event type has a sentence, a group to filter by, and parts that the ledger can hold."""

import string
from types import SimpleNamespace

import pytest

from accounts.roles import Permission
from audit.ledger.details import DETAIL_KEYS
from audit.ledger.events import EventType, Outcome
from audit.ledger.models import AuditEvent
from audit.trail.groups import FAMILIES, ActionGroup, actions_of
from audit.trail.parts import PARTS, PERMISSIONS
from audit.trail.rows import OUTCOMES
from audit.trail.wording import WORDS, parts_used, sentence

COLUMNS = {field.attname for field in AuditEvent._meta.concrete_fields}
BARE = AuditEvent(outcome="success", detail="{}")


def test_every_event_type_is_worded():
    assert set(WORDS) == set(EventType)


@pytest.mark.parametrize("event", EventType)
def test_a_sentence_reads_whole_even_when_the_event_says_nothing_more(event):
    BARE.action = event.value
    words = sentence(BARE)
    assert words[0] in string.ascii_uppercase
    assert not set("[]{}") & set(words)
    assert not words.endswith((" ", ":", ";", "."))


@pytest.mark.parametrize("event", EventType)
def test_a_part_of_a_sentence_is_known_and_may_be_left_out(event):
    words = WORDS[event]
    assert parts_used(words) <= set(PARTS)
    optional = words.count("[")
    assert len(parts_used(words)) == optional == words.count("]"), "one part to a bracket"


def test_every_part_is_used_and_made_from_what_the_ledger_keeps():
    assert set().union(*map(parts_used, WORDS.values())) == set(PARTS)
    known = COLUMNS | {f"detail.{key}" for key in DETAIL_KEYS}
    assert {use for part in PARTS.values() for use in part.uses} <= known


def test_no_two_event_types_share_a_sentence():
    assert len(set(WORDS.values())) == len(WORDS)


@pytest.mark.parametrize("event", EventType)
def test_an_event_type_belongs_to_exactly_one_group(event):
    assert sum(event.value in actions_of(group) for group in ActionGroup) == 1


def test_every_group_holds_something():
    assert set(FAMILIES) == set(ActionGroup)
    families = {event.value.partition(".")[0] for event in EventType}
    assert {family for group in FAMILIES.values() for family in group} == families


def test_every_permission_and_outcome_has_its_words():
    assert set(PERMISSIONS) == set(Permission)
    assert set(OUTCOMES) == set(Outcome)


def test_a_type_of_a_later_release_is_shown_as_recorded():
    later = SimpleNamespace(action="record.teleported")
    assert sentence(later) == "Recorded as record.teleported"
