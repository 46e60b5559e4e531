"""What `append` writes, and what it refuses to write."""

import hashlib
from typing import cast

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit.ledger.actor import Actor, ActorKind
from audit.ledger.details import DETAIL_KEYS
from audit.ledger.events import EventType, Outcome
from audit.ledger.requirements import (
    NEVER_SUCCEEDS,
    REQUIRED,
    REQUIRED_BY_FAMILY,
    required_for,
)
from audit.ledger.writer import COLUMNS, IncompleteEvent, NoTransaction, append, payload_digest
from tests.audit.faults import commit_fails, event_insert_fails, partition_missing

JOB = Actor(kind=ActorKind.JOB, role="audit.ensure_partitions")


def a_search(actor, **changes):
    said = {
        "purpose": "assessment",
        "query_fields": ["given_name", "postcode"],
        "own_surname": False,
        "own_address": True,
        "result_count": 2,
        "result_ids": [501, 17],
        "child_authority": "E06000001",
        "enquiry_id": 9,
        "facts": {"v": 1, "same_surname": False},
        "detail": {"strong": 1},
        "payload": "family name: Ó Briain\u2028postcode: ZZ99 9ZZ",
    }
    return append(EventType.SEARCH_PERFORMED, actor=actor, **{**said, **changes})


@pytest.mark.django_db
def test_an_event_says_everything_it_was_told(practitioner, events):
    appended = a_search(practitioner)

    event = events.one("search.performed")
    assert (event.id, event.recorded_at) == (appended.id, appended.recorded_at)
    assert (event.outcome, event.reason, event.era) == ("success", None, 1)
    assert (event.actor_kind, event.actor_id, event.actor_role) == ("person", 41, "practitioner")
    assert (event.actor_org, event.actor_base, event.grant_id) == (7, 3, 12)
    assert (event.on_behalf_of, event.network_id) == (None, 2)
    assert event.session_ref == practitioner.session_ref
    assert str(event.source_ip) == "192.0.2.7"
    assert str(event.request_id) == str(practitioner.request_id)
    assert (event.purpose, event.query_fields) == ("assessment", ["given_name", "postcode"])
    assert (event.own_surname, event.own_address) == (False, True)
    assert (event.result_count, event.result_ids) == (2, [501, 17])
    assert (event.child_authority, event.enquiry_id) == ("E06000001", 9)
    assert event.facts == {"v": 1, "same_surname": False}
    assert event.detail == {"strong": 1}


@pytest.mark.django_db
def test_what_was_typed_lies_in_the_payload_and_is_bound_by_a_salted_digest(
    practitioner, events, django_assert_num_queries
):
    with django_assert_num_queries(2):
        a_search(practitioner)

    event = events.one("search.performed")
    body = "family name: Ó Briain\u2028postcode: ZZ99 9ZZ"
    assert events.payloads() == {event.id: body}
    with connection.cursor() as cursor:
        cursor.execute("SELECT salt FROM test_tools.payloads_since(%s)", [event.id - 1])
        salt = bytes(cursor.fetchone()[0])
    assert len(salt) == 16
    assert event.payload_digest == hashlib.sha256(salt + body.encode()).digest()
    assert event.payload_digest == payload_digest(salt, body)


@pytest.mark.django_db
def test_the_same_words_typed_twice_do_not_show_in_the_digest(practitioner, events):
    a_search(practitioner)
    a_search(practitioner)
    first, second = events.since_mark()
    assert first.payload_digest != second.payload_digest


@pytest.mark.django_db
def test_an_event_without_payload_is_one_statement_and_leaves_what_is_unknown_unknown(
    events, django_assert_num_queries
):
    with django_assert_num_queries(1):
        append(EventType.FEED_RECEIVED, actor=JOB, detail={"source": "leeds-schools"})
    event = events.one("feed.received")
    assert event.payload_digest is None
    assert event.query_fields is event.result_ids is event.facts is None
    assert events.payloads() == {}


@pytest.mark.django_db
def test_the_database_and_not_the_caller_dates_and_numbers_an_event(practitioner, events):
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp(), pg_current_xact_id()::text")
        before, xid = cursor.fetchone()
    with transaction.atomic():  # a savepoint: the transaction id stays that of the whole
        appended = a_search(practitioner)
    assert appended.recorded_at > before
    assert events.one("search.performed").xid == xid


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_outside_a_transaction(practitioner, events):
    with pytest.raises(NoTransaction, match=r"search\.performed"):
        a_search(practitioner)
    assert events.since_mark() == []


@pytest.mark.django_db(transaction=True)
def test_an_event_shares_the_fate_of_its_transaction(practitioner, events):
    def search_then_fail():
        with transaction.atomic():
            a_search(practitioner)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        search_then_fail()
    assert events.since_mark() == []
    with transaction.atomic():
        a_search(practitioner)
    assert events.actions() == ["search.performed"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "detail",
    [
        {"surname": "Okafor"},
        {"date_of_birth": "2015-03-01"},
        {"postcode": "ZZ99"},
        {"source": "Anna Okafor"},
        {"source": "x\n2026-01-01 login ok"},
        {"fields": ["family name"]},
        {"filters": {"person": "Anna Okafor"}},
        {"findings": {"Anna Okafor": 1}},
        {"url_name": "a" * 201},
    ],
)
def test_a_detail_can_hold_neither_an_unknown_key_nor_words(detail, events):
    with pytest.raises(ValueError, match="detail"):
        append(EventType.SYSTEM_CONFIGURED, actor=JOB, detail=detail)
    assert events.since_mark() == []


