"""The two servers together, and the environment variables that reach them.

What uses them is not known here.
"""

import shutil
import signal
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from contactpoint.embedded import binaries, postgres
from contactpoint.embedded.binaries import ENVIRONMENT
from contactpoint.embedded.children import Child, start
from contactpoint.embedded.postgres import Postgres, wait_for
from contactpoint.embedded.state import State, make_temp_folder, open_state, sweep

DATABASE_VARIABLES = {
    "DATABASE_URL": "idx_app",
    "DATABASE_OWNER_URL": "idx_owner",
    "DATABASE_LOCAL_URL": "idx_local",
    "DATABASE_AUDITOR_URL": "idx_auditor",
    "DATABASE_SCAN_URL": "idx_scan",
    "DATABASE_COUNT_URL": "idx_count",
    "DATABASE_SEALER_URL": "idx_sealer",
}
SECRETS = (postgres.ADMINISTRATOR, *postgres.ROLES, "valkey", "SECRET_KEY", "FIELD_KEY")


def open_own_state(folder: Path) -> State:
    """The state folder, made if need be, for the account that the servers will run as."""
    return open_state(folder, binaries.server_account())


class Servers:
    """PostgreSQL and Valkey on one state folder, which the caller must hold."""

    def __init__(
        self, state: State, *, for_tests: bool = False, settings: Mapping[str, str] | None = None
    ) -> None:
        """`for_tests`: fast instead of durable, and the owner may create databases.

        `settings` are further ones of PostgreSQL.
        """
        self.state = state
        self.for_tests = for_tests
        self.settings = {**(postgres.THROWN_AWAY if for_tests else {}), **(settings or {})}
        self.account = binaries.server_account()
        self.secrets = state.secrets(SECRETS)
        self.sockets: Path | None = None
        self.children: list[Child] = []
        self.new = False  # whether this start made the cluster

    def start(self, give_up: Callable[[], bool] = lambda: False) -> None:
        """Start both and wait until they answer; on failure nothing is left. Raises CannotStart."""
        sweep(self.state, self.account)
        try:
            self._start(give_up)
        except BaseException:
            self.stop()
            raise

    def _start(self, give_up: Callable[[], bool]) -> None:
        folder = self.state.folder
        found = binaries.locate(folder, self.account)
        self.sockets = make_temp_folder("cp-", self.state, self.account)
        valkey = self._start_valkey(found.valkey, folder / "valkey.log")
        self.database = Postgres(
            binaries=found,
            data=folder / "postgres",
            sockets=self.sockets,
            account=self.account,
            passwords=self.secrets,
            settings=self.settings,
            owner_creates_databases=self.for_tests,
        )
        self.new = not self.database.data.exists()
        self.database.create(folder / "password")
        self.children.append(self.database.start(folder / "postgres.log"))
        wait_for(self.children[-1], self.database.reachable, give_up)
        self.database.create_database()
        wait_for(valkey, self._valkey_answers, give_up)

    def environment(self) -> dict[str, str]:
        """Every variable that reaches the servers, all roles included, the two keys and where
        uploaded files lie.
        """
        urls = {name: self.database.url(role) for name, role in DATABASE_VARIABLES.items()}
        cache = f"unix://:{self.secrets['valkey']}@{self.valkey_socket}?db=0"
        keys = {name: self.secrets[name] for name in ("SECRET_KEY", "FIELD_KEY")}
        files = {"EVIDENCE_ROOT": str(self.state.folder / "evidence")}
        return {**urls, "REDIS_URL": cache, **keys, **files}

    def stop(self, seconds: float = 4.0) -> None:
        """Stop both, Valkey first, in at most about `seconds`, and remove the socket folder."""
        deadline = time.monotonic() + seconds
        for child in self.children:
            postgresql = child.name == "postgres"
            child.tell(signal.SIGINT if postgresql else signal.SIGTERM)
            if not child.ended_by(deadline if postgresql else time.monotonic() + 1) and postgresql:
                child.tell(signal.SIGQUIT)
                child.ended_by(time.monotonic() + 0.5)
            child.kill()
        if self.sockets:
            shutil.rmtree(self.sockets, ignore_errors=True)
        self.children, self.sockets = [], None

    @property
    def valkey_socket(self) -> Path:
        """Where Valkey listens."""
        assert self.sockets is not None  # noqa: S101 - only while running
        return self.sockets / "valkey.sock"

    def _start_valkey(self, program: Path, log: Path) -> Child:
        """Configured on standard input: so its password is in no process list and no file."""
        lines = [
            "port 0",
            f'unixsocket "{self.valkey_socket}"',
            "unixsocketperm 700",
            f"requirepass {self.secrets['valkey']}",
            "databases 64",
            'save ""',
            "appendonly no",
            "maxmemory 64mb",
            "maxmemory-policy noeviction",  # it is the broker too
        ]
        child = start(
            "valkey",
            [program, "-"],
            log=log,
            environment=ENVIRONMENT,
            folder=Path("/"),
            account=self.account,
            standard_input="\n".join(lines).encode(),
        )
        self.children.append(child)
        return child

    def _valkey_answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                client.connect(str(self.valkey_socket))
                client.sendall(f"AUTH {self.secrets['valkey']}\r\nPING\r\n".encode())
                return client.recv(64).startswith(b"+OK")
        except OSError:
            return False
