"""Web, workers and beat of the demo: how each is started and what it may see.

When they start and stop is in supervisor.py.
"""

import errno
import http.client
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from contactpoint.embedded.children import CannotStart, Child, start
from contactpoint.embedded.ledger import KEY_VARIABLE
from contactpoint.embedded.servers import DATABASE_VARIABLES
from contactpoint.embedded.state import CHECKOUT

ALLOWED = {  # each process holds only its own ways into the database; a command holds them all
    "web": {
        "DATABASE_URL",
        "DATABASE_LOCAL_URL",
        "DATABASE_AUDITOR_URL",
        "DATABASE_COUNT_URL",
    },
    "worker": {"DATABASE_URL", "DATABASE_SCAN_URL"},
    "beat": {"DATABASE_URL"},
    # One process for two queues here; production keeps sealer and verifier apart.
    "sealer": {"DATABASE_URL", "DATABASE_SEALER_URL", "DATABASE_AUDITOR_URL", KEY_VARIABLE},
    "witness": set(),
}
PRIVATE = {*DATABASE_VARIABLES, KEY_VARIABLE}
GUNICORN = ["gunicorn", "--config", "python:contactpoint.embedded.web"]
CELERY = ["celery", "--app", "contactpoint"]
# Not asking for neighbours saves a second.
WORKER = [*CELERY, "worker", "--pool", "threads", "--without-mingle", "--without-gossip"]


def start_web(listeners: list[socket.socket], environment: Mapping[str, str], state: Path) -> Child:
    """Start the web process on `listeners`, which are then closed here."""
    numbers = [listener.fileno() for listener in listeners]
    binds = [part for number in numbers for part in ("--bind", f"fd://{number}")]
    web = _start("web", [*GUNICORN, *binds], environment, state, numbers)
    for listener in listeners:
        listener.close()
    return web


def start_worker(environment: Mapping[str, str], state: Path) -> Child:
    """Start the worker on a pool of threads: processes would outlive a worker that is killed."""
    return _start("worker", [*WORKER, "--concurrency", "2"], environment, state)


def start_sealer(environment: Mapping[str, str], state: Path) -> Child:
    """Start the worker that seals and verifies: its own queues, its own roles, the log's key."""
    command = [*WORKER, "--concurrency", "2", "--queues", "sealer,verifier"]
    own = {**environment, "DATABASE_URL": environment["DATABASE_SEALER_URL"]}
    return _start("sealer", [*command, "--hostname", "sealer@%h"], own, state)


def start_beat(environment: Mapping[str, str], state: Path) -> Child:
    """Start the process that sends what is due."""
    command = [*CELERY, "beat", "--schedule", str(state / "beat-schedule"), "--pidfile", ""]
    return _start("beat", command, environment, state)


def start_command(arguments: list[str], environment: Mapping[str, str]) -> Child:
    """Start a `manage.py` command that sees every role, and whose output is ours."""
    return start(
        arguments[0],
        [sys.executable, CHECKOUT / "manage.py", *arguments],
        log=None,
        environment=visible_to(None, environment),
        folder=CHECKOUT,
    )


def visible_to(name: str | None, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of one process; for None, of a command."""
    allowed = ALLOWED[name] if name else PRIVATE
    hidden = PRIVATE - allowed
    ours = {key: value for key, value in environment.items() if key not in hidden}
    outer = {key: value for key, value in os.environ.items() if key not in PRIVATE}
    return {**outer, **ours, "DJANGO_SETTINGS_MODULE": "contactpoint.settings"}


def listen(port: int) -> tuple[int, list[socket.socket]]:
    """Listen on the loopback addresses at `port` or the next free one. Raises CannotStart."""
    for candidate in range(port, min(port + 100, 65536)):
        try:
            return candidate, _loopback(candidate)
        except PermissionError as error:
            raise CannotStart(
                f"This user may not listen on port {candidate}: give PORT="
            ) from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise CannotStart(f"No free port from {port} on: give PORT=")


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def is_ready(port: int) -> bool:
    """Whether the site answers that it can do its work."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        client.request("GET", "/health/ready/", headers={"Host": f"localhost:{port}"})
        return client.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()


def _start(
    name: str,
    module: list[str],
    environment: Mapping[str, str],
    state: Path,
    sockets: list[int] | None = None,
) -> Child:
    return start(
        name,
        [sys.executable, "-m", *module],
        log=state / f"{name}.log",
        environment=visible_to(name, environment),
        folder=CHECKOUT,
        sockets=sockets or [],
    )


def _loopback(port: int) -> list[socket.socket]:
    """Sockets on 127.0.0.1 and, if there is one, ::1, which browsers try first for `localhost`."""
    listeners = [socket.create_server(("127.0.0.1", port))]
    try:
        listeners.append(socket.create_server(("::1", port), family=socket.AF_INET6))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            listeners[0].close()
            raise
    return listeners