@pytest.mark.django_db
@pytest.mark.parametrize("facts", [{}, {"same_surname": True}, {"v": True}, {"v": 1, "name": 2}])
def test_facts_are_versioned_and_known(facts, events):
    with pytest.raises(ValueError, match="facts"):
        append(EventType.SYSTEM_CONFIGURED, actor=JOB, facts=facts)


@pytest.mark.django_db
def test_a_detail_too_long_is_refused():
    with pytest.raises(ValueError, match="longer than"):
        append(EventType.SYSTEM_CONFIGURED, actor=JOB, detail={"event_ids": [10**12] * 2000})


@pytest.mark.parametrize("event", [event for event in EventType if required_for(event)])
def test_an_event_that_says_too_little_is_refused(event):
    with pytest.raises(IncompleteEvent, match="needs " + ", ".join(sorted(required_for(event)))):
        append(event, actor=JOB)


@pytest.mark.parametrize(
    ("event", "missing"),
    [
        (EventType.RECORD_VIEWED, {"target_type", "target_id", "purpose"}),
        (EventType.SEARCH_PERFORMED, {"purpose", "query_fields", "result_count"}),
        (EventType.ROLE_GRANTED, {"target_type", "target_id", "detail.role"}),
        (EventType.SHIELD_OVERRIDDEN, {"target_type", "target_id", "purpose"}),
        (EventType.AUTH_LOGIN, {"detail.method"}),
        (EventType.AUTH_LOGOUT, set()),
    ],
)
def test_each_type_requires_what_an_investigator_will_ask(event, missing):
    assert required_for(event) == missing


def test_requirements_name_what_append_can_be_told():
    known = set(COLUMNS) | {"detail." + key for key in DETAIL_KEYS}
    for names in [*REQUIRED.values(), *REQUIRED_BY_FAMILY.values()]:
        assert names <= known
    assert set(REQUIRED_BY_FAMILY) <= {event.value.partition(".")[0] for event in EventType}


@pytest.mark.parametrize("event", sorted(NEVER_SUCCEEDS))
def test_a_refusal_cannot_be_called_a_success(event):
    with pytest.raises(IncompleteEvent, match="cannot have the outcome success"):
        append(
            event,
            actor=JOB,
            reason="because",
            purpose="x",
            query_fields=["sex"],
            detail={"error": "E", "source": "s"},
        )


@pytest.mark.parametrize("outcome", [Outcome.DENIED, Outcome.FAILURE, Outcome.ERROR])
def test_what_did_not_succeed_says_why(outcome):
    with pytest.raises(IncompleteEvent, match="needs a reason"):
        append(EventType.ACCESS_DENIED, actor=JOB, outcome=outcome)


def test_an_unknown_event_type_is_refused():
    with pytest.raises(ValueError, match=r"record\.peeked"):
        append(cast(EventType, "record.peeked"), actor=JOB)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": ActorKind.PERSON},
        {"kind": ActorKind.ANONYMOUS, "id": 1},
        {"kind": ActorKind.JOB, "session_ref": b"short"},
    ],
)
def test_an_actor_who_cannot_be_is_refused(fields):
    with pytest.raises(ValueError, match=r"actor|session_ref"):
        Actor(**fields)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"reason": "she said: let me see"},
        {"purpose": "I was curious"},
        {"child_authority": "Leeds"},
        {"target_type": "the child", "target_id": 1},
        {"target_id": 1},
        {"result_count": -1},
        {"query_fields": [None]},
        {"result_ids": list(range(1001))},
    ],
)
def test_the_table_itself_refuses_words_where_a_code_belongs(practitioner, changes, events):
    with pytest.raises(IntegrityError), transaction.atomic():
        a_search(practitioner, **changes)
    assert events.since_mark() == []


@pytest.mark.django_db
@pytest.mark.parametrize("payload", ["with a \0 byte", "half a \ud83d letter"])
def test_text_the_database_cannot_hold_stops_the_event(practitioner, payload, events):
    with pytest.raises(ValueError, match=r"NUL|surrogates"), transaction.atomic():
        a_search(practitioner, payload=payload)
    assert events.since_mark() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", [event_insert_fails, commit_fails, partition_missing])
def test_when_the_event_cannot_be_kept_the_act_does_not_happen(practitioner, events, fault):
    with fault(), pytest.raises(DatabaseError), transaction.atomic():
        a_search(practitioner)
    assert events.since_mark() == []
    with transaction.atomic():
        a_search(practitioner)
    assert events.actions() == ["search.performed"]


@pytest.mark.django_db
def test_an_insert_fault_works_within_a_test_that_has_already_written(practitioner, events):
    a_search(practitioner)
    with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
        a_search(practitioner)
    a_search(practitioner)
    assert events.actions() == ["search.performed"] * 2


@pytest.mark.django_db
def test_the_writer_names_the_schema_so_no_temporary_table_can_catch_an_event(practitioner, events):
    columns = ", ".join(f"{name} {cast}" for name, cast in COLUMNS.items())
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE audit_event (id bigserial, recorded_at timestamptz DEFAULT now(),"
            f" {columns}) ON COMMIT DROP"
        )
    a_search(practitioner)
    assert events.actions() == ["search.performed"]
