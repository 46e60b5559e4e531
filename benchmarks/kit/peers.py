"""Other ways to find a child by name and date of birth, each set up as its own documents advise.

All hold the same children: one name and one date each. A peer answers with at most ten records.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg2
import tantivy

TEN = 10
Ask = Callable[[str, str, str], list[int]]  # given name, family name, yyyy-mm-dd


class Row(NamedTuple):
    """A child as the peers hold it."""

    child: int
    given: str
    family: str
    born: str


def copied(rows: Iterable[Row]) -> Iterator[str]:
    """The rows as COPY reads them."""
    for child, given, family, born in rows:
        yield f"{child}\t{given}\t{family}\t{born}\n"


CREATE = "CREATE TABLE peer (child integer, given text, family text, born text)"
EXACT = {
    "exact family name and date": "family = %(family)s AND born = %(born)s",
    "exact both names, or given name and date": (
        "given = %(given)s AND family = %(family)s OR given = %(given)s AND born = %(born)s"
    ),
}


def exact(cursor: Any) -> dict[str, Ask]:
    """B-trees on whole values, and the block of one date of birth ranked in Python."""
    for columns in ("family, born", "given, born", "given, family", "born"):
        cursor.execute(f"CREATE INDEX ON peer ({columns})")
    cursor.execute("ANALYZE peer")
    asks = {name: _exactly(cursor, where) for name, where in EXACT.items()}
    return {**asks, "date of birth block, Jaro-Winkler": _dated(cursor)}


def _exactly(cursor: Any, where: str) -> Ask:
    statement = f"SELECT child FROM peer WHERE {where} LIMIT {TEN}"  # noqa: S608  our own words

    def ask(given: str, family: str, born: str) -> list[int]:
        cursor.execute(statement, {"given": given, "family": family, "born": born})
        return [row[0] for row in cursor.fetchall()]

    return ask


def _dated(cursor: Any) -> Ask:
    from rapidfuzz.distance import JaroWinkler

    near = JaroWinkler.similarity

    def ask(given: str, family: str, born: str) -> list[int]:
        cursor.execute("SELECT child, given, family FROM peer WHERE born = %s", [born])
        scored = [(near(given, g) + near(family, f), child) for child, g, f in cursor.fetchall()]
        return [child for _, child in sorted(scored, reverse=True)[:TEN]]

    return ask


TRIGRAMS = {
    "pg_trgm, both names": (
        "SELECT child FROM peer WHERE name %% %(name)s ORDER BY similarity(name, %(name)s) DESC"
    ),
    "pg_trgm, names with a bonus for the date": (
        "SELECT child FROM peer WHERE name %% %(name)s"
        " ORDER BY similarity(name, %(name)s) + CASE WHEN born = %(born)s THEN 1 ELSE 0 END DESC"
    ),
    "pg_trgm, names or date, with a bonus": (
        "SELECT child FROM peer WHERE name %% %(name)s OR born = %(born)s"
        " ORDER BY similarity(name, %(name)s) + CASE WHEN born = %(born)s THEN 1 ELSE 0 END DESC"
    ),
}


@contextmanager
def trigrams(socket: str, rows: Iterable[Row]) -> Iterator[dict[str, Ask]]:
    """pg_trgm under GIN on the whole name, threshold 0.3, the extension's own."""
    connection = psycopg2.connect(host=socket, user="bench", dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm; DROP TABLE IF EXISTS peer")
        cursor.execute(CREATE)
        with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
            file.writelines(copied(rows))
            file.seek(0)
            cursor.copy_expert("COPY peer FROM STDIN", file)
        cursor.execute("ALTER TABLE peer ADD name text")
        cursor.execute("UPDATE peer SET name = given || ' ' || family")
        cursor.execute("CREATE INDEX ON peer USING gin (name gin_trgm_ops)")
        cursor.execute("CREATE INDEX ON peer (born)")
        cursor.execute("VACUUM ANALYZE peer")
        yield {name: _by_trigrams(cursor, statement) for name, statement in TRIGRAMS.items()}
    connection.close()


def _by_trigrams(cursor: Any, statement: str) -> Ask:
    def ask(given: str, family: str, born: str) -> list[int]:
        cursor.execute(f"{statement} LIMIT {TEN}", {"name": f"{given} {family}", "born": born})
        return [row[0] for row in cursor.fetchall()]

    return ask


def full_text(rows: Iterable[Row]) -> dict[str, Ask]:
    """SQLite FTS5 in memory, words ranked by BM25, any of the three enough."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE peer USING fts5(given, family, born)")
    base.executemany(
        "INSERT INTO peer (rowid, given, family, born) VALUES (?, ?, ?, ?)",
        ((child, given, family, born.replace("-", "")) for child, given, family, born in rows),
    )
    base.execute("INSERT INTO peer (peer) VALUES ('optimize')")

    def ask(given: str, family: str, born: str) -> list[int]:
        words = " OR ".join(f'"{word}"' for word in (given, family, born.replace("-", "")) if word)
        found = base.execute(
            "SELECT rowid FROM peer WHERE peer MATCH ? ORDER BY rank LIMIT ?", [words, TEN]
        )
        return [row[0] for row in found]

    return {"SQLite FTS5, words": ask}


@contextmanager
def fuzzy_words(rows: Iterable[Row]) -> Iterator[dict[str, Ask]]:
    """tantivy: each name within an edit distance, the date of birth as a bonus."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("child", stored=True)
    for name in ("given", "family", "born"):
        builder.add_text_field(name, tokenizer_name="raw")
    schema = builder.build()
    with tempfile.TemporaryDirectory() as folder:
        index = tantivy.Index(schema, path=folder)
        writer = index.writer(128_000_000, 1)
        for child, given, family, born in rows:
            document = tantivy.Document(given=given, family=family, born=born)
            document.add_unsigned("child", child)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        yield {f"tantivy, distance {n}": _fuzzily(index, schema, n) for n in (1, 2)}


def _fuzzily(index: Any, schema: Any, distance: int) -> Ask:
    query, occur, searcher = tantivy.Query, tantivy.Occur, index.searcher()

    def ask(given: str, family: str, born: str) -> list[int]:
        clauses = [
            (occur.Should, query.fuzzy_term_query(schema, field, text, distance=distance))
            for field, text in (("given", given), ("family", family))
            if text
        ]
        clauses.append((occur.Should, query.boost_query(_exact_term(schema, born), 2.0)))
        hits = searcher.search(query.boolean_query(clauses), TEN).hits
        return [searcher.doc(address)["child"][0] for _, address in hits]

    return ask


def _exact_term(schema: Any, born: str) -> Any:
    return tantivy.Query.term_query(schema, "born", born)
