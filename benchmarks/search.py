"""The search: what it finds, how fast, beside other ways to find a child, in one run.

At 100,000 and 1,000,000 invented children (`--national`: 11,000,000 as well; `--sizes` for others),
each time with 4,000 people of FEBRL 4 among them, searched for by their corrupted copies, and 1,000
copies of people who are left out. Prints what it measured and the bar beside it; a busy machine
makes milliseconds worse, ratios hardly. Run by `make bench`.
"""

import argparse
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from random import Random
from typing import Any

from kit import clocks, servers

SAMPLE = 1_200  # FEBRL searches of each kind
FAULTY = 120  # searches of each fault
ASKED_OF_PEERS = 150
STRETCH = 15  # searches of one kind after another, as on a site that has only that kind
WARM = 5_000
SEED = "bench"
PEERS_UP_TO = 1_000_000
TABLES = (
    "child_search, name_stat, name_delete, records_childrecord, records_childname,"
    " records_birthdate, records_address, records_sourcelink"
)
SIZE = "SELECT pg_total_relation_size('child_search')::float / count(*) FROM child_search"
BY_KEY = "SELECT child_id, doc FROM child_search WHERE child_id = ANY(%s::int[])"
# Into the server's own memory, table and indexes: one that has been up for a day has done so. An
# ordinary reading of all of it would use a small ring of buffers and leave nothing there.
INTO_MEMORY = "VACUUM (DISABLE_PAGE_SKIPPING, INDEX_CLEANUP ON, BUFFER_USAGE_LIMIT 0) child_search"
ONE = "SELECT child_id, doc FROM child_search WHERE child_id = %s"


def main() -> None:
    """Measures every size in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--national", action="store_true", help="11,000,000 children as well")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    options = parser.parse_args()
    sizes = [*options.sizes, *([11_000_000] if options.national else [])]
    with servers.own_servers():
        for size in sizes:
            fill(size)
            measure(size)


def fill(size: int) -> None:
    """Empty tables, then the children, then FEBRL's people."""
    from django.db import connections
    from kit import people

    from accounts.acting import operator
    from contactpoint.invented.seed import load_england
    from records.feeds import load_rows
    from records.search import recount

    print(f"\n== {size:,} children; {clocks.load()}")
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")
    loaded, _, _ = people.split()
    began = time.monotonic()
    load_england(size - len(loaded), SEED, lambda line: None, "national")
    print(f"loaded and indexed in {time.monotonic() - began:,.0f} s")
    by = operator(None, None, "benchmark")
    load_rows(people.rows(loaded), source=people.SOURCE, is_invented=True, by=by)
    recount()
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # all of it, or autovacuum would do so while we measure
        cursor.execute(INTO_MEMORY)


def measure(size: int) -> None:
    """Everything at one size."""
    from django.db import connection
    from kit import guards

    from records.search import vocabulary

    with connection.cursor() as cursor:
        vocabulary.current()
        gc.collect()
        gc.freeze()  # as in a worker that has been up for a while
        cursor.execute(SIZE)
        bar = "at most 400" if size > PEERS_UP_TO else "at 11,000,000 at most 400"
        print(f"bytes a child, table and indexes: {cursor.fetchone()[0]:.0f} ({bar})")
        print_recall(cursor)
        print_held_out(cursor)
        guards.print_shield()
        guards.print_trawls()
        print_ratios(cursor)
        if size <= PEERS_UP_TO:
            print_peers(cursor)


# --- what it finds -----------------------------------------------------------------------------


def print_recall(cursor: Any) -> None:
    """FEBRL, absent children, one fault each."""
    from kit import people

    _, copies, left_out = people.split()
    copies = copies[:SAMPLE]
    queries = {
        "FEBRL, name and date (recall@10 0.955)": (copies, False, False),
        "FEBRL, with postcode (0.99; first 0.985)": (copies, True, False),
        "absent, name and date (strong 4 %)": (left_out, False, True),
        "absent, with postcode (strong 1.5 %)": (left_out, True, True),
    }
    for name, (persons, place, absent) in queries.items():
        show(name, [people.query(p, place=place, absent=absent) for p in persons])
    children = list(some_children(cursor))
    for fault in people.FAULTS:
        bar = "0.88" if fault == "date slip" else "0.99"
        show(f"{fault} ({bar})", people.with_fault(fault, children, FAULTY))


