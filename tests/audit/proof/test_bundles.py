"""Proof for one person: checked by the stand-alone tool, from the file and public keys alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from audit.ledger.bundle import bundle
from audit.ledger.notes import KeyKind, Signer
from audit.ledger.sealer import seal
from audit.ledger.tree import NotSealed
from tests.audit.proof.ledgers import Ledger

ROOT = Path(__file__).resolve().parents[3]
WITNESS = Signer.generate("witness.example/w1", KeyKind.WITNESS)


def made(ledger: Ledger, folder: Path, *, witnessed: bool = True) -> Path:
    """A bundle of two of 300 events."""
    ids = ledger.write(300)
    seal(ledger.signer, using=ledger.alias("sealer"))
    if witnessed:
        cosign(ledger)
    path = folder / "bundle.json"
    path.write_text(json.dumps(bundle([ids[0], ids[280]], using=ledger.alias("auditor"))))
    return path


def cosign(ledger: Ledger) -> None:
    with ledger.session("sealer") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT size, note FROM audit_checkpoint ORDER BY size DESC LIMIT 1")
        size, note = cursor.fetchone()
        line = WITNESS.signature_line(note.partition("\n\n")[0] + "\n", at=1_800_000_000)
        cursor.execute(
            "INSERT INTO audit_cosignature VALUES (%s, %s, %s, now())", [size, WITNESS.name, line]
        )


def check(path: Path, ledger: Ledger, *keys: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(ROOT / "verify_audit.py"), str(path)]
    command += ["--log-key", ledger.signer.verifier.to_vkey()]
    for key in keys or [WITNESS.verifier.to_vkey()]:
        command += ["--witness-key", key]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", env={})


def test_a_citizen_checks_the_proofs_without_us(ledger: Ledger, tmp_path: Path) -> None:
    result = check(made(ledger, tmp_path), ledger)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "leaf 0 of 300, witnessed by witness.example/w1" in result.stdout
    assert "leaf 280 of 300" in result.stdout


@pytest.mark.parametrize("field", ["event", "proof"])
def test_a_changed_event_or_proof_is_not_good(ledger: Ledger, tmp_path: Path, field: str) -> None:
    path = made(ledger, tmp_path)
    made_of = json.loads(path.read_text())
    first = made_of["events"][0]
    if field == "event":
        first["event"] = first["event"].replace('"actor_id":7', '"actor_id":8')
    else:
        first["proof"] = first["proof"].replace("index 0", "index 1")
    path.write_text(json.dumps(made_of))
    result = check(path, ledger)
    assert (result.returncode, "WRONG" in result.stdout) == (1, True)


def test_without_a_known_witness_it_cannot_decide(ledger: Ledger, tmp_path: Path) -> None:
    stranger = Signer.generate(WITNESS.name, KeyKind.WITNESS)
    assert check(made(ledger, tmp_path), ledger, stranger.verifier.to_vkey()).returncode == 2


def test_another_logs_signature_does_not_count(ledger: Ledger, tmp_path: Path) -> None:
    path = made(ledger, tmp_path)
    ledger.signer = Signer.generate(ledger.signer.name, KeyKind.LOG)
    assert check(path, ledger).returncode == 1


@pytest.mark.parametrize("text", ["", "{}", '{"format": "other", "events": []}', "[1]"])
def test_what_is_no_bundle_cannot_be_decided(ledger: Ledger, tmp_path: Path, text: str) -> None:
    path = tmp_path / "bundle.json"
    path.write_text(text)
    result = check(path, ledger)
    assert result.returncode == 2
    assert "Cannot decide" in result.stdout
    assert "Traceback" not in result.stderr


def test_an_event_that_is_not_sealed_yet_has_no_proof(ledger: Ledger) -> None:
    (event,) = ledger.write(1)
    with pytest.raises(NotSealed):
        bundle([event], using=ledger.alias("auditor"))
