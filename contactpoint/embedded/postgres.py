"""A PostgreSQL cluster of our own: made once, run in the foreground, a password for each role.

Which process gets which role is in processes.py.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from contactpoint.embedded.binaries import ENVIRONMENT, Binaries
from contactpoint.embedded.children import Account, CannotStart, Child, as_account, start, tied

ADMINISTRATOR = "contactpoint_admin"
OWNER = "idx_owner"
ROLES = (OWNER, "idx_app", "idx_local", "idx_auditor", "idx_scan", "idx_count", "idx_sealer")
DATABASE = "contactpoint"
SYNTHETIC = "contactpoint: synthetic"  # the mark that accounts.synthetic.is_synthetic() reads

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and the DETAIL of an error hold what people typed; a log must not.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
THROWN_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """One cluster: its programs, data folder, socket folder, passwords and settings."""

    binaries: Binaries
    data: Path
    sockets: Path
    account: Account | None
    passwords: Mapping[str, str]
    settings: Mapping[str, str] = field(default_factory=dict)
    owner_creates_databases: bool = False

    def create(self, password_file: Path) -> None:
        """Make the cluster unless it exists, whole or not at all. Raises CannotStart."""
        if self.data.exists():
            return self._check_version()
        partial = self.data.with_name(f"{self.data.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        _give_private(password_file, self.passwords[ADMINISTRATOR], self.account)
        try:
            if self.account:
                os.chown(partial, self.account.uid, self.account.gid)
            self._initdb(partial, password_file)
        finally:
            password_file.unlink()
        partial.rename(self.data)
        return None

    def start(self, log: Path) -> Child:
        """Run the server. It stops in order (fast shutdown) if this process ends."""
        _make_way(self.data)
        options = {**SETTINGS, **self.settings, "unix_socket_directories": str(self.sockets)}
        command: list[str | Path] = [self.binaries.postgres, "-D", self.data]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        return start(
            "postgres",
            command,
            log=log,
            environment=ENVIRONMENT,
            folder=Path("/"),
            account=self.account,
            death_signal=signal.SIGINT,
        )

    def reachable(self) -> bool:
        """Whether the server accepts connections."""
        try:
            self.connect(ADMINISTRATOR, "postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def connect(self, role: str, database: str = DATABASE) -> Connection:
        """A connection in autocommit mode."""
        found = psycopg2.connect(
            host=str(self.sockets), user=role, password=self.passwords[role], dbname=database
        )
        found.autocommit = True
        return found

    def url(self, role: str) -> str:
        """The database's address for one role, in the form that django-environ reads."""
        host = quote(str(self.sockets), safe="")
        return f"postgres://{role}:{self.passwords[role]}@/{DATABASE}?host={host}"

    def create_database(self) -> None:
        """Make the roles and the database, marked as synthetic; what exists is left as it is."""
        with closing(self.connect(ADMINISTRATOR, "postgres")) as admin, admin.cursor() as cursor:
            cursor.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
                [DATABASE],
            )
            found = cursor.fetchone()
            if found == (SYNTHETIC,):
                return
            self._create_roles(cursor)
            name, owner = sql.Identifier(DATABASE), sql.Identifier(OWNER)
            if found is None:
                cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
            cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS %s").format(name), [SYNTHETIC])

    def _create_roles(self, cursor: Cursor) -> None:
        """Make the roles, and give the owner the public schema of every database made from now on.

        It cannot count on owning the database: before PostgreSQL 17 NOINHERIT withholds that.
        """
        cursor.execute("SELECT rolname FROM pg_roles")
        existing = {name for (name,) in cursor.fetchall()}
        for role in ROLES:
            if role not in existing:
                cursor.execute(self._create_role(role))
        with closing(self.connect(ADMINISTRATOR, "template1")) as admin, admin.cursor() as template:
            owner = sql.Identifier(OWNER)
            template.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
            template.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")

    def _create_role(self, role: str) -> sql.Composed:
        creates = self.owner_creates_databases and role == OWNER
        return sql.SQL(
            "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS"
            " {} PASSWORD {}"
        ).format(
            sql.Identifier(role),
            sql.SQL("CREATEDB" if creates else "NOCREATEDB"),
            sql.Literal(self.passwords[role]),
        )

    def _initdb(self, folder: Path, password_file: Path) -> None:
        locale = ["--locale=C.UTF-8", "--encoding=UTF8"]
        if self.binaries.major >= 17:  # independent of the machine's locales
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = subprocess.run(  # noqa: S603 - a fixed command, no shell
            [
                *(self.binaries.initdb, "-D", folder, "-U", ADMINISTRATOR, "-A", "scram-sha-256"),
                *(f"--pwfile={password_file}", "--no-instructions", "--no-sync", *locale),
            ],
            capture_output=True,
            text=True,
            cwd="/",
            env=ENVIRONMENT,
            check=False,
            preexec_fn=tied(),
            **as_account(self.account),
        )
        if done.returncode:
            raise CannotStart(f"PostgreSQL's data folder could not be made:\n{done.stderr.strip()}")

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text(encoding="utf-8").strip()
        if made_by != str(self.binaries.major):
            raise CannotStart(
                f"{self.data} was made by PostgreSQL {made_by}, not {self.binaries.major}."
                " `make clean` removes it, with the invented data in it."
            )


def wait_for(child: Child, ready: Callable[[], bool], give_up: Callable[[], bool]) -> None:
    """Return once `ready()`. Raises CannotStart if it ends, takes a minute or we `give_up()`."""
    deadline = time.monotonic() + 60
    while not ready():
        if not child.running or time.monotonic() > deadline:
            raise CannotStart(f"{child.name} did not start. {child.tail()}")
        if give_up():
            raise CannotStart(f"{child.name} was asked to stop while it started.")
        time.sleep(0.05)


def _give_private(path: Path, text: str, account: Account | None) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    if account:
        os.chown(path, account.uid, account.gid)


def _make_way(data: Path) -> None:
    """Wait for a predecessor to end; forget one whose process number now belongs to a stranger.

    We hold the state folder's lock, so a living predecessor's supervisor was killed.
    """
    note = data / "postmaster.pid"
    deadline = time.monotonic() + 20
    while note.exists() and os.path.isdir("/proc/self"):
        pid = int(note.read_text(encoding="utf-8").split("\n", 1)[0])
        try:
            alive = Path(os.readlink(f"/proc/{pid}/cwd")) == data.resolve()
        except OSError:
            alive = False
        if not alive:
            return note.unlink(missing_ok=True)
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGQUIT)
        time.sleep(0.1)
    return None
