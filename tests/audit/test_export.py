"""The ledger leaves in the words of other systems: streamed, an event first, one line an event."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.roles import Role
from audit.ledger.events import EventType, Outcome
from audit.ledger.leaf import read_row
from audit.ledger.writer import append
from audit.trail.formats import ExportFormat, line_of
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import acting_as

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = Path(__file__).parent / "fields"
ROW = {
    "id": 12,
    "recorded_at": "2026-03-01T10:11:12.123456Z",
    "action": "record.viewed",
    "outcome": "success",
    "reason": None,
    "actor_kind": "person",
    "actor_id": 7,
    "actor_role": "practitioner",
    "actor_org": 3,
    "on_behalf_of": 8,
    "session_ref": "00ff",
    "source_ip": "192.0.2.1",
    "request_id": "7d9f4a4e-5f5a-4b8e-9d67-000000000001",
    "target_type": "child_record",
    "target_id": 5,
    "purpose": "welfare",
    "query_fields": None,
    "result_count": None,
    "result_ids": [5, 6],
    "detail": "{}",
}


def made(wanted: ExportFormat, **changes):
    return json.loads(line_of(json.dumps({**ROW, **changes}), wanted))


def names(value, path=""):
    """The dotted names of all fields; lists count as one field."""
    if isinstance(value, dict):
        return {name for key, part in value.items() for name in names(part, f"{path}.{key}")}
    return {path.lstrip(".")}


def exported(path: Path, **more) -> list[str]:
    today = timezone.localdate()
    auditor = acting_as(Role.AUDITOR)
    words = {"format": "jsonl", "day_from": today, "day_to": today, "reason": "regulator"}
    call_command("audit_export", operator=auditor.user.email, out=path, **{**words, **more})
    return path.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def practitioner(db):
    """A person of an authority; the ledger's tests beside this file mean a bare actor by it."""
    return acting_as(Role.PRACTITIONER)


@pytest.fixture
def failure(practitioner):
    with transaction.atomic():
        return append(
            EventType.SEARCH_PERFORMED,
            actor=practitioner.actor,
            outcome=Outcome.ERROR,
            reason="broken",
            purpose="welfare",
            query_fields=["family_name"],
            result_count=2,
            result_ids=[5, 6],
        )


@pytest.mark.parametrize("wanted", [*ExportFormat])
def test_every_event_of_the_period_is_one_line(wanted, failure, tmp_path, events):
    lines = [json.loads(line) for line in exported(tmp_path / "out", format=wanted.value)]
    numbers = [
        str(line.get("id") or line.get("metadata", {}).get("uid") or line["event"]["id"])
        for line in lines
    ]
    assert str(failure.id) in numbers
    assert len(numbers) == len(set(numbers))
    assert events.one("audit.exported").detail["format"] == wanted.value


def test_jsonl_is_the_canonical_text_that_was_sealed(failure, tmp_path):
    rows = [read_row(line) for line in exported(tmp_path / "out")]
    assert failure.id in {row["id"] for row in rows}


def test_only_its_owner_reads_the_file(tmp_path):
    exported(tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_without_an_event_there_is_no_export(tmp_path):
    with event_insert_fails(), pytest.raises(DatabaseError):
        exported(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_management_team_exports_nothing(management_team, tmp_path, events):
    today = timezone.localdate()
    with pytest.raises(CommandError):
        call_command(
            "audit_export",
            operator=management_team.user.email,
            reason="curious",
            day_from=today,
            day_to=today,
            out=tmp_path / "out",
        )
    assert not (tmp_path / "out").exists()
    assert events.one("access.denied")


def test_a_file_that_exists_is_not_written_over(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(CommandError, match="cannot be written"):
        exported(tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize(
    ("wanted", "free"), [(ExportFormat.ECS, "labels."), (ExportFormat.OCSF, "unmapped.")]
)
def test_every_event_type_uses_fields_of_the_published_lists_only(wanted, free):
    known = set((FIELDS / f"{wanted.value}.txt").read_text().split())
    used: set[str] = set()
    for event in EventType:
        for outcome in Outcome:
            row = made(wanted, action=event.value, outcome=outcome.value, reason="because")
            used |= {name for name in names(row) if not name.startswith(free)}
    assert used <= known


def test_an_ocsf_type_is_its_class_and_activity():
    event = made(ExportFormat.OCSF)
    assert (event["class_uid"], event["activity_id"], event["type_uid"]) == (6001, 2, 600102)
    assert event["time"] == 1772359872123


@pytest.mark.parametrize(
    ("outcome", "code"), [("success", "0"), ("denied", "4"), ("failure", "4"), ("error", "8")]
)
def test_fhir_says_who_what_when_and_how_it_ended(outcome, code):
    event = made(ExportFormat.FHIR, outcome=outcome)
    assert (event["resourceType"], event["outcome"], event["action"]) == ("AuditEvent", code, "R")
    assert event["recorded"] == ROW["recorded_at"]
    assert [agent["requestor"] for agent in event["agent"]] == [True, False, False]
    assert event["agent"][0]["who"]["identifier"]["value"] == "7"
    assert event["entity"][0]["what"]["identifier"]["value"] == "5"


def test_an_event_of_nobody_in_particular_still_has_an_agent():
    event = made(ExportFormat.FHIR, actor_id=None, actor_role=None, actor_kind="anonymous")
    assert event["agent"][0]["who"] == {"display": "anonymous"}
