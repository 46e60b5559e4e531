"""A `manage.py` command with what it took: time, processor on both sides, memory. Linux only."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
EVERY = 0.1  # seconds between two looks at the memory


@dataclass(frozen=True)
class Measured:
    """What a command took. `memory` is the peak of its processes together, shared pages counted
    once for each; the servers are not its children.
    """

    output: str
    seconds: float
    client: float
    server: float
    memory: int

    def told(self) -> str:
        """One line for people."""
        return (
            f"{self.seconds:,.1f} s; processor {self.client:,.1f} s client, {self.server:,.1f} s"
            f" server; at most {self.memory / 1e6:,.0f} MB"
        )


def command(*arguments: str) -> Measured:
    """Runs a command on the servers of this benchmark. Raises CalledProcessError."""
    server, client, began = _server_seconds(), _client_seconds(), time.monotonic()
    process = subprocess.Popen(
        [sys.executable, str(CHECKOUT / "manage.py"), *arguments], stdout=subprocess.PIPE, text=True
    )
    memory = 0
    while process.poll() is None:
        memory = max(memory, sum(_resident(pid) for pid in _family(process.pid)))
        time.sleep(EVERY)
    seconds = time.monotonic() - began
    output, _ = process.communicate()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args, output)
    used = _client_seconds() - client
    return Measured(output, seconds, used, _server_seconds() - server, memory)


def _client_seconds() -> float:
    """Of the commands that have ended, with their processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _server_seconds() -> float:
    """Of the whole server: its backends, those that have ended, too."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    postmaster = int(_stat(backend)[1])
    ours = [_stat(pid) for pid in _family(postmaster)]
    own = sum(int(fields[11]) + int(fields[12]) for fields in ours if fields)
    ended = _stat(postmaster)
    return (own + int(ended[13]) + int(ended[14])) / TICKS


def _family(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _stat(pid: int) -> list[str]:
    """The fields after the name; none if it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return []


def _resident(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[21]) * resource.getpagesize() if fields else 0
