"""`./manage.py <anything>` without configuration: which servers a command uses.

How the demo's own processes get theirs is in processes.py.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from contactpoint.embedded.children import CannotStart, tied
from contactpoint.embedded.ledger import DemoLedger
from contactpoint.embedded.servers import DATABASE_VARIABLES, Servers, open_own_state
from contactpoint.embedded.state import (
    CHECKOUT,
    AlreadyHeld,
    State,
    fresh_secret,
    make_temp_folder,
    state_folder,
)

PATIENCE = (
    60.0  # seconds that a command waits for another one to finish, or for a demo that is starting
)
NO_WITNESS = 9  # the port of a witness that is not running: commands need its key alone
HELP = {"help", "version", "--help", "-h", "--version"}
WITHOUT_TABLES = {"check", "makemigrations", "migrate"}
SCRATCH = {"detection_evaluate"}  # commands that get an empty database of their own, thrown away


def in_production() -> bool:
    """Whether embedded servers are switched off: by anything but an explicit no."""
    given = os.environ.get("CONTACTPOINT_PRODUCTION", "").strip().lower()
    return given not in {"", "0", "false", "no", "off"}


@contextmanager
def for_command(arguments: Sequence[str]) -> Iterator[None]:
    """Give one `manage.py` command (`sys.argv`) its environment, and servers while the block runs.

    Does nothing if DATABASE_URL is given or this is production. Raises CannotStart.
    """
    if in_production() or "DATABASE_URL" in os.environ:
        yield
    elif len(arguments) < 2 or HELP.intersection(arguments[1:]):
        os.environ.update(_nowhere())
        yield
    else:
        servers = _scratch_servers if arguments[1] in SCRATCH else _servers
        with servers(arguments[1]) as environment:
            os.environ.update(environment)
            yield


@contextmanager
def _scratch_servers(command: str) -> Iterator[Mapping[str, str]]:
    folder = make_temp_folder("cp-scratch-", None, None)
    try:
        state = open_own_state(folder)
        with state.held(f"./manage.py {command}"), _own_servers(state, command, True) as found:
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _servers(command: str) -> Iterator[Mapping[str, str]]:
    state = open_own_state(state_folder())
    deadline = time.monotonic() + PATIENCE
    while True:
        running = state.running()
        if running:
            yield running.environment
            return
        try:
            with state.held(f"./manage.py {command}"), _own_servers(state, command) as environment:
                yield environment
                return
        except AlreadyHeld:
            if time.monotonic() > deadline:
                raise
            _say(f"Waiting for {state.holder()} …")
            _wait_for_change(state, deadline)


def _wait_for_change(state: State, deadline: float) -> None:
    while state.is_held() and not state.running() and time.monotonic() < deadline:
        time.sleep(0.2)


@contextmanager
def _own_servers(
    state: State, command: str, thrown_away: bool = False
) -> Iterator[Mapping[str, str]]:
    servers = Servers(state, for_tests=thrown_away)
    previous = signal.signal(signal.SIGTERM, _leave)
    try:
        servers.start()
        environment = {
            **servers.environment(),
            **DemoLedger(state.folder).environment(NO_WITNESS),
            "CONTACTPOINT_DEMO": "1",
        }
        if command not in WITHOUT_TABLES:
            migrate_once(state, environment)
        yield environment
    finally:
        servers.stop()
        signal.signal(signal.SIGTERM, previous)


def migrate_once(state: State, environment: Mapping[str, str]) -> None:
    """Make the tables of a new cluster. Raises CannotStart with what `migrate` said."""
    done = state.folder / "migrated"
    if done.exists():
        return
    _say("Preparing a database for this checkout, once …")
    result = subprocess.run(  # noqa: S603 - a fixed command, no shell
        [sys.executable, CHECKOUT / "manage.py", "migrate", "--verbosity", "0"],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=tied(),
    )
    if result.returncode:
        raise CannotStart(f"The tables could not be made:\n{result.stderr.strip()}")
    done.touch()


def _nowhere() -> dict[str, str]:
    """Enough for the settings to load, for commands that only print their help."""
    nowhere = "postgres://nobody@/nowhere?host=%2Fnonexistent"
    return {
        **dict.fromkeys(DATABASE_VARIABLES, nowhere),
        "REDIS_URL": "unix:///nonexistent/valkey.sock?db=0",
        "SECRET_KEY": secrets.token_hex(32),
        "FIELD_KEY": fresh_secret("FIELD_KEY"),
    }


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)  # so that the servers stop in order


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - a command's own remark, beside its output
