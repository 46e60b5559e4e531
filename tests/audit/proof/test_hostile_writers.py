"""Twelve writers who hold, roll back and use savepoints; two sealers who are killed at any moment:
no committed event is missed and none is sealed twice.

A slice of seconds here; `make soak` gives it the full minute.
"""

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from audit.ledger.keys import write_key
from audit.ledger.sealer import seal
from tests.audit.proof.ledgers import Ledger
from tests.audit.proof.test_sealing import sealed

SECONDS = float(os.environ.get("SOAK_SECONDS", "6"))
WRITERS = 12
INSERT = (
    "INSERT INTO public.audit_event (action, outcome, actor_kind)"
    " VALUES ('auth.login', 'success', 'anonymous') RETURNING id"
)


class Writer(threading.Thread):
    """Writes until told to stop; knows what it has committed."""

    def __init__(self, ledger: Ledger, seed: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.ledger, self.stop = ledger, stop
        self.chance = random.Random(seed)  # noqa: S311  a script of chance, repeatable
        self.committed: list[int] = []

    def run(self) -> None:
        with self.ledger.session() as connection:
            connection.autocommit = False
            while not self.stop.is_set():
                with connection.cursor() as cursor:
                    ids = self._insert(cursor)
                self.stop.wait(self.chance.choice([0, 0, 0, 0.01, 0.05, 1.5]))
                if self.chance.random() < 0.1:
                    connection.rollback()
                else:
                    connection.commit()
                    self.committed += ids

    def _insert(self, cursor: Any) -> list[int]:
        """One to three events, sometimes one more that a savepoint takes back."""
        ids = []
        for _ in range(self.chance.randint(1, 3)):
            cursor.execute(INSERT)
            ids.append(cursor.fetchone()[0])
        if self.chance.random() < 0.3:
            cursor.execute("SAVEPOINT s")
            cursor.execute(INSERT)
            cursor.execute("ROLLBACK TO SAVEPOINT s")
        if self.chance.random() < 0.3:
            cursor.execute("SAVEPOINT t")
            cursor.execute(INSERT)
            ids.append(cursor.fetchone()[0])
            cursor.execute("RELEASE SAVEPOINT t")
        return ids


class KilledSealer(threading.Thread):
    """A sealing process that is killed again and again, and started again."""

    def __init__(self, ledger: Ledger, key: Path, seed: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.stop, self.killed = stop, 0
        self.chance = random.Random(seed)  # noqa: S311  a script of chance, repeatable
        self.command = [sys.executable, "-m", "tests.audit.proof.sealer_process", str(key)]
        self.environment = {**os.environ, "DATABASE_URL": ledger.url("sealer")}

    def run(self) -> None:
        while not self.stop.is_set():
            process = subprocess.Popen(self.command, env=self.environment, stdout=subprocess.PIPE)
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            self.stop.wait(self.chance.uniform(0.1, 2))
            process.kill()
            process.wait()
            process.stdout.close()
            self.killed += 1


@pytest.mark.timeout(int(SECONDS) + 120)
def test_no_committed_event_is_missed_and_none_is_sealed_twice(
    ledger: Ledger, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    write_key(key, ledger.signer)
    stop_sealing, stop_writing = threading.Event(), threading.Event()
    sealers = [KilledSealer(ledger, key, seed, stop_sealing) for seed in range(2)]
    writers = [Writer(ledger, seed, stop_writing) for seed in range(WRITERS)]
    for thread in [*sealers, *writers]:
        thread.start()
    time.sleep(SECONDS)
    stop_writing.set()
    for writer in writers:
        writer.join(30)
    stop_sealing.set()
    for sealer in sealers:
        sealer.join(30)
    seal(ledger.signer, using=ledger.alias("sealer"))
    committed = sorted(number for writer in writers for number in writer.committed)
    assert all(sealer.killed for sealer in sealers)
    assert len(committed) > 100
    assert sorted(sealed(ledger)) == committed  # `sealed` refuses an event that is there twice
