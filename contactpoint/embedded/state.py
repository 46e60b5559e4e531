"""The state folder of a checkout: where it is, who holds it, what it remembers.

Standard library only: `make clean` uses it without a virtual environment.
"""

import base64
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from contactpoint.embedded.children import Account, CannotStart

CHECKOUT = Path(__file__).resolve().parents[2]
MARK = "belongs-to"  # in every folder of ours under the temp folder: the state folder it serves
LOCK_PATIENCE = 0.5  # seconds: someone who only asks whether the lock is held holds it for a moment


class AlreadyHeld(CannotStart):
    """Another process of this checkout holds the state folder."""


@dataclass(frozen=True)
class Running:
    """A running demo: its process, address and the environment that reaches its servers."""

    pid: int
    address: str
    environment: dict[str, str]


@dataclass(frozen=True)
class State:
    """One state folder. Use `open_state` to get it."""

    folder: Path

    @contextmanager
    def held(self, holder: str, patience: float = LOCK_PATIENCE) -> Iterator[None]:
        """Hold the folder alone while the block runs as `holder`. Raises AlreadyHeld."""
        with (self.folder / "lock").open("a+", encoding="utf-8") as lock:
            if not _acquired(lock.fileno(), patience):
                raise AlreadyHeld(f"{self.holder()} is using {self.folder}.")
            lock.truncate(0)
            lock.write(f"{os.getpid()} {holder}")
            lock.flush()
            (self.folder / "running.json").unlink(missing_ok=True)  # of a demo that was killed
            yield

    def is_held(self) -> bool:
        """Whether any process holds the folder now."""
        try:
            with (self.folder / "lock").open("rb") as lock:
                return not _acquired(lock.fileno(), 0)
        except OSError:
            return False

    def holder(self) -> str:
        """Who holds the folder, in words."""
        pid, _, name = (self.folder / "lock").read_text(encoding="utf-8").partition(" ")
        return f"`{name}` (process {pid})" if name else "Another process"

    def running(self) -> Running | None:
        """The demo that runs on this folder, once its database is ready; otherwise None."""
        try:
            record = Running(**json.loads((self.folder / "running.json").read_text("utf-8")))
            pid = (self.folder / "lock").read_text(encoding="utf-8").partition(" ")[0]
        except (OSError, ValueError, TypeError):
            return None
        return record if str(record.pid) == pid and self.is_held() else None

    def announce(self, address: str, environment: Mapping[str, str]) -> None:
        """Let `./manage.py` in this checkout find the running servers."""
        record = {"pid": os.getpid(), "address": address, "environment": dict(environment)}
        write_private(self.folder / "running.json", json.dumps(record))

    def secrets(self, names: tuple[str, ...]) -> dict[str, str]:
        """The secret of each name, made at first use and kept in a file only this user reads."""
        path = self.folder / "secrets.json"
        kept: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        missing = [name for name in names if name not in kept]
        if missing:
            kept |= {name: fresh_secret(name) for name in missing}
            write_private(path, json.dumps(kept))
        return kept


def state_folder() -> Path:
    """Where this checkout keeps its servers' data.

    `CONTACTPOINT_STATE`, else `.demo` in the checkout; for root a folder in the persistent temp
    folder, because the account that the servers then run as can seldom reach a checkout.
    """
    given = os.environ.get("CONTACTPOINT_STATE")
    if given:
        return Path(given).resolve()
    if os.geteuid() != 0:
        return CHECKOUT / ".demo"
    name = hashlib.sha256(os.fsencode(CHECKOUT)).hexdigest()[:12]
    kept = Path("/var/tmp")  # noqa: S108 - ownership is checked when it is opened
    return (kept if kept.is_dir() else Path(tempfile.gettempdir())) / f"contactpoint-{name}"


def open_state(folder: Path, account: Account | None) -> State:
    """Make the folder if need be, reachable for `account`. Raises CannotStart if it is not safe."""
    closed = [str(above) for above in folder.parents if account and not _passable(above)]
    if closed:
        raise CannotStart(
            f"PostgreSQL does not run as root, and other accounts cannot pass {closed[-1]}:"
            " set CONTACTPOINT_STATE to a folder elsewhere, or run as an ordinary user."
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
        raise CannotStart(f"{folder} belongs to someone else; set CONTACTPOINT_STATE.")
    folder.chmod(0o711 if account else 0o700)
    return State(folder)


def short_temp_folder() -> Path:
    """A temp folder short enough for socket paths (107 bytes) and passable for every account."""
    folder = Path(tempfile.gettempdir()).resolve()
    short = len(os.fsencode(folder)) <= 60 and not set(str(folder)) & set(',"\\')
    passable = all(map(_passable, (folder, *folder.parents)))
    return folder if short and (passable or os.geteuid() != 0) else Path("/tmp")  # noqa: S108


def make_temp_folder(prefix: str, owner: State | None, account: Account | None) -> Path:
    """A private temp folder, marked with the state folder it serves (itself if `owner` is None)."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=short_temp_folder()))
    (folder / MARK).write_text(str(owner.folder if owner else folder), encoding="utf-8")
    if account:
        os.chown(folder, account.uid, account.gid)
    return folder


def sweep(own: State, account: Account | None) -> None:
    """Remove the marked temp folders of processes that were killed. Call it while holding `own`."""
    ours = {os.geteuid()} | ({account.uid} if account else set())
    for folder in short_temp_folder().glob("cp-*"):
        served = _served_by(folder, ours)
        if served is None or folder == own.folder:
            continue
        if served == own.folder or (_age(folder) > 60 and not State(served).is_held()):
            shutil.rmtree(folder, ignore_errors=True)


def _served_by(folder: Path, owners: set[int]) -> Path | None:
    """The state folder that a temp folder of ours serves; None if the folder is not ours."""
    mark = folder / MARK
    try:
        ours = stat.S_ISDIR(folder.lstat().st_mode) and folder.lstat().st_uid in owners
        if (
            not ours
            or not stat.S_ISREG(mark.lstat().st_mode)
            or mark.lstat().st_uid != os.geteuid()
        ):
            return None
        return Path(mark.read_text(encoding="utf-8"))
    except OSError:
        return None  # not ours to read, or gone since


def _age(folder: Path) -> float:
    try:
        return time.time() - folder.lstat().st_mtime
    except OSError:
        return 0.0


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user can read, whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    partial.rename(path)


def fresh_secret(name: str) -> str:
    """A random value of the form that `name` needs."""
    if name == "FIELD_KEY":  # a Fernet key
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_hex(32 if name == "SECRET_KEY" else 16)


def _passable(folder: Path) -> bool:
    return not folder.exists() or bool(folder.stat().st_mode & stat.S_IXOTH)


def _acquired(descriptor: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.05)
        else:
            return True
