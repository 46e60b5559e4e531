"""Backups brought back, rehearsed on clusters of their own: what the ledger says afterwards.

The runbook is docs/runbooks/restore.md.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connections

from audit.ledger.notes import KeyKind, Signer
from audit.ledger.sealer import CannotSeal, seal
from audit.ledger.verify import Keys, verify
from contactpoint.embedded import binaries
from contactpoint.embedded.servers import DATABASE_VARIABLES
from contactpoint.embedded.state import short_temp_folder
from tests.audit.proof.ledgers import FILES, ORIGIN, ROLES, SQL, Ledger
from tests.audit.proof.test_sealing import sealed
from tests.contactpoint.embedded import Stack, python

WITNESS = Signer.generate("witness.example/w1", KeyKind.WITNESS)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where servers can live, whoever they run as."""
    root = Path(tempfile.mkdtemp(prefix="contactpoint-", dir=short_temp_folder()))
    root.chmod(0o711)
    yield root
    shutil.rmtree(root)


@contextmanager
def cluster(state: Path, signer: Signer) -> Iterator[tuple[Stack, Ledger]]:
    """A cluster of its own and the ledger in it, which may be empty still."""
    stack = Stack(state)
    ledger = Ledger(f"cluster_{state.name}", signer)
    try:
        for variable, role in DATABASE_VARIABLES.items():
            alias = variable.removeprefix("DATABASE_").removesuffix("URL").strip("_").lower()
            if (name := alias or "default") in ROLES:
                _register(ledger.alias(name), name, stack.environment[variable], role)
        yield stack, ledger
    finally:
        for name in ROLES:
            connections[ledger.alias(name)].close()
            del connections[ledger.alias(name)]
            del connections.databases[ledger.alias(name)]
        stack.end()


def _register(alias: str, like: str, url: str, role: str) -> None:
    parts = urlsplit(url)
    connections.databases[alias] = {
        **connections.databases[like],
        "NAME": parts.path[1:],
        "HOST": parse_qs(parts.query)["host"][0],
        "USER": role,
        "PASSWORD": parts.password,
    }


def install(ledger: Ledger) -> None:
    with ledger.session("owner") as connection, connection.cursor() as cursor:
        for file in FILES:
            cursor.execute((SQL / file).read_text(encoding="utf-8"))


def seal_and_witness(ledger: Ledger, notes: Path) -> None:
    """Seals, and keeps the note that a witness elsewhere signed."""
    assert seal(ledger.signer, using=ledger.alias("sealer"))
    with ledger.session("auditor") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT size, note FROM audit_checkpoint ORDER BY size DESC LIMIT 1")
        size, note = cursor.fetchone()
    text = note.partition("\n\n")[0] + "\n"
    notes.mkdir(exist_ok=True)
    (notes / f"{size}").write_text(f"{text}\n{WITNESS.signature_line(text, at=1_800_000_000)}")


def found(ledger: Ledger, notes: Path) -> set[str]:
    keys = Keys([ledger.signer.verifier], [WITNESS.verifier])
    return set(verify(keys, notes=notes, using=ledger.alias("auditor")).by_code())


def run_program(name: str, *words: str) -> None:
    program = binaries.locate(Path("/nowhere"), None).postgres.with_name(name)
    done = subprocess.run([program, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_dump_restored_elsewhere_goes_on_in_a_new_era_under_the_old_proofs(
    ledger: Ledger, folder: Path, django_db_blocker
) -> None:
    ids = ledger.write(5, payload="Khan")
    seal_and_witness(ledger, folder / "notes")
    unsealed = ledger.write(2)
    dump = folder / "dump"
    run_program("pg_dump", "-Fc", f"--file={dump}", f"--dbname={libpq(ledger)}")
    before = sealed(ledger)
    with cluster(folder / "other", ledger.signer) as (stack, restored):
        run_program("pg_restore", "--exit-on-error", f"--dbname={libpq(restored)}", str(dump))
        # Two events wait for their seal, for as long as the restoring takes.
        assert found(restored, folder / "notes") <= {"row-not-sealed"}
        with pytest.raises(CannotSeal, match="audit_new_era"):
            seal(restored.signer, using=restored.alias("sealer"))
        begun = python("manage.py", "audit_new_era", state=folder / "none", **stack.environment)
        assert "Era 2 has begun" in begun.communicate(timeout=60)[0]
        more = restored.write(3)
        seal_and_witness(restored, folder / "notes")
        assert found(restored, folder / "notes") == set()
        after = sealed(restored)
    assert list(after)[:5] == list(before) == ids
    assert {**after, **before} == after
    assert {*unsealed, *more} < set(after)
    assert len(after) == 5 + 2 + 1 + 3  # the era's own event is one of them


def test_an_older_physical_backup_is_whole_and_the_witness_shows_what_was_lost(
    folder: Path, django_db_blocker
) -> None:
    signer = Signer.generate(ORIGIN, KeyKind.LOG)
    early, late = folder / "early", folder / "late"
    with django_db_blocker.unblock():
        with cluster(folder / "a", signer) as (_, ledger):
            install(ledger)
            ids = ledger.write(4, payload="Khan")
            seal_and_witness(ledger, early)
        subprocess.run(["cp", "-a", folder / "a", folder / "b"], check=True)  # the cold backup
        with cluster(folder / "a", signer) as (_, ledger):
            ledger.write(3)
            seal_and_witness(ledger, late)
        with cluster(folder / "b", signer) as (_, restored):
            assert found(restored, early) == set()
            assert found(restored, late) == {"tail-truncated"}
            more = restored.write(6)
            seal(signer, using=restored.alias("sealer"))  # the same cluster: no new era
            assert list(sealed(restored)) == ids + more
            assert found(restored, early) == set()
            assert found(restored, late) == {"history-rewritten"}


def libpq(ledger: Ledger) -> str:
    params = connections[ledger.alias("owner")].get_connection_params()
    return (
        f"postgresql:///{params['dbname']}?host={params['host']}&user={params['user']}"
        f"&password={params['password']}"
    )
