"""State folders where servers can live: anyone may pass, in a path too long for a socket."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contactpoint.embedded.state import short_temp_folder
from tests.contactpoint.embedded import Stack

LONG = "a state folder, with spaces and an apostrophe's trouble " + "x" * 90


@contextmanager
def _state_folder() -> Iterator[Path]:
    root = Path(tempfile.mkdtemp(prefix="contactpoint-", dir=short_temp_folder()))
    root.chmod(0o711)
    (root / LONG).mkdir()
    (root / LONG).chmod(0o711)
    try:
        yield root / LONG / "state"
    finally:
        shutil.rmtree(root)


@pytest.fixture(scope="module")
def shared_folder() -> Iterator[Path]:
    """The folder of a module's `stack`."""
    with _state_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def resting_folder() -> Iterator[Path]:
    """A folder with a cluster that no server runs on between a module's tests."""
    with _state_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def stack(shared_folder: Path) -> Iterator[Stack]:
    """Servers that a module's tests only look at."""
    with Stack(shared_folder) as running:
        yield running
        running.end()
