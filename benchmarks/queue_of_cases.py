"""The queue of investigations with 10,000 cases of one team: each filter, whole request, p95.

Middleware, session, standing, event, query and page: everything but the socket, beside a page of
the same site that asks for little. Cases are written as rows, half of them closed. Prints the
statements a page costs and the time of each filter; run by hand.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from kit import clocks
from kit.servers import own_servers

SHOWN = ("to-do", "new", "due", "overdue", "mine", "team", "closed")
PEOPLE, ROUNDS = 200, 40
BAR_MS, BAR_STATEMENTS = 150, 10


def main() -> None:
    """Writes the cases, then asks for each filter in turn, interleaved."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    wanted = parser.parse_args().cases
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    with own_servers(), Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        from web import quieten

        quieten(nowhere)
        browser = fill(wanted)
        print(f"\n== {wanted:,} cases of one team; {clocks.load()}")
        measure(browser)


def fill(wanted: int) -> Any:
    """One authority, its team and its people; a live case at most for each, the others closed."""
    from django.test import Client
    from django.utils import timezone

    from accounts.encryption import encrypt
    from accounts.roles import Role
    from audit.investigations.models import Finding, Intent, Investigation, Origin, Status
    from tests.factories.accounts import UserFactory, acting_as, sign_in

    chance, now = Random("queue"), timezone.now()  # noqa: S311  places in a benchmark
    team = acting_as(Role.MANAGEMENT_TEAM)
    assert team.user is not None  # noqa: S101  for the type checker
    assert team.base is not None  # noqa: S101
    authority = team.base
    people = UserFactory.create_batch(max(PEOPLE, wanted // 2), employer=authority)
    why = encrypt("Nothing is recorded that explains the look.")
    rows = []
    for number in range(wanted):
        person, live = people[number % len(people)], number < len(people)
        facts: dict[str, Any] = {"status": chance.choice([Status.OPEN, Status.REVIEWED])}
        if not live:
            facts = {
                "status": Status.CLOSED, "closed_by": team.user, "closed_at": now,
                "finding": Finding.NO_CASE, "intent": Intent.NONE, "data_compromised": False,
                "found_by": team.user, "found_at": now,
            }  # fmt: skip
        elif facts["status"] == Status.REVIEWED:
            facts["reviewer"] = team.user
        rows.append(
            Investigation(
                person=person, base=authority, origin=Origin.TEAM, reasons=[why, why],
                due_at=now + timedelta(hours=chance.randint(-100, 200)),
                risk=chance.uniform(-1, 6), event_ids=[1], **facts,
            )
        )  # fmt: skip
    Investigation.objects.bulk_create(rows, batch_size=2_000)
    client = Client(SERVER_NAME="localhost")
    sign_in(client, team.user)
    return client


def measure(browser: Any) -> None:
    """p50 and p95 of each filter, beside a page that asks for little."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    pages = {show: f"/investigations/?show={show}" for show in SHOWN}
    pages["last page"] = "/investigations/?show=to-do&page=9999"
    pages["(accessibility page)"] = "/accessibility/"
    took: dict[str, list[float]] = {name: [] for name in pages}
    for address in pages.values():
        browser.get(address)
    for _ in range(ROUNDS):
        for name, address in pages.items():
            began = time.perf_counter()
            browser.get(address)
            took[name].append((time.perf_counter() - began) * 1000)
    for name, times in took.items():
        with CaptureQueriesContext(connection) as asked:
            status = browser.get(pages[name]).status_code
        statements = len(asked)
        slow = sorted(times)[int(len(times) * 0.95)]
        print(
            f"  {name:22} {status} median {statistics.median(times):6.1f} ms, p95 {slow:6.1f} ms,"
            f" {statements:2} statements with those that open and close transactions"
        )
    print(f"  bars: p95 under {BAR_MS} ms, at most {BAR_STATEMENTS} statements")


if __name__ == "__main__":
    main()
