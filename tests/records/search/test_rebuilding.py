"""Rebuilding the index does not disturb those who search meanwhile."""

from collections.abc import Iterator
from threading import Event, Thread

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from records.models import ChildSearch
from records.search import SearchTerms, index, search, vocabulary
from tests.records.search.worlds import BORN, TODAY, add_child, marked_synthetic, typed

GIVEN = ["Imogen", "Ngozi", "Thaddeus", "Siobhan", "Oliver", "Winifred"]
FAMILY = ["Metcalfe", "Ollerenshaw", "Adeyemi", "Kowalska", "Savage", "Hargrave", "Begum"]


@pytest.fixture
def synthetic(transactional_db: None) -> Iterator[None]:
    with marked_synthetic():
        yield


def rebuild(begun: Event, ended: Event, failures: list[BaseException]) -> None:
    """In a thread, which has a connection of its own."""
    try:
        begun.set()
        call_command("rebuild_search", verbosity=0)
    except BaseException as error:  # noqa: BLE001  told by the test
        failures.append(error)
    finally:
        connections.close_all()
        ended.set()


@pytest.mark.usefixtures("synthetic")
def test_every_search_during_a_rebuild_finds_its_child(monkeypatch, capsys):
    with transaction.atomic():
        children = {(g, f): add_child(g, f) for g in GIVEN for f in FAMILY}
    with connection.cursor() as cursor:  # keys that no record explains: every row is rewritten
        cursor.execute("UPDATE child_search SET keys = keys || 7::bigint")
    monkeypatch.setattr(index, "BATCH", 2)
    vocabulary.current()
    begun, ended, failures = Event(), Event(), list[BaseException]()
    thread = Thread(target=rebuild, args=(begun, ended, failures))
    thread.start()
    begun.wait()
    meanwhile = 0
    while not ended.is_set():
        for (given, family), child in children.items():
            terms = SearchTerms(given, family, typed(BORN))
            assert search(terms, today=TODAY).hits[0].child_id == child
            meanwhile += not ended.is_set()
    thread.join()
    assert failures == []
    assert meanwhile >= len(children)
    assert not ChildSearch.objects.filter(keys__contains=[7]).exists()
