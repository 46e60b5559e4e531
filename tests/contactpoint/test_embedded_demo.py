"""`make demo` from start to stop, with few children: what it shows, who holds what, how it ends."""

import http.client
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contactpoint.embedded import screen
from tests.contactpoint.embedded import alive, descendants_of, python, within


class Demo:
    """A running demo: its process, what it has printed, its descendants."""

    def __init__(self, folder: Path) -> None:
        self.process = python("manage.py", "demo", state=folder, PORT="8000", CHILDREN="30")
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if "Ctrl-C" in line:
                break
        assert "Ctrl-C" in self.said, self.said + self.process.communicate()[0]
        self.port = int(re.search(r"http://localhost:(\d+)", self.said)[1])
        self.descendants = descendants_of(self.process.pid)

    def get(self, path: str, host: str = "127.0.0.1") -> int:
        """The status of a page."""
        client = http.client.HTTPConnection(host, self.port, timeout=10)
        client.request("GET", path, headers={"Host": "localhost"})
        return client.getresponse().status

    def named(self, word: str) -> list[dict[str, str]]:
        """The environments of the processes whose command line holds a word."""
        found = [pid for pid in self.descendants if word in read(pid, "cmdline")]
        pairs = [
            [line.partition("=") for line in read(pid, "environ").split("\0")] for pid in found
        ]
        return [{name: value for name, _, value in lines} for lines in pairs]


def read(pid: int, name: str) -> str:
    """A file of /proc."""
    return Path(f"/proc/{pid}/{name}").read_bytes().decode()


@pytest.fixture(scope="module")
def demo(shared_folder: Path) -> Iterator[Demo]:
    """One demo for the tests that look at it."""
    running = Demo(shared_folder)
    yield running
    running.process.terminate()
    running.process.communicate(timeout=15)


def test_it_shows_its_address_and_the_people_with_a_code(demo):
    assert demo.get("/health/ready/") == 200
    assert re.search(r"Practitioner .* \d{6}\n", demo.said)
    assert re.search(r"Central team member .* \d{6}\n", demo.said)
    assert "invented" in demo.said


def test_each_process_holds_only_its_own_way_into_the_database(demo):
    held = {
        word: [{name for name in one if name.startswith("DATABASE_")} for one in demo.named(word)]
        for word in ("gunicorn", "worker", "beat")
    }

    assert held["gunicorn"] == [{"DATABASE_URL", "DATABASE_LOCAL_URL", "DATABASE_AUDITOR_URL"}] * 3
    assert held["worker"] == [{"DATABASE_URL"}]
    assert held["beat"] == [{"DATABASE_URL"}]
    assert all("idx_app" in one["DATABASE_URL"] for one in demo.named("celery"))


def test_a_second_start_says_where_the_first_is(demo, shared_folder):
    second = python("manage.py", "demo", state=shared_folder)

    said = second.communicate(timeout=20)[0]

    assert second.returncode == 2
    assert f"http://localhost:{demo.port}" in said


def test_a_command_uses_the_running_servers(demo, shared_folder):
    command = python("manage.py", "demo_people", "--json", state=shared_folder)

    assert "totp_secret" in command.communicate(timeout=60)[0]
    assert command.returncode == 0


def test_two_demos_run_side_by_side_and_end_in_order_or_by_a_kill(demo, resting_folder):
    second = Demo(resting_folder)
    assert second.port > demo.port
    assert (second.get("/health/ready/"), demo.get("/health/ready/")) == (200, 200)

    second.process.send_signal(signal.SIGINT)
    began = time.monotonic()
    said = second.process.communicate(timeout=15)[0]
    assert time.monotonic() - began < 10
    assert second.process.returncode == 0
    assert said.endswith("Stopped.\n")
    assert not any(map(alive, second.descendants))

    assert demo.get("/health/ready/") == 200
    demo.process.kill()
    assert within(5, lambda: not any(map(alive, demo.descendants)))


def test_the_codes_are_those_of_the_standard():
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B: "12345678901234567890"

    assert screen.totp(secret, 59) == "287082"
    assert screen.totp(secret, 1111111109) == "081804"
