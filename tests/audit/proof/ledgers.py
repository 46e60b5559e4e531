"""A ledger of its own: a database of audit tables only, to be sealed, attacked and dropped."""

import itertools
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
from django.db import connections

import audit.migrations
from audit.ledger.actor import Actor, ActorKind
from audit.ledger.events import EventType
from audit.ledger.notes import KeyKind, Signer
from audit.ledger.writer import append

SQL = Path(audit.migrations.__file__).parent / "sql"
FILES = ("0001_ledger.sql", "0002_sealing.sql", "0004_counts.sql", "0005_retention.sql")
ROLES = ("owner", "default", "sealer", "auditor", "local", "count", "scan")
ORIGIN = "index.example/audit"
SEALED_TABLES = ("event", "payload", "seal", "node", "checkpoint", "cosignature")


@dataclass
class Ledger:
    """One ledger and the names of its aliases, a role each."""

    name: str
    signer: Signer

    def alias(self, role: str) -> str:
        return f"{self.name}_{role}"

    def url(self, role: str) -> str:
        """The address of this ledger for a process of its own."""
        params = connections[self.alias(role)].get_connection_params()
        account = f"{params['user']}:{quote(params['password'], safe='')}"
        return f"postgres://{account}@/{params['dbname']}?host={quote(params['host'], safe='')}"

    @contextmanager
    def session(self, role: str = "default") -> Iterator[Any]:
        """A connection of its own, in autocommit, as that role."""
        params = connections[self.alias(role)].get_connection_params()
        params.pop("cursor_factory", None)
        connection = psycopg2.connect(**params)
        connection.autocommit = True
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def unguarded(self) -> Iterator[Any]:
        """A cursor of somebody who owns the tables and has switched the guards off."""
        guards = [(f"audit_{name}", "no_mod") for name in SEALED_TABLES]
        guards.append(("audit_event", "checked"))
        with self.session("owner") as connection, connection.cursor() as cursor:
            for table, guard in guards:
                cursor.execute(f"ALTER TABLE public.{table} DISABLE TRIGGER {guard}")
            yield cursor
            for table, guard in guards:
                cursor.execute(f"ALTER TABLE public.{table} ENABLE ALWAYS TRIGGER {guard}")

    def write(self, number: int, *, payload: str | None = None) -> list[int]:
        """Commits this many events, one transaction each."""
        from django.db import transaction

        ids = []
        for _ in range(number):
            with transaction.atomic(using=self.alias("default")):
                ids.append(
                    append(
                        EventType.SEARCH_PERFORMED,
                        actor=Actor(kind=ActorKind.PERSON, id=7, role="practitioner", base=3),
                        purpose="welfare",
                        query_fields=["family_name", "date_of_birth"],
                        result_count=1,
                        result_ids=[5],
                        detail={"search_key": str(uuid.uuid4())},
                        payload=payload,
                        using=self.alias("default"),
                    ).id
                )
        return ids


_numbers = itertools.count(1)


@contextmanager
def fresh_ledger() -> Iterator[Ledger]:
    """A new database, gone afterwards."""
    name = f"test_ledger_{uuid.uuid4().hex[:12]}"
    ledger = Ledger(f"ledger{next(_numbers)}", Signer.generate(ORIGIN, KeyKind.LOG))
    params = connections["owner"].get_connection_params()
    params.pop("cursor_factory", None)
    owner = psycopg2.connect(**params)
    owner.autocommit = True
    try:
        with owner.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        for role in ROLES:
            connections.databases[ledger.alias(role)] = {
                **connections.databases[role],
                "NAME": name,
            }
        with ledger.session("owner") as connection, connection.cursor() as cursor:
            for file in FILES:
                cursor.execute((SQL / file).read_text(encoding="utf-8"))
        yield ledger
    finally:
        for role in ROLES:
            alias = ledger.alias(role)
            if alias in connections.databases:
                connections[alias].close()
                del connections[alias]
                del connections.databases[alias]
        _drop(owner, name)
        owner.close()


def _drop(owner: Any, name: str) -> None:
    """Once the server has noticed that every session of it is over."""
    deadline = time.monotonic() + 60
    with owner.cursor() as cursor:
        while True:
            try:
                cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            except psycopg2.errors.ObjectInUse:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return
