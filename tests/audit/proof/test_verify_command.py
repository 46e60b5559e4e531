"""`audit_verify` as a person or a job runs it: processes, exit codes, an event each time."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from audit.ledger.notes import KeyKind, Signer
from audit.ledger.sealer import seal
from tests.audit.proof.ledgers import Ledger

ROOT = Path(__file__).resolve().parents[3]
WITNESS = Signer.generate("witness.example/w1", KeyKind.WITNESS)


@pytest.fixture
def notes(ledger: Ledger, tmp_path: Path) -> Path:
    """A sealed ledger of more than one batch, and a folder with the note that a witness signed."""
    with ledger.session("default") as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.audit_event (action, outcome, actor_kind)"
            " SELECT 'auth.login', 'success', 'anonymous' FROM generate_series(1, 9000)"
        )
    seal(ledger.signer, using=ledger.alias("sealer"))
    with ledger.session("auditor") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT note FROM audit_checkpoint")
        text = cursor.fetchone()[0].partition("\n\n")[0] + "\n"
    (tmp_path / "note").write_text(f"{text}\n{WITNESS.signature_line(text, at=1_800_000_000)}")
    return tmp_path


def run(ledger: Ledger, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": ledger.url("auditor"),
        "DATABASE_AUDITOR_URL": ledger.url("auditor"),
        "AUDIT_LOG_VKEYS": ledger.signer.verifier.to_vkey(),
        "AUDIT_WITNESSES": "",
    }
    command = [sys.executable, str(ROOT / "manage.py"), "audit_verify", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def with_notes(notes: Path) -> list[str]:
    return ["--notes", str(notes), "--witness-key", WITNESS.verifier.to_vkey()]


def test_good_with_a_witnesss_note_by_two_processes_and_recorded(
    ledger: Ledger, notes: Path
) -> None:
    done = run(ledger, *with_notes(notes), "--workers", "2", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert (report["verdict"], report["rows"], report["witnessed"]) == ("good", 9000, 9000)
    with ledger.session("auditor") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT detail FROM audit_event WHERE action = 'audit.verified'")
        (detail,) = cursor.fetchone()
    assert json.loads(detail)["size"] == 9000


def test_two_processes_find_what_one_finds(ledger: Ledger, notes: Path) -> None:
    with ledger.unguarded() as cursor:
        cursor.execute("UPDATE audit_event SET actor_id = 8, actor_kind = 'person' WHERE id = 8500")
    for workers in ("1", "2"):
        done = run(ledger, *with_notes(notes), "--workers", workers, "--no-record")
        assert done.returncode == 1
        assert "row-altered: event 8500" in done.stdout
        assert "TAMPERED" in done.stdout


def test_without_notes_it_cannot_decide(ledger: Ledger, notes: Path) -> None:
    done = run(ledger)
    assert done.returncode == 2
    assert "the database cannot vouch for itself" in done.stdout


def test_bad_keys_and_folders_are_named_and_undecided(ledger: Ledger, notes: Path) -> None:
    wrong_key = run(ledger, "--notes", str(notes), "--witness-key", "nonsense")
    no_folder = run(ledger, *with_notes(notes / "missing"))
    assert (wrong_key.returncode, no_folder.returncode) == (2, 2)
    assert "not a key for notes" in wrong_key.stderr
    assert "missing" in no_folder.stderr
