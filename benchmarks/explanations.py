"""Why are 5,000 looks normal? One batch of explanations beside 1,000,000 children and 2,000,000
involvements: seconds and processor time of the batch, its statements, and how many of each reason
it found. Bar: under 1 s and at most 10 statements.

Run: `.venv/bin/python benchmarks/explanations.py [--children 1000000] [--looks 5000]`.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kit import clocks
from kit.servers import own_servers

if TYPE_CHECKING:
    from records.explanations import Look

PEOPLE, TEAMS, AUTHORITIES = 4_000, 400, 40
ROUNDS = 7

# Ten homes a postcode, two children a home; each child known to a person's team and one more.
FILL = (
    (
        "INSERT INTO accounts_team (key, organisation_id, name)"
        " SELECT gen_random_uuid(), (SELECT array_agg(id ORDER BY id) FROM accounts_organisation"
        " WHERE kind = 'local_authority')[1 + t %% %(authorities)s], 'Team ' || t"
        " FROM generate_series(0, %(teams)s - 1) AS t"
    ),
    (
        "CREATE TEMPORARY TABLE who AS SELECT u.id, t.id AS team_id, u.n FROM"
        " (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM accounts_user) AS u JOIN"
        " (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM accounts_team) AS t"
        " ON t.n = u.n %% %(teams)s"
    ),
    "CREATE UNIQUE INDEX ON who (n)",
    (
        "INSERT INTO accounts_teammembership (team_id, user_id, started_on, recorded_at)"
        " SELECT team_id, id, '2025-01-01', '2025-01-01' FROM who"
    ),
    (
        "INSERT INTO accounts_site (kind, code, name)"
        " SELECT 'school', (100000 + s)::text, '' FROM generate_series(0, 1999) AS s"
    ),
    (
        "INSERT INTO accounts_siteposting (site_id, user_id, started_on, recorded_at)"
        " SELECT s.id, w.id, '2025-01-01', '2025-01-01' FROM who AS w"
        " JOIN accounts_site AS s ON s.code = (100000 + w.n %% 2000)::text WHERE w.n %% 2 = 0"
    ),
    "INSERT INTO records_school (urn) SELECT (100000 + s)::text FROM generate_series(0, 1999) AS s",
    (
        "INSERT INTO records_practice (ods_code)"
        " SELECT 'Y' || (10000 + s) FROM generate_series(0, 1999) AS s"
    ),
    (
        "INSERT INTO records_childrecord (id, key, sex, authority_id, is_invented)"
        " SELECT c, gen_random_uuid(), 'N', (SELECT array_agg(authority_id ORDER BY id) FROM"
        " accounts_organisation WHERE kind = 'local_authority')[1 + c %% %(authorities)s], true"
        " FROM generate_series(1, %(children)s) AS c"
    ),
    (
        "INSERT INTO records_address (child_id, kind, line_1, town, postcode, recorded_at)"
        " SELECT c, 'address', (c / 2 %% 10) || ' Mill Lane', 'Testham', 'ZA' || (c / 20),"
        " '2025-01-01' FROM generate_series(1, %(children)s) AS c"
    ),
    (
        "INSERT INTO records_schoolplace (child_id, school_id, recorded_at)"
        " SELECT c, s.id, '2025-01-01' FROM generate_series(1, %(children)s) AS c"
        " JOIN records_school AS s ON s.urn = (100000 + c %% 2000)::text"
    ),
    (
        "INSERT INTO records_practiceregistration (child_id, practice_id, recorded_at)"
        " SELECT c, s.id, '2025-01-01' FROM generate_series(1, %(children)s) AS c"
        " JOIN records_practice AS s ON s.ods_code = 'Y' || (10000 + c %% 2000)"
    ),
    "INSERT INTO records_service (name, kind) VALUES ('One', 'other'), ('Two', 'other')",
    (
        "INSERT INTO records_involvement (child_id, service_id, practitioner_id, team_id,"
        " started_on, last_confirmed_on, recorded_at) SELECT c,"
        " (SELECT min(id) FROM records_service), w.id,"
        " w.team_id, '2025-06-01', '2025-06-01', '2025-06-01'"
        " FROM generate_series(1, %(children)s) AS c JOIN who AS w ON w.n = c * 7 %% %(people)s"
    ),
    (
        "INSERT INTO records_involvement (child_id, service_id, team_id, started_on,"
        " last_confirmed_on, recorded_at) SELECT c, (SELECT max(id) FROM records_service),"
        " w.team_id, '2025-06-01', '2025-06-01', '2025-06-01'"
        " FROM generate_series(1, %(children)s) AS c JOIN who AS w ON w.n = c * 13 %% %(people)s"
    ),
    (
        "INSERT INTO records_referral (key, organisation_id, team_id, child_id, child_named_at,"
        " channel, sender, came_at, recorded_at, recorded_by_id) SELECT gen_random_uuid(),"
        " t.organisation_id, t.id, c,"
        " %(now)s::timestamptz - interval '5 days', 'telephone', 'somebody',"
        " %(now)s::timestamptz - interval '5 days', %(now)s::timestamptz - interval '5 days', w.id"
        " FROM generate_series(1, %(children)s, 5) AS c JOIN who AS w ON w.n = c * 11 %% %(people)s"
        " JOIN accounts_team AS t ON t.id = w.team_id"
    ),
    "ANALYZE",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=1_000_000)
    parser.add_argument("--looks", type=int, default=5_000)
    options = parser.parse_args()
    with own_servers():
        now = datetime.fromisoformat("2026-06-15T12:00:00+00:00")
        fill(options.children, now)
        measure(looks(options.children, options.looks, now), options.children)


def fill(children: int, now: datetime) -> None:
    """As the owner, past every action: nothing here is anybody's."""
    from django.db import connections

    from accounts.models import Authority, Organisation, User

    codes = list(Authority.objects.order_by("pk").values_list("pk", flat=True)[:AUTHORITIES])
    Organisation.objects.using("owner").bulk_create(
        Organisation(kind="local_authority", name=f"Authority {code}", authority_id=code)
        for code in codes
    )
    employers = list(Organisation.objects.order_by("pk"))
    User.objects.using("owner").bulk_create(
        User(email=f"p{n}@bench.example", given_name="P", family_name=str(n),
             employer=employers[n % len(employers)], status="active")
        for n in range(PEOPLE)
    )  # fmt: skip
    values: dict[str, int | datetime] = {
        "children": children, "now": now, "people": PEOPLE, "teams": TEAMS,
        "authorities": AUTHORITIES,
    }  # fmt: skip
    began = time.monotonic()
    with connections["owner"].cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, values)
    print(f"{children:,} children, {2 * children:,} involvements: {time.monotonic() - began:.0f} s")


