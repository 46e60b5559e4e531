"""At the end of a run nobody may be left on the test database: it could not be dropped."""

import gc
import time
import warnings
from typing import Any

from django.conf import settings
from django.db import connections

PATIENCE = 30.0  # seconds in which whoever is leaving has left

# Of a session of another role a role sees only that it is there, so each is asked.
SESSIONS = """
SELECT pid, usename, application_name, backend_start::text, state, left(query, 200)
FROM pg_stat_activity WHERE datname = current_database() AND usename IS NOT NULL
"""
NAMES = ("process", "role", "application", "since", "state", "last statement")
END_OWN = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid = ANY(%s)
"""


def see_off() -> None:
    """Waits for leaving sessions; ends those that stay and names them in a warning.

    A warning, because whose they were is a question about one test, and the database can go.
    """
    connections.close_all()  # mirrors are not closed by Django
    gc.collect()  # what a thread that has ended had open hangs in circles of references
    deadline = time.monotonic() + PATIENCE
    while (left := _strangers()) and time.monotonic() < deadline:
        time.sleep(0.2)
    if left:
        for alias in settings.DATABASES:
            with connections[alias].cursor() as cursor:
                cursor.execute(END_OWN, [list(left)])
        with warnings.catch_warnings():
            warnings.simplefilter("default")  # the suite makes an error of every warning
            warnings.warn(
                "Sessions were left on the test database: "
                + "; ".join(map(_worded, left.values())),
                stacklevel=2,
            )
    connections.close_all()


def _strangers() -> dict[int, tuple[Any, ...]]:
    """The sessions on the test database that are not this thread's, as their own role sees them."""
    seen: dict[int, tuple[Any, ...]] = {}
    ours = set()
    for alias in settings.DATABASES:
        if not str(connections[alias].settings_dict["NAME"]).startswith("test_"):
            raise RuntimeError("only a test database may be cleared of its sessions")
        with connections[alias].cursor() as cursor:
            ours.add(connections[alias].connection.info.backend_pid)
            cursor.execute(SESSIONS)
            for row in cursor.fetchall():
                if row[3] is not None or row[0] not in seen:
                    seen[row[0]] = row
    return {pid: row for pid, row in seen.items() if pid not in ours}


def _worded(session: tuple[Any, ...]) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(NAMES, session, strict=True))
