"""A suspension, a revoked role or a withdrawn accreditation stops the *next* request: 1,000 tries
against two web processes, how many were late (0), and how soon the refusal came.

Run: `.venv/bin/python benchmarks/next_request.py [--tries 1000]`; `make soak` does.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kit.servers import own_servers

if TYPE_CHECKING:
    from tests.next_request import Found


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--tries", type=int, default=1_000)
    tries = given.parse_args().tries
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    with own_servers():
        from tests.next_request import measure, web_processes  # Django is set up only now

        with web_processes(os.environ) as ports:
            found = measure(ports, tries)
    report(found)
    sys.exit(1 if found.late.total() or found.unready.total() else 0)


def report(found: Found) -> None:
    """Each kind with its lates, and how soon both processes had refused."""
    print(f"2 web processes, {found.tries.total()} tries, each asked of both")
    for kind, count in found.tries.items():
        print(f"  {kind:26} {count:5} tries, {found.late[kind]} late")
    times = sorted(found.seconds)
    middle, slow = statistics.median(times) * 1000, times[int(len(times) * 0.95)] * 1000
    print(f"  both had refused {middle:.0f} ms after the commit (median), {slow:.0f} (p95)")


if __name__ == "__main__":
    main()