def print_held_out(cursor: Any) -> None:
    """Sets that nothing was tuned on, loaded only now: FEBRL's people are much alike."""
    from kit import heldout

    heldout.load()
    for place, also in ((False, "name and date"), (True, "with postcode")):
        for name in heldout.SETS:
            title = f"held out: {name}, {also} (4's - 0.015)"
            show(title, heldout.copies(name, place=place))
        children = some_children(cursor)
        show(f"held out: other rules, {also} (4's - 0.015)", heldout.damaged(children, place=place))


def show(name: str, queries: list[Any]) -> None:
    """One line of figures."""
    from records.search.evaluate import evaluate

    found = evaluate(queries)
    shares = {
        "first": found.recall_at_1,
        "in ten": found.recall_at_10,
        "strong though absent": found.false_match_share,
        "refused": found.refused_share,
    }
    told = ", ".join(f"{word} {share:.3f}" for word, share in shares.items() if share is not None)
    print(
        f"{name:42} n {found.queries:5,}: {told}; ms p50 {found.ms_p50:.2f} p95 {found.ms_p95:.2f}"
        f" p99 {found.ms_p99:.2f}; candidates {found.candidates_p50:.0f}/{found.candidates_p95:.0f}"
    )


def some_children(cursor: Any, many: int = 20_000) -> Iterator[Any]:
    """Generated children of the index with a full date of birth, in an order of chance."""
    from kit.people import Child

    cursor.execute("SELECT min(child_id), max(child_id) FROM child_search")
    first, last = cursor.fetchone()
    numbers = Random(11).sample(range(first, last), min(many, last - first))  # noqa: S311
    cursor.execute(
        "SELECT child_id, source, source_ref, doc FROM child_search"
        " JOIN records_sourcelink USING (child_id)"
        " WHERE source = %s AND child_id = ANY(%s) ORDER BY md5(child_id::text)",
        [f"invented-{SEED}", numbers],
    )
    for _, source, reference, doc in cursor.fetchall():
        names, births, _, places = doc.split("/")
        current, *others = names.split(";")
        given, family = current.split("|")[:2]
        if len(given) > 1 and births[6:] != "00":
            born = date(int(births[:4]), int(births[4:6]), int(births[6:]))
            former = others[0].split("|")[1].lower() if others else ""
            place = places.split(";")[0]
            yield Child(source, reference, given.lower(), family.lower(), former, born, place)


# --- what it costs -----------------------------------------------------------------------------


def print_ratios(cursor: Any) -> None:
    """The statement beside the same rows by primary key; a search beside one row; processor."""
    from kit import people

    from records.search import plan, search, vocabulary
    from records.search.engine import CANDIDATES, FUSE, fetch_candidates
    from records.search.question import Question
    from records.search.statements import bigint_array

    _, copies, _ = people.split()
    today = date.today()  # noqa: DTZ011  as the site reckons ages
    queries = [people.query(person, place=True) for person in copies[:600]]
    known = vocabulary.current()
    asked = [Question.of(query.terms, today) for query in queries]
    keys = [plan.all_keys(plan.first_pass(question, known)) for question in asked]
    work = [(k, [row[0] for row in fetch_candidates(k, "default")]) for k in keys]
    work = [(k, rows) for k, rows in work if rows]

    def by_key(item: tuple[list[int], list[int]]) -> None:
        cursor.execute(BY_KEY, [bigint_array(item[1])])
        cursor.fetchall()

    def by_search_keys(item: tuple[list[int], list[int]]) -> None:
        cursor.execute(CANDIDATES, [bigint_array(item[0]), FUSE])
        cursor.fetchall()

    def one(number: int) -> None:
        cursor.execute(ONE, [number])
        cursor.fetchone()

    pair = clocks.side_by_side(
        work,
        {"keys": by_search_keys, "rows": by_key, "again": by_key},
    )
    statement, rows, again = (clocks.middle(pair[name]) for name in ("keys", "rows", "again"))
    print(
        f"statement {statement:.3f} ms, the same rows by primary key {rows:.3f}: ratio"
        f" {statement / rows:.2f} (at most 1.5); control {again / rows:.2f}"
    )
    numbers = [w[1][0] for w in work]
    whole = clocks.side_by_side(
        list(zip(queries, numbers, strict=False)),
        {"search": lambda i: search(i[0].terms), "one": lambda i: one(i[1])},
    )
    took, row = clocks.middle(whole["search"]), clocks.middle(whole["one"])
    print(f"whole search {took:.2f} ms, one row {row:.3f}: {took / row:.1f} times (12; 15 at 11M)")
    print_warm(cursor, [query.terms for query in queries], search)


