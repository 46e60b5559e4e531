"""Processes of our own beside this one, for work that one processor would be too slow for.

They end when this one ends, however it ends. What they work on is not known here.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

import django

MOST = 4
AHEAD = 2  # tasks a process that wait or are done before they are asked for: bounds memory

Result = TypeVar("Result")


def number_of_processors() -> int:
    """How many processes are worth starting: one a processor, within reason."""
    return min(MOST, os.cpu_count() or 1)


@contextmanager
def processes(
    number: int, prepare: Callable[..., object] | None = None, *arguments: object
) -> Iterator[Executor]:
    """So many processes with Django set up; each calls `prepare(*arguments)` first.

    Started afresh: a fork would share our database connections.
    """
    fresh = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(number, fresh, _begin, (pickle.dumps((prepare, arguments)),))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def in_order(
    pool: Executor, work: Callable[..., Result], tasks: Iterable[tuple[Any, ...]], number: int
) -> Iterator[Result]:
    """The results of `work(*task)` in the order of the tasks, made by `number` processes."""
    waiting: deque[Future[Result]] = deque()
    for task in tasks:
        waiting.append(pool.submit(work, *task))
        if len(waiting) > AHEAD * number:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _begin(packed: bytes) -> None:
    """`packed` is opened only when Django is set up: what is in it may import models."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches us all: who started us decides
    Thread(target=_end_with_parent, daemon=True).start()
    django.setup()
    prepare, arguments = pickle.loads(packed)  # noqa: S301  our own, from the process above
    if prepare:
        prepare(*arguments)


def _end_with_parent() -> None:
    """A killed parent tells nobody; but its end of a pipe closes, and that is waited for here."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
