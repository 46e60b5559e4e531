"""Loading in bulk: the same records as through the front door, and the tables left as they were."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.acting import operator
from accounts.reference import load_authorities
from contactpoint.invented import bulk, seed
from contactpoint.invented.children import World
from records.models import ChildRecord, ChildSearch, NameStat
from records.search import recount, vocabulary
from records.search.upkeep import check_index
from tests.records.search.worlds import marked_synthetic

SHAPE = """
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint
ORDER BY 1
"""
FACTS = """
SELECT s.source_ref, c.sex, c.authority_id, c.is_invented,
  (SELECT array_agg((n.use, n.given_name, n.other_given_names, n.family_name)::text ORDER BY n.id)
    FROM records_childname n WHERE n.child_id = c.id),
  (SELECT array_agg((b.born_on, b.born_year, b.is_current)::text)
    FROM records_birthdate b WHERE b.child_id = c.id),
  (SELECT array_agg((a.kind, a.line_1, a.line_2, a.town, a.postcode, a.uprn)::text)
    FROM records_address a WHERE a.child_id = c.id),
  (SELECT array_agg((p.name, p.phone)::text) FROM records_carer p WHERE p.child_id = c.id),
  (SELECT array_agg(i.value) FROM records_identifier i WHERE i.child_id = c.id),
  (SELECT array_agg(school_id) FROM records_schoolplace p WHERE p.child_id = c.id),
  (SELECT array_agg(practice_id) FROM records_practiceregistration p WHERE p.child_id = c.id),
  (SELECT (keys, doc)::text FROM child_search x WHERE x.child_id = c.id)
FROM records_childrecord c JOIN records_sourcelink s ON s.child_id = c.id
ORDER BY s.source_ref
"""


@pytest.fixture(autouse=True)
def synthetic(transactional_db: None) -> Iterator[None]:
    load_authorities(using="owner")
    vocabulary.forget()
    with marked_synthetic():
        yield
    vocabulary.forget()


def load(children: int, *options: str) -> str:
    out = StringIO()
    call_command("load_demo_records", "--children", str(children), *options, stdout=out)
    return out.getvalue()


def asked(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def names_counted() -> set[tuple[str, str, int]]:
    return set(NameStat.objects.exclude(kind="#").values_list("kind", "name", "n"))


def assert_searchable(children: int) -> None:
    assert ChildSearch.objects.count() == ChildRecord.objects.count() == children
    assert not any(check_index(reason="", by=operator(None, None, "check_search")))
    before = names_counted()
    assert recount() == children
    assert names_counted() == before


def test_a_bulk_load_makes_the_records_that_an_import_makes(monkeypatch):
    load(120, "--seed", "north")
    imported = asked(FACTS)
    call_command("flush", database="owner", interactive=False, verbosity=0)
    load_authorities(using="owner")
    monkeypatch.setattr(seed, "MANY", 0)
    load(120, "--seed", "north")
    assert [row[:-3] + row[-1:] for row in asked(FACTS)] == [r[:-3] + r[-1:] for r in imported]
    assert sum(row[-3] is not None for row in imported) > 60
    assert_searchable(120)


def test_a_bulk_load_leaves_indexes_and_references_as_they_were(events):
    before = asked(SHAPE)
    said = load(60, "--seed", "south", "--profile", "national")
    assert "building child_search_keys" in said
    assert asked(SHAPE) == before
    events.one("command.run")
    assert_searchable(60)


def test_a_bulk_load_into_a_full_index_adds_to_it():
    load(60, "--seed", "south", "--profile", "national")
    said = load(90, "--seed", "south", "--profile", "national")
    assert "building" not in said
    assert "90 children of invented-south are there" in said
    load(10, "--seed", "north", "--profile", "national")
    assert_searchable(100)


def test_a_bulk_load_that_fails_leaves_nothing(monkeypatch):
    before = asked(SHAPE)
    monkeypatch.setattr(bulk, "store_counts", lambda *args, **options: 1 / 0)
    world = World("west", timezone.localdate(), seed.area_codes())
    with pytest.raises(ZeroDivisionError):
        bulk.load_in_bulk(world, "invented-west", 0, 20, "national", lambda line: None)
    assert asked(SHAPE) == before
    assert not ChildRecord.objects.exists()
