"""Taking access away while a person is at work in two real web processes, and the very next request
to each. Shared by the test and by `benchmarks/next_request.py`.
"""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.test import Client

from accounts.actions import revoke_role, suspend_account, withdraw_accreditation
from accounts.roles import Role
from tests.factories.accounts import EmployerFactory, LocalAuthorityFactory, acting_as, sign_in

ROOT = Path(__file__).resolve().parents[1]
PROCESSES = 2
PATIENCE = 60.0  # seconds a process may take to answer for the first time
ASKED = "/records/search/"
OPEN = 200


@dataclass
class Found:
    """What came of the tries: how many of each kind, which were late, seconds to the refusal."""

    tries: Counter[str] = field(default_factory=Counter)
    late: Counter[str] = field(default_factory=Counter)
    unready: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)


@contextmanager
def web_processes(environment: Mapping[str, str]) -> Iterator[list[int]]:
    """Two processes of the real web server on these servers; their ports."""
    with ExitStack() as stack:
        ports = [stack.enter_context(_web_process(environment)) for _ in range(PROCESSES)]
        yield ports


@contextmanager
def _web_process(environment: Mapping[str, str]) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "python:contactpoint.embedded.web"]
    process = subprocess.Popen(
        [*command, f"--bind=127.0.0.1:{port}", "--workers=1"],
        cwd=ROOT,
        env={
            **environment,
            "DJANGO_SETTINGS_MODULE": "contactpoint.settings",
            "LOG_LEVEL": "ERROR",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            ask(port, "/health/live/", "")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("a web process did not start")


def ask(port: int, path: str, session: str) -> int:
    """The status of one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Cookie": f"session={session}"})
        return connection.getresponse().status
    finally:
        connection.close()


def measure(ports: list[int], tries: int) -> Found:
    """The tries, one kind after the other in turn, on the database Django is set up for."""

    base: Any = LocalAuthorityFactory()
    team = acting_as(Role.MANAGEMENT_TEAM, at=base)
    officer = acting_as(Role.ACCREDITATION_OFFICER)
    kinds = list(_kinds(team, officer).items())
    found = Found()
    with ThreadPoolExecutor(len(ports)) as pool:
        for number in range(tries):
            kind, stop = kinds[number % len(kinds)]
            _try(found, kind, stop, base, ports, pool)
    return found


def _kinds(team: Any, officer: Any) -> dict[str, Callable[[Any], object]]:
    reason = "measured"
    return {
        "suspended": lambda person: suspend_account(user=person.user, reason=reason, by=team),
        "role revoked": lambda person: revoke_role(grant=person.grant, reason=reason, by=team),
        "accreditation withdrawn": lambda person: withdraw_accreditation(
            accreditation=person.organisation.accreditations.get(), reason=reason, by=officer
        ),
    }


def _try(
    found: Found,
    kind: str,
    stop: Callable[[Any], object],
    base: Any,
    ports: list[int],
    pool: ThreadPoolExecutor,
) -> None:
    """One person at work in both processes; the act; the very next request to each."""
    employer: Any = EmployerFactory(parent=base)
    person, client = acting_as(Role.PRACTITIONER, at=employer), Client()
    sign_in(client, person.user)
    session = client.cookies["session"].value
    before = [ask(port, ASKED, session) for port in ports]
    found.tries[kind] += 1
    found.unready[kind] += any(status != OPEN for status in before)
    stop(person)
    begun = time.monotonic()
    after = list(pool.map(lambda port: ask(port, ASKED, session), ports))
    found.seconds.append(time.monotonic() - begun)
    found.late[kind] += any(status == OPEN for status in after)
