"""Every event type has a sentence, a group to filter by, and parts that the ledger can hold."""

import string

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


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            {"action": "search.performed", "query_fields": ["age_from", "age_to", "family_name"]},
            "Searched by age and family name",
        ),
        (
            {"action": "search.performed", "result_count": 0, "own_surname": True},
            "Searched; nothing found; a family name is the practitioner\u2019s own",
        ),
        (
            {"action": "search.performed", "result_count": 1, "detail": '{"redisplay":true}'},
            "Searched; 1 record shown; the same search shown again",
        ),
        (
            {"action": "access.denied", "reason": "organisation-not-accredited"},
            "Was refused: organisation not accredited",
        ),
        (
            {"action": "record.imported", "detail": '{"source":"nhs","created":3,"rejected":0}'},
            "Loaded child records from nhs: 3 created, 0 rejected",
        ),
        (
            {"action": "trail.read", "detail": '{"day_from":"2026-11-01","day_to":"2026-11-01"}'},
            "Read the audit trail of 1 November 2026",
        ),
        ({"action": "role.granted", "detail": '{"role":"mediator"}'}, "Granted a role: Mediator"),
        ({"action": "role.granted", "detail": '{"role":"old_role"}'}, "Granted a role: old role"),
        ({"action": "account.exported", "result_count": 12}, "Exported a list of accounts: 12"),
    ],
)
def test_what_an_event_says_stands_in_its_sentence(columns, words):
    assert sentence(AuditEvent(**{"detail": "{}", **columns})) == words


def test_a_type_of_a_later_release_is_shown_as_recorded():
    later = AuditEvent(action="record.teleported")
    assert sentence(later) == "Recorded as record.teleported"
