"""One whole request that discloses: from the address of the results to the last byte of the page.

Middleware, session, standing, engine, rows, event with payload, page: everything but the socket. A
practitioner signs in with password and code, posts each search (not timed), then asks for its
results (timed), beside one row by primary key in the same run, at one client. Prints processor
time on both sides, from the operating system's accounting. Run by `make bench`.
"""

import argparse
import gc
import logging
import os
from pathlib import Path
from random import Random
from typing import Any, TextIO
from urllib.parse import urlsplit

from kit import clocks, servers

SEED = "bench-web"
SEARCHES = 300
BAR = 40  # one row by primary key, this many times
MOST_STATEMENTS = 13
REASON = {"purpose": "child_at_risk", "case_reference": "BENCH-1"}
ONE = "SELECT child_id, doc FROM child_search WHERE child_id = %s"
SOME = "SELECT child_id, doc FROM child_search WHERE child_id = ANY(%s)"


def main() -> None:
    """Measures at each size in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000])
    options = parser.parse_args()
    for size in options.sizes:
        with servers.own_servers(), Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            quieten(nowhere)
            fill(size)
            measure(signed_in())


def quieten(nowhere: TextIO) -> None:
    """Operator logs are written as ever, but nobody has to read them."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(nowhere)


def fill(size: int) -> None:
    """People who may sign in, then children."""
    from accounts.acting import operator
    from contactpoint.invented.enrol import enrol
    from contactpoint.invented.seed import load_england

    print(f"\n== {size:,} children; {clocks.load()}")
    enrol(operator(None, None, "benchmark"))
    load_england(size, SEED, lambda line: None, "national")


def signed_in() -> Any:
    """A browser of the first invented practitioner: by password, then by the code."""
    import febrl
    from django.test import Client
    from django.urls import reverse

    from accounts.roles import Role
    from contactpoint.invented.people import PEOPLE, credentials_of

    person = next(person for person in PEOPLE if person.role is Role.PRACTITIONER)
    secret = credentials_of(person)
    browser = Client(SERVER_NAME="localhost")
    typed = {"login": person.email, "password": secret.password}
    asked = browser.post(reverse("account_login"), typed)
    browser.post(asked.headers["Location"], {"code": febrl.code_of(secret.totp_secret)})
    if browser.get(reverse("records:search")).status_code != 200:
        raise SystemExit(f"{person.email} could not sign in.")
    return browser


def measure(browser: Any) -> None:
    """The request beside one row, its statements, and the processor it took."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from records.access import searching

    searching.MOST_A_MINUTE = searching.MOST_HELD = 10**9  # no person searches like a benchmark
    with connection.cursor() as cursor:
        work = [(post(browser, typed), child) for child, typed in searches(cursor)]
        for location, _ in work[:50]:
            browser.get(location)
        gc.collect()
        gc.freeze()  # as in a worker that has been up for a while

        def results(item: tuple[str, int]) -> None:
            page = browser.get(item[0])
            if b"Open record" not in page.content:
                raise SystemExit(f"A search found nobody: status {page.status_code}.")

        def one(item: tuple[str, int]) -> None:
            cursor.execute(ONE, [item[1]])
            cursor.fetchone()

        took = clocks.side_by_side(work, {"results": results, "one": one, "again": one}, rounds=1)
        with CaptureQueriesContext(connection) as asked:
            results(work[0])
        statements = [q for q in asked if q["sql"] not in {"BEGIN", "COMMIT"}]
        print_times(took, len(statements))
        print_processor(cursor, [location for location, _ in work], browser)


def print_times(took: dict[str, list[float]], statements: int) -> None:
    """Milliseconds, and how many rows by primary key they are worth."""
    page, slow = clocks.middle(took["results"]), share(took["results"], 0.95)
    row, slow_row = clocks.middle(took["one"]), share(took["one"], 0.95)
    print(
        f"results page p50 {page:.2f} ms, p95 {slow:.2f}; one row p50 {row:.3f},"
        f" p95 {slow_row:.3f}; control {clocks.middle(took['again']) / row:.2f}"
    )
    print(
        f"p95 of the page: {slow / row:.0f} times the median of one row,"
        f" {slow / slow_row:.0f} times its p95 (at most {BAR}); median to median {page / row:.0f}"
    )
    print(f"statements of the page: {statements} (at most {MOST_STATEMENTS}); {clocks.load()}")


def print_processor(cursor: Any, locations: list[str], browser: Any) -> None:
    """What this process and the server's backend used."""
    cursor.execute("SELECT pg_backend_pid()")
    (backend,) = cursor.fetchone()
    before, client = clocks.processor_ms(backend), clocks.own_processor_ms()
    for location in locations:
        browser.get(location)
    used = (clocks.processor_ms(backend) - before) / len(locations)
    own = (clocks.own_processor_ms() - client) / len(locations)
    print(f"processor: {used:.2f} ms a page, of it Python {own:.2f}, the server {used - own:.2f}")


def share(values: list[float], part: float) -> float:
    """The value that this part of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def post(browser: Any, typed: dict[str, str]) -> str:
    """Posts a search; the address of its results."""
    from django.urls import reverse

    answer = browser.post(reverse("records:search"), {**REASON, **typed})
    return str(urlsplit(answer.headers["Location"]).path)


def searches(cursor: Any) -> list[tuple[int, dict[str, str]]]:
    """Children of the index, each with what a practitioner types: name, date of birth, postcode."""
    cursor.execute("SELECT min(child_id), max(child_id) FROM child_search")
    first, last = cursor.fetchone()
    numbers = Random(3).sample(range(first, last), SEARCHES * 2)  # noqa: S311  a sample that repeats
    cursor.execute(SOME, [numbers])
    found = [(child, boxes) for child, doc in cursor.fetchall() if (boxes := typed_of(doc))]
    return found[:SEARCHES]


def typed_of(doc: str) -> dict[str, str] | None:
    """The boxes of the form, true; None for a child without all of them."""
    names, births, _, places = doc.split("/")
    given, family = names.split(";")[0].split("|")[:2]
    day = births.split(";")[0]
    if len(given) < 2 or len(day) != 8 or day[6:] == "00" or not places:
        return None
    return {
        "given_name": given.title(),
        "family_name": family.title(),
        "date_of_birth_0": day[6:],
        "date_of_birth_1": day[4:6],
        "date_of_birth_2": day[:4],
        "postcode": places.split(";")[0],
    }


if __name__ == "__main__":
    main()
