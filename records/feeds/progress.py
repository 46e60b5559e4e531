"""A progress bar on standard error: for people only, silent when nobody watches a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from django.core.management.base import OutputWrapper

WIDTH = 30


class ProgressBar:
    """Called with a phase and a count; `share_read` tells how much of the file has been read."""

    def __init__(self, stream: OutputWrapper, share_read: Callable[[], float]) -> None:
        self._stream = stream
        self._share_read = share_read
        self._visible = stream.isatty()
        self._next = 0.0
        self._read = 0

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._visible and self._next:
            self._stream.write("\r" + " " * (WIDTH + 40) + "\r", ending="")

    def __call__(self, phase: str, done: int) -> None:
        if phase == "read":
            self._read = max(done, self._read)
        if not self._visible or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 0.2
        share = self._share_read() if phase == "read" else done / max(self._read, 1)
        full = "#" * int(WIDTH * min(share, 1.0))
        label = "Reading " if phase == "read" else "Indexing"
        self._stream.write(f"\r{label} [{full:<{WIDTH}}] {done:>10,}", ending="")
