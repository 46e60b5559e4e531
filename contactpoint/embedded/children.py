"""Child processes that cannot outlive their parent. What the children are is not known here."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypedDict

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class CannotStart(Exception):
    """A server or process did not come up; the message tells a person why and what to do."""


@dataclass(frozen=True)
class Account:
    """A system account to run a server as, when the caller is root and PostgreSQL would refuse."""

    uid: int
    gid: int


def die_with_parent(parent: int, death_signal: int = signal.SIGKILL) -> None:
    """Ask the kernel to send us `death_signal` when process `parent` ends (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it ended between our fork and the call above
            os._exit(1)


def tied(death_signal: int = signal.SIGKILL) -> Callable[[], None]:
    """A `preexec_fn` for subprocess that ties the child to this process."""
    parent = os.getpid()
    return lambda: die_with_parent(parent, death_signal)


@dataclass
class Child:
    """One running child: its name, process and log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path | None

    @property
    def running(self) -> bool:
        """Whether the process has not ended."""
        return self.process.poll() is None

    def tell(self, what: int) -> None:
        """Send a signal, unless it has ended already."""
        if self.running:
            self.process.send_signal(what)

    def ended_by(self, deadline: float) -> bool:
        """Wait until it ends, at most until `deadline` (monotonic time); say whether it did."""
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End it and whatever it started, now: its session is its own, so its group is that."""
        # Nobody may be left in the group; macOS answers EPERM for that.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log, with a line above that says so."""
        if self.log is None:
            return ""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join([f"The end of {self.log}:", *text.splitlines()[-lines:]])


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path | None,
    environment: Mapping[str, str],
    folder: Path,
    account: Account | None = None,
    death_signal: int = signal.SIGKILL,
    standard_input: bytes = b"",
    sockets: Sequence[int] = (),
) -> Child:
    """Start a foreground child in its own session, tied to this process.

    `log` takes its output (None: ours does), `folder` is its working directory, `account` whom it
    runs as, `sockets` the descriptors it inherits, `standard_input` what it reads (small; then the
    end). Raises CannotStart if the program cannot be run.
    """
    try:
        with _opened(log) as output:
            process = subprocess.Popen(  # noqa: S603 - a fixed command, no shell
                [os.fspath(part) for part in command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=dict(environment),
                start_new_session=True,
                preexec_fn=tied(death_signal),
                pass_fds=tuple(sockets),
                **as_account(account),
            )
    except OSError as error:
        raise CannotStart(f"{name} could not be run: {error}") from error
    _feed(process, standard_input)
    return Child(name, process, log)


class RunAs(TypedDict):
    """Arguments of subprocess that switch accounts."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None


def as_account(account: Account | None) -> RunAs:
    """How subprocess switches to `account` (None: it does not)."""
    if account is None:
        return {"user": None, "group": None, "extra_groups": None}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _opened(log: Path | None) -> IO[bytes]:
    """A new log that only this user reads."""
    if log is None:
        return os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    log.unlink(missing_ok=True)
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _feed(process: subprocess.Popen[bytes], text: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - opened as a pipe above
    try:
        process.stdin.write(text)
        process.stdin.close()
    except BrokenPipeError:
        pass  # it ended already; whoever waits for it will say so
