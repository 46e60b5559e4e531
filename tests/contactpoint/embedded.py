"""Second stacks for tests: in a state folder of their own, in processes of their own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import psycopg2

from contactpoint.embedded.servers import DATABASE_VARIABLES
from contactpoint.embedded.state import CHECKOUT

HOLDER = """
import json, pathlib, sys
from contactpoint.embedded.servers import Servers, open_own_state
state = open_own_state(pathlib.Path(sys.argv[1]))
with state.held("a test"):
    servers = Servers(state, for_tests=True)
    servers.start()
    pids = [child.process.pid for child in servers.children]
    facts = {"environment": servers.environment(), "sockets": str(servers.sockets), "pids": pids}
    print(json.dumps(facts), flush=True)
    sys.stdin.read()
    servers.stop()
"""
PATIENCE = 240.0  # seconds for what hangs: on a loaded machine a minute may be needed
NOT_OURS = {*DATABASE_VARIABLES, "REDIS_URL", "SECRET_KEY", "FIELD_KEY", "BROKER_URL"}


class Stack:
    """PostgreSQL and Valkey held by a process of their own, until it is told to end or killed.

    Outside its `with` block nothing of it is left.
    """

    def __init__(self, folder: Path) -> None:
        self.holder = python("-c", HOLDER, str(folder), state=folder)
        line = self.holder.stdout.readline()
        if not line.startswith("{"):
            raise AssertionError(line + finished(self.holder)[1])
        facts = json.loads(line)
        self.environment: dict[str, str] = facts["environment"]
        self.sockets = Path(facts["sockets"])
        self.pids: list[int] = facts["pids"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        gone(self.holder)

    def end(self) -> None:
        """Stop in order."""
        finished(self.holder)

    def connect(self, variable: str, **other: str) -> Any:
        """Connect as the role of one variable, or with something else than it says."""
        return connect(self.environment[variable], **other)


def python(*arguments: str, state: Path, **variables: str) -> subprocess.Popen[str]:
    """A Python of ours in the checkout without configuration, its state in `state`."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=CHECKOUT,
        env={**kept, "CONTACTPOINT_STATE": str(state), **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def gone(process: subprocess.Popen[str]) -> None:
    """Kills the process if it still runs, and closes what led to it: nothing meets a later test."""
    process.kill()
    with process:
        pass


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Waits for the process to end: its exit code and all it said."""
    try:
        said = process.communicate(timeout=PATIENCE)[0]
    finally:
        gone(process)
    return process.returncode, said


def connect(url: str, **other: str) -> Any:
    """A connection in autocommit mode to a URL in the form that settings read."""
    parts = urlsplit(url)
    given = {
        "host": parse_qs(parts.query)["host"][0],
        "user": parts.username,
        "password": parts.password,
        "dbname": parts.path[1:],
    }
    found = psycopg2.connect(**{**given, **other})
    found.autocommit = True
    return found


def alive(pid: int) -> bool:
    """Whether a process runs (one that has ended but waits to be noticed does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def descendants_of(pid: int) -> list[int]:
    """The processes that `pid` started, and theirs."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended since
    found = [pid]
    for parent in found:
        found += [child for child, its_parent in parents.items() if its_parent == parent]
    return found[1:]


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