def looks(children: int, many: int, now: datetime) -> list[Look]:
    """Half at the persons' own cases or their brothers and sisters, half at anybody."""
    from accounts.models import User
    from records.explanations import Look

    people = list(User.objects.order_by("pk").values_list("pk", flat=True))
    chance = random.Random(5)  # noqa: S311  # it must repeat
    made = []
    for n in range(many):
        child = chance.randrange(1, children)
        # the inverse of "c * 7": whose case the child, or its neighbour in the same home, is
        person = people[child * 7 % PEOPLE] if n % 2 else chance.choice(people)
        beside = child ^ 1 if n % 4 == 1 else child
        made.append(
            Look(person=person, child=max(beside, 1), moment=now - timedelta(seconds=n % 86_400))
        )
    return made


def measure(batch: list[Look], children: int) -> None:
    """Seven rounds; the first one warms the caches and is told apart."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from records.explanations import explain

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    seconds, processor = [], []
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), clocks.processor_ms(backend)
        found = explain(batch)
        seconds.append(time.perf_counter() - began)
        processor.append(clocks.processor_ms(backend) - used)
    with CaptureQueriesContext(connection) as asked:
        explain(batch)
    codes = Counter(each.code.value for one in found for each in one.explanations)
    print(
        f"{len(batch):,} looks at {children:,} children: {clocks.middle(seconds[1:]):.2f} s (middle"
        f" of {ROUNDS - 1}; first {seconds[0]:.2f} s; best {min(seconds):.2f} s), processor"
        f" {clocks.middle(processor[1:]) / 1000:.2f} s, {len(asked)} statements; bar 1 s and 10"
    )
    for query in sorted(asked.captured_queries, key=lambda query: -float(query["time"])):
        print(f"    {query['time']} s: {query['sql'][-60:].split(chr(10))[-2:]}")
    unexplained = sum(not one.explanations for one in found)
    print(f"  reasons: {dict(sorted(codes.items()))}; unexplained {unexplained:,}")
    print(f"  {clocks.load()}")


if __name__ == "__main__":
    main()
