"""`make demo`: servers, tables, invented people, web, worker and beat under one process.

It starts them in order, watches, and ends them all; how each is started is in processes.py.
"""

import argparse
import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Sequence
from threading import Event

from contactpoint.embedded import processes, screen
from contactpoint.embedded.children import CannotStart, Child
from contactpoint.embedded.environment import in_production
from contactpoint.embedded.ledger import DemoLedger
from contactpoint.embedded.servers import Servers, open_own_state
from contactpoint.embedded.state import AlreadyHeld, State, state_folder, write_private

STOPPING = 5.5  # seconds for beat, worker and web together; Valkey and PostgreSQL have four more
READY = 60.0  # seconds for the first answer


class Stopped(Exception):
    """Somebody asked us to stop while we were starting."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `demo`; the environment variables PORT and CHILDREN are their defaults."""
    port, children = (os.environ.get(name) for name in ("PORT", "CHILDREN"))
    parser.add_argument("--port", type=_port, default=port or "8000", help="or the next free one")
    parser.add_argument("--children", type=_count, default=children or "20000", help="to invent")


def main(arguments: Sequence[str]) -> int:
    """Run the demo until it is stopped. 0: stopped; 1: something failed; 2: refused to start."""
    parser = argparse.ArgumentParser(prog="manage.py demo", description=__doc__)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    return run(options.port, options.children)


def run(port: int, children: int) -> int:
    """As `main`, with the options read."""
    if in_production() or "DATABASE_URL" in os.environ:
        _say("The demo has servers of its own: unset DATABASE_URL and CONTACTPOINT_PRODUCTION.")
        return 2
    state = open_own_state(state_folder())
    try:
        with state.held("make demo"):
            return Demo(state, port, children).run()
    except AlreadyHeld as refusal:
        running = state.running()
        where = f" It is at {running.address}." if running else ""
        _say(f"{refusal}{where} Only one demo runs in a checkout.")
        return 2


class Demo:
    """One run of the demo on a state folder that the caller holds."""

    def __init__(self, state: State, port: int, number_of_children: int) -> None:
        self.state = state
        self.asked_port = port
        self.number_of_children = number_of_children
        self.servers = Servers(state)
        self.processes: list[Child] = []
        self.stop_asked = Event()

    def run(self) -> int:
        """Start, wait, stop; the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stop_asked.set())
        try:
            self._start()
            while True:
                self._pause(0.5)
        except Stopped:
            return 0
        except CannotStart as error:
            _say(str(error))
            return 1
        finally:
            self._stop()

    def _start(self) -> None:
        began = time.monotonic()
        _say("PostgreSQL and Valkey …")
        self.servers.start(self.stop_asked.is_set)
        ledger, witness_port = DemoLedger(self.state.folder), processes.free_port()
        self.environment = {
            **self.servers.environment(),
            **ledger.environment(witness_port),
            "CONTACTPOINT_DEMO": "1",
        }
        # Web loads while the data are prepared, and answers before worker and beat take its time.
        port, listeners = processes.listen(self.asked_port)
        self.environment["SITE_URL"] = address = f"http://localhost:{port}"
        folder = self.state.folder
        self.processes.append(processes.start_web(listeners, self.environment, folder))
        _say("Tables, invented people and children …")
        people = self._prepare()
        _say("Web, workers, witness and beat …")
        self._until(lambda: processes.is_ready(port), READY)
        self.processes.append(processes.start_worker(self.environment, folder))
        own = processes.visible_to("witness", self.environment)
        self.processes.append(ledger.start_witness(witness_port, own))
        self.processes.append(processes.start_sealer(self.environment, folder))
        self.processes.append(processes.start_beat(self.environment, folder))
        self.state.announce(address, self.environment)
        _say(screen.welcome(address, people, folder, time.monotonic() - began))

    def _prepare(self) -> list[screen.Person]:
        """Tables and data; who can sign in. Stops at once if asked to. Raises CannotStart."""
        passwords = self.state.folder / "people.json"
        write_private(passwords, "")
        count = str(self.number_of_children)
        command = ["prepare_demo", str(passwords), "--children", count]
        child = processes.start_command(command, self.environment)
        try:
            while child.running:
                self._pause(0.1)
            if child.process.returncode:
                raise CannotStart("The tables and the invented data could not be made: see above.")
            (self.state.folder / "migrated").touch()
            people: list[screen.Person] = json.loads(passwords.read_text(encoding="utf-8"))
        finally:
            child.kill()
            passwords.unlink()
        return people

    def _until(self, ready: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                raise CannotStart(f"The site is not ready. {self.processes[0].tail()}")
            self._pause(0.1)

    def _pause(self, seconds: float) -> None:
        """Wait a little. Raises Stopped if asked to stop, CannotStart if anything has died."""
        if self.stop_asked.wait(seconds):
            raise Stopped
        for child in (*self.servers.children, *self.processes):
            if not child.running:
                code = child.process.returncode
                raise CannotStart(f"{child.name} has ended with code {code}. {child.tail()}")

    def _stop(self) -> None:
        """Beat, worker, web, Valkey, PostgreSQL, the socket folder: ten seconds at most."""
        _say("Stopping …")
        (self.state.folder / "running.json").unlink(missing_ok=True)
        deadline = time.monotonic() + STOPPING
        for child in reversed(self.processes):
            child.tell(signal.SIGTERM)
        for child in reversed(self.processes):
            child.ended_by(deadline)
            child.kill()
        self.servers.stop()
        _say("Stopped.")


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number, at least one child")
    return int(text)


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone; stopping goes on
        print(text, flush=True)  # noqa: T201 - the demo's own screen
