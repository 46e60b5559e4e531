"""The vocabulary and the columns are sealed for ever: what has been said once keeps its name."""

import re
from pathlib import Path

import pytest
from django.db import connection

from audit.ledger.details import DETAIL_KEYS, FACT_KEYS
from audit.ledger.events import EventType, Outcome
from audit.ledger.models import AuditEvent
from audit.ledger.writer import COLUMNS

EVER_USED = Path(__file__).with_name("event_types.txt")
# Name and type of every column, in order. New facts go into detail, facts or the payload.
SEALED_COLUMNS = """
    id bigint, era smallint, recorded_at timestamp with time zone, xid xid8,
    action text, outcome text, reason text,
    actor_kind text, actor_id bigint, actor_role text, actor_org integer, actor_base integer,
    grant_id bigint, on_behalf_of bigint,
    session_ref bytea, source_ip inet, request_id uuid, network_id integer,
    target_type text, target_id bigint, child_authority text, enquiry_id bigint,
    purpose text, query_fields text[], own_surname boolean, own_address boolean,
    result_count integer, result_ids bigint[],
    facts text, detail text, payload_digest bytea
"""
GENERATED = ["id", "era", "recorded_at", "xid"]


def test_no_event_type_is_renamed_or_taken_away():
    assert [event.value for event in EventType] == EVER_USED.read_text().split()


@pytest.mark.parametrize("event", EventType)
def test_a_type_is_named_as_its_value_and_the_table_accepts_it(event):
    assert event.name == event.value.replace(".", "_").upper()
    assert re.fullmatch(r"[a-z][a-z_]{0,31}\.[a-z][a-z_]{0,31}", event.value)


def test_outcomes_are_those_the_table_accepts():
    assert set(Outcome) == {"success", "failure", "denied", "error"}


@pytest.mark.django_db
def test_the_columns_are_the_ones_to_be_sealed():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = 'public.audit_event'::regclass AND attnum > 0 ORDER BY attnum"
        )
        columns = [column for (column,) in cursor.fetchall()]
    assert columns == [" ".join(column.split()) for column in SEALED_COLUMNS.split(",")]


def test_writer_and_read_model_know_the_same_columns():
    names = [column.split()[0] for column in SEALED_COLUMNS.split(",")]
    assert [field.attname for field in AuditEvent._meta.concrete_fields] == names
    assert [*GENERATED, *COLUMNS] == names


@pytest.mark.parametrize("keys", [DETAIL_KEYS, FACT_KEYS])
def test_every_key_is_explained_and_none_invites_a_person(keys):
    assert all(keys.values())
    forbidden = {"name", "surname", "forename", "dob", "date_of_birth", "postcode", "address"}
    forbidden |= {"email", "phone", "nhs_number", "note", "comment", "text", "terms", "reason"}
    assert not forbidden & set(keys)
