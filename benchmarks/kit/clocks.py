"""Clocks: milliseconds of one call, side by side with others, and processor time on both sides."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import TypeVar

Item = TypeVar("Item")


def side_by_side(
    items: Sequence[Item],
    calls: Mapping[str, Callable[[Item], object]],
    rounds: int = 3,
    stretch: int = 1,
) -> dict[str, list[float]]:
    """Milliseconds of each call with each item, in turn, so that load hits all alike.

    Who comes first changes from turn to turn: the second finds the processor's caches warm. A turn
    is a stretch of so many items: calls that would not serve one site together need one that is
    long enough for each to have the processor's caches to itself.
    """
    found: dict[str, list[float]] = {name: [] for name in calls}
    names = list(calls)
    for _ in range(rounds):
        for turn, start in enumerate(range(0, len(items), stretch)):
            at = turn % len(names)
            for name in names[at:] + names[:at]:
                for item in items[start : start + stretch]:
                    began = time.perf_counter()
                    calls[name](item)
                    found[name].append((time.perf_counter() - began) * 1000)
    return found


def middle(values: Sequence[float]) -> float:
    """The median."""
    return median(values)


def processor_ms(backend: int) -> float:
    """Milliseconds of processor that this process and a server's backend have had so far."""
    fields = Path(f"/proc/{backend}/stat").read_text("ascii").rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return own_processor_ms() + ticks * 1000 / os.sysconf("SC_CLK_TCK")


def own_processor_ms() -> float:
    """Milliseconds of processor that this process has had so far."""
    return time.process_time() * 1000


def load() -> str:
    """How busy the machine is, to stand beside every figure."""
    one, five, _ = os.getloadavg()
    return f"load {one:.1f} (1 min), {five:.1f} (5 min) on {os.cpu_count()} processors"
