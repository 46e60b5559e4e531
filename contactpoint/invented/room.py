"""Is there room for so many invented children? Asked before a large load."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.db import connection

from contactpoint.embedded.state import state_folder
from contactpoint.invented.copying import Profile

# Measured at 100,000 children: 2.0 kB each in tables and indexes with profile full, 1.3 kB with
# national; sorting for the indexes and the write-ahead log need about as much again meanwhile.
BYTES_A_CHILD: dict[Profile, int] = {"national": 2_700, "full": 4_500}
MEMORY = 500_000_000


class NoRoom(Exception):
    """Disk or memory would run out; the message says which, and how much there is."""


def require_room(children: int, profile: Profile = "full") -> None:
    """Raises `NoRoom` if this machine cannot hold them. A database elsewhere is not checked."""
    if not connection.settings_dict["HOST"].startswith("/"):
        return
    needed, free = children * BYTES_A_CHILD[profile], disk_free()
    if needed > free:
        raise NoRoom(
            f"{children:,} children need about {_gigabytes(needed)} on the disk while they are"
            f" loaded; {_gigabytes(free)} are free."
        )
    memory = memory_free()
    if memory is not None and memory < MEMORY:
        raise NoRoom(
            f"The load needs {_gigabytes(MEMORY)} of memory; {_gigabytes(memory)} are free."
        )


def disk_free() -> int:
    """Bytes free where the embedded server keeps its data."""
    folder = state_folder()
    return shutil.disk_usage(folder if folder.exists() else Path.cwd()).free


def memory_free() -> int | None:
    """Bytes of memory that can be had without swapping; None where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    kilobytes = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(kilobytes[0]) * 1024 if kilobytes else None


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
