"""Rebuilding the index does not disturb those who search meanwhile."""

from collections.abc import Iterator
from threading import Event, Thread

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from records.models import ChildSearch
from records.search import SearchTerms, index, search, upkeep, vocabulary
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


@pytest.mark.usefixtures("synthetic")
def test_many_children_are_shared_out_among_processes(monkeypatch, capsys):
    with transaction.atomic():
        children = [add_child(g, f) for g in GIVEN for f in FAMILY]
    wrong, missing = children[:20], children[20:30]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE child_search SET keys = keys || 7::bigint WHERE child_id = ANY(%s)", [wrong]
        )
        cursor.execute("DELETE FROM child_search WHERE child_id = ANY(%s)", [missing])
    monkeypatch.setattr(index, "BATCH", 8)
    monkeypatch.setattr(upkeep, "MANY", 1)
    call_command("rebuild_search")
    assert f"{len(children)} of {len(children)}" in capsys.readouterr().out
    assert not list(index.differences(children, "default"))


@pytest.mark.usefixtures("synthetic")
def test_a_row_that_is_right_is_not_written_again(capsys):
    with transaction.atomic():
        children = [add_child(g, FAMILY[0]) for g in GIVEN]
    ChildSearch.objects.filter(child_id=children[0]).update(keys=[7])

    def versions() -> dict[int, str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT child_id, (xmin, xmax, ctid)::text FROM child_search")
            return dict(cursor.fetchall())

    before = versions()
    call_command("rebuild_search")
    assert {child for child, version in versions().items() if version != before[child]} == {
        children[0]
    }