def print_warm(cursor: Any, terms: list[Any], search: Callable[[Any], object]) -> None:
    """The worst of many warm searches, and processor time on both sides."""
    cursor.execute("SELECT pg_backend_pid()")
    (backend,) = cursor.fetchone()
    times: list[float] = []
    before = clocks.processor_ms(backend)
    for number in range(WARM):
        began = time.perf_counter()
        search(terms[number % len(terms)])
        times.append((time.perf_counter() - began) * 1000)
    used = (clocks.processor_ms(backend) - before) / WARM
    ratio = max(times) / clocks.middle(times)
    print(f"worst of {WARM:,}: {ratio:.0f} times the median (50); {clocks.load()}")
    print(f"processor, client and server: {used:.2f} ms a search (1.5 at 11M)")


# --- beside others -----------------------------------------------------------------------------


def print_peers(cursor: Any) -> None:
    """The same searches by name and date of birth, ours and theirs in turn."""
    from django.db import connections
    from kit import peers, people

    from records.models import SourceLink
    from records.search import search

    links = SourceLink.objects.filter(source=people.SOURCE).values_list("source_ref", "child_id")
    wanted = dict(links)
    _, copies, _ = people.split()
    queries = [q for p in copies if (q := people.query(p, place=False)).terms.date_of_birth]
    queries = [q for q in queries if q.terms.given_name and q.terms.family_name][:ASKED_OF_PEERS]
    cursor.execute("SELECT child_id, doc FROM child_search")
    rows = [row for child, doc in cursor.fetchall() if (row := peer_row(child, doc))]
    with ExitStack() as stack:
        owner = stack.enter_context(connections["owner"].cursor())
        owner.execute(f"DROP TABLE IF EXISTS peer; {peers.CREATE}")
        copy_rows(owner, rows)
        asks = {**peers.exact(owner), **peers.full_text(rows)}
        asks |= stack.enter_context(peers.fuzzy_words(rows))
        contrib = stack.enter_context(servers.postgres_with_contrib())
        if contrib:
            asks |= stack.enter_context(peers.trigrams(contrib, rows))
        else:
            print("no PostgreSQL with pg_trgm here: left out")

        del rows
        gc.collect()
        gc.freeze()

        def ours(item: Any) -> list[int]:
            return [hit.child_id for hit in search(item.terms).hits]

        for name, ask in asks.items():
            print_peer(name, {"ours": ours, "theirs": asked_with(ask)}, queries, wanted)


def copy_rows(owner: Any, rows: list[Any]) -> None:
    """Into the table of the exact peers, in the same server as ours."""
    import io

    from kit import peers

    owner.copy_expert("COPY peer FROM STDIN", io.StringIO("".join(peers.copied(rows))))


def peer_row(child: int, doc: str) -> Any:
    """The current name and the first date of a child; None without a full date."""
    from kit.peers import Row

    names, births, _, _ = doc.split("/")
    given, family = names.split(";")[0].split("|")[:2]
    day = births.split(";")[0]
    return Row(child, given, family, f"{day[:4]}-{day[4:6]}-{day[6:]}") if len(day) == 8 else None


def asked_with(ask: Callable[[str, str, str], list[int]]) -> Callable[[Any], list[int]]:
    """A peer's question from a query: names folded as the index folds them."""
    from records.search.normalise import recorded_name

    def call(query: Any) -> list[int]:
        terms = query.terms
        born = terms.date_of_birth
        day = f"{born.year:04d}-{born.month:02d}-{born.day:02d}"
        return ask(recorded_name(terms.given_name), recorded_name(terms.family_name), day)

    return call


def print_peer(
    name: str,
    both: dict[str, Callable[[Any], list[int]]],
    queries: list[Any],
    wanted: dict[str, int],
) -> None:
    """Recall and milliseconds of a peer and of ours, search by search in turn."""
    for ask in both.values():
        ask(queries[0])  # whatever is set up at the first question
    took = clocks.side_by_side(queries, both, rounds=1, stretch=STRETCH)
    ours, theirs = (clocks.middle(took[who]) for who in ("ours", "theirs"))
    told = []
    for who, ask in both.items():
        found = [ask(query) for query in queries]
        right = [wanted[query.expected_ref] for query in queries]
        first = sum(f[:1] == [r] for f, r in zip(found, right, strict=True)) / len(queries)
        ten = sum(r in f for f, r in zip(found, right, strict=True)) / len(queries)
        told.append(f"{who} first {first:.3f} in ten {ten:.3f}")
    print(
        f"  {name:42} {'; '.join(told)}; {theirs:.2f} ms against {ours:.2f}:"
        f" {theirs / ours:,.1f} times ours"
    )


if __name__ == "__main__":
    main()
