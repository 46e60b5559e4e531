"""A checkout's first command and `make demo` in it: what is shown, who holds what, how it ends."""

import http.client
import re
import signal
import socket
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

from contactpoint.embedded import screen
from tests.contactpoint.embedded import (
    PATIENCE,
    alive,
    descendants_of,
    finished,
    gone,
    python,
    within,
)

# The first test starts everything, one after the other.
pytestmark = pytest.mark.timeout(8 * PATIENCE)

SHOW = "import os; print('entered', os.environ['CONTACTPOINT_DEMO'])"


class Demo:
    """A running demo: its process, what it has printed, its descendants.

    Outside its `with` block nothing of it is left.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.process = python("manage.py", "demo", state=folder, PORT=str(port), CHILDREN="30")
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if "Ctrl-C" in line:
                break
        if "Ctrl-C" not in self.said:
            raise AssertionError(self.said + finished(self.process)[1])
        self.port = int(re.findall(r"http://localhost:(\d+)", self.said)[0])
        self.descendants = descendants_of(self.process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        gone(self.process)

    def ready(self) -> int:
        """The status of the page that says whether it can do its work."""
        with closing(
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        ) as client:
            client.request("GET", "/health/ready/", headers={"Host": "localhost"})
            return client.getresponse().status

    def held_by(self, word: str) -> list[dict[str, str]]:
        """The database addresses that each process with `word` among its arguments can see."""
        found = [pid for pid in self.descendants if word in _read(pid, "cmdline")]
        return [
            {
                name: value
                for name, _, value in (line.partition("=") for line in _read(pid, "environ"))
                if name.startswith("DATABASE_")
            }
            for pid in found
        ]


def _read(pid: int, name: str) -> list[str]:
    """What /proc says of a process; nothing of one that has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes().decode().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


PROCESSES = ("gunicorn", "worker", "beat", "sealer,verifier", "audit.ledger.witness")


@dataclass
class Life:
    """What was seen: a first command, then two demos, one ended by Ctrl-C, one by a kill."""

    first_command: tuple[int, str]
    left_after_first_command: str
    said: str
    port: int
    ready: int
    worker_ready: bool
    held: dict[str, list[dict[str, str]]]
    second_start: tuple[int, str]
    command: tuple[int, str]
    exit_code: int
    last_words: str
    left_after_stop: list[int]
    busy_port: int
    next_port: int
    gone_after_kill: bool


@pytest.fixture(scope="module")
def life(resting_folder: Path) -> Life:
    """A command; a demo started, asked, stopped; started again beside a taken port, killed."""
    first_command = _finished("shell", "--no-imports", "-c", SHOW, state=resting_folder)
    left_after_first_command = _servers_on(resting_folder)
    with socket.create_server(("127.0.0.1", 0)) as busy:
        busy_port = busy.getsockname()[1]
        with Demo(resting_folder, 8000) as first:
            ready = first.ready()
            held = {word: first.held_by(word) for word in PROCESSES}
            second_start = _finished("demo", state=resting_folder)
            command = _finished("demo_people", "--json", state=resting_folder)
            worker_log = resting_folder / "worker.log"
            worker_ready = within(PATIENCE, lambda: "ready." in worker_log.read_text())
            first.process.send_signal(signal.SIGINT)
            exit_code, last_words = finished(first.process)
        left = [pid for pid in first.descendants if alive(pid)]
        with Demo(resting_folder, busy_port) as second:
            second.process.kill()
            gone_after_kill = within(PATIENCE, lambda: not any(map(alive, second.descendants)))
    return Life(
        first_command=first_command,
        left_after_first_command=left_after_first_command,
        said=first.said,
        port=first.port,
        ready=ready,
        worker_ready=worker_ready,
        held=held,
        second_start=second_start,
        command=command,
        exit_code=exit_code,
        last_words=last_words,
        left_after_stop=left,
        busy_port=busy_port,
        next_port=second.port,
        gone_after_kill=gone_after_kill,
    )


def _finished(*arguments: str, state: Path) -> tuple[int, str]:
    return finished(python("manage.py", *arguments, state=state))


def _servers_on(folder: Path) -> str:
    """The processes that name a state folder."""
    command = ["pgrep", "-af", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_a_first_command_makes_servers_and_tables_and_leaves_none_running(life):
    said = "Preparing a database for this checkout, once …\nentered 1\n"

    assert life.first_command == (0, said)
    assert life.left_after_first_command == ""


def test_it_works_and_shows_the_people_with_a_code(life):
    assert life.ready == 200
    assert life.worker_ready
    assert re.search(r"Practitioner .* \d{6}\n", life.said)
    assert re.search(r"Central team member .* \d{6}\n", life.said)
    assert "invented" in life.said


def test_each_process_holds_only_its_own_way_into_the_database(life):
    names = {word: sorted(map(set, found), key=len) for word, found in life.held.items()}

    web = {
        "DATABASE_URL",
        "DATABASE_LOCAL_URL",
        "DATABASE_AUDITOR_URL",
        "DATABASE_COUNT_URL",
    }
    sealer = {"DATABASE_URL", "DATABASE_SEALER_URL", "DATABASE_AUDITOR_URL"}
    assert names == {
        "gunicorn": [web] * 3,
        "worker": [{"DATABASE_URL", "DATABASE_SCAN_URL"}, sealer],
        "beat": [{"DATABASE_URL"}],
        "sealer,verifier": [sealer],
        "audit.ledger.witness": [set()],
    }
    assert "//idx_app:" in life.held["beat"][0]["DATABASE_URL"]
    assert "//idx_sealer:" in life.held["sealer,verifier"][0]["DATABASE_URL"]


def test_a_second_start_says_where_the_first_is(life):
    code, said = life.second_start

    assert code == 2
    assert f"http://localhost:{life.port}" in said


def test_a_command_uses_the_running_servers(life):
    code, said = life.command

    assert code == 0
    assert "totp_secret" in said


def test_ctrl_c_ends_everything(life):
    assert life.exit_code == 0
    assert life.last_words.endswith("Stopped.\n")
    assert life.left_after_stop == []


def test_a_taken_port_gives_way_to_the_next_free_one(life):
    assert life.next_port > life.busy_port


def test_a_kill_leaves_no_process(life):
    assert life.gone_after_kill


def test_the_codes_are_those_of_the_standard():
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B: "12345678901234567890"

    assert screen.totp(secret, 59) == "287082"
    assert screen.totp(secret, 1111111109) == "081804"
