"""The index follows the records, and says so when it does not."""

from collections.abc import Iterator
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from records.models import BirthDate, ChildName, ChildSearch, NameDelete, NameStat
from records.search import index_children, remove_children, vocabulary
from tests.records.search.worlds import BORN, add_child, found, marked_synthetic, typed

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_a_changed_name_is_found_at_once():
    child = add_child()
    ChildName.objects.filter(child_id=child).update(family_name="Ollerenshaw")
    index_children([child])
    terms = {"given_name": "Imogen", "family_name": "Ollerenshaw", "date_of_birth": typed(BORN)}
    assert found(**terms) == [child]


def test_a_change_that_is_rolled_back_leaves_the_index_as_it_was():
    child = add_child()
    before = ChildSearch.objects.get(child_id=child).doc
    with transaction.atomic():
        ChildName.objects.filter(child_id=child).update(family_name="Ollerenshaw")
        index_children([child])
        transaction.set_rollback(True)
    assert ChildSearch.objects.get(child_id=child).doc == before
    assert not NameStat.objects.filter(name="OLLERENSHAW").exists()


def test_indexing_an_unchanged_child_writes_no_row():
    child = add_child()

    def version() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT xmin, ctid FROM child_search WHERE child_id = %s", [child])
            return str(cursor.fetchone())

    before = version()
    index_children([child])
    assert version() == before


def test_a_new_name_and_its_near_spellings_are_known_at_once():
    add_child("Imogen", "Smith-Metcalfe")
    known = set(NameStat.objects.filter(kind="f").values_list("name", flat=True))
    assert known == {"SMITHMETCALFE", "SMITH", "METCALFE"}
    near = vocabulary.near_names([("f", "METCALF")], vocabulary.current())
    assert near == {("f", "METCALF"): ["METCALFE"]}
    assert NameDelete.objects.filter(name="SMITH").count() == len({"SMITH", *_deletions("SMITH")})


def _deletions(name: str) -> set[str]:
    return {name[:i] + name[i + 1 :] for i in range(len(name))}


def test_many_children_are_indexed_in_a_fixed_number_of_statements():
    children = [add_child("Imogen", f"Metcalfe{'abcdefgh'[n]}") for n in range(8)]
    with CaptureQueriesContext(connection) as few:
        index_children(children[:2])
    with CaptureQueriesContext(connection) as many:
        index_children(children)
    assert len(many) == len(few)


def test_a_child_that_is_taken_out_is_not_found():
    child = add_child()
    remove_children([child])
    terms = {"given_name": "Imogen", "family_name": "Metcalfe", "date_of_birth": typed(BORN)}
    assert found(**terms) == []


def test_an_address_that_is_not_a_place_makes_no_key():
    child = add_child(postcode="")
    assert ChildSearch.objects.get(child_id=child).doc.endswith("/F/")


def run(command: str, *args: str) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def synthetic() -> Iterator[None]:
    """The test database carries the mark of invented children while the test runs."""
    with marked_synthetic():
        yield


@pytest.mark.usefixtures("synthetic")
def test_rebuilding_mends_every_kind_of_difference(events):
    right, changed, missing = add_child(), add_child("Rosalind"), add_child("Ngozi")
    ChildName.objects.filter(child_id=changed).update(family_name="Ollerenshaw")
    remove_children([missing])
    ChildSearch.objects.create(child_id=999_999, keys=[1], doc="A|B/20150101/F/")
    ChildSearch.objects.filter(child_id=right).update(keys=[7])

    with pytest.raises(CommandError, match="4 differences"):
        run("check_search")
    assert "3 of 3" in run("rebuild_search")
    assert "agrees" in run("check_search")
    assert events.actions() == ["command.run"] * 3


@pytest.mark.usefixtures("synthetic")
def test_checking_names_each_difference():
    child = add_child()
    ChildSearch.objects.filter(child_id=child).update(keys=[7])
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_search", stdout=out)
    assert out.getvalue() == f"child {child}: keys\n"


@pytest.mark.usefixtures("synthetic")
def test_a_search_is_explained_in_words():
    add_child()
    told = run("explain_search", "Imogen", "Metcalf", "--born", "2015-09-03")
    assert "First pass" in told
    assert "both initials and the date of birth" in told
    assert "day and month swapped" in told


@pytest.mark.usefixtures("synthetic")
def test_a_refused_search_is_explained_too():
    assert "Refused (too_little)" in run("explain_search", "", "Metcalfe")


def test_nobody_rebuilds_or_checks_without_saying_who_and_why():
    for command in ("rebuild_search", "check_search"):
        with pytest.raises(CommandError, match="--as EMAIL --reason") as refused:
            run(command)
        assert refused.value.returncode == 2


def test_a_search_is_explained_only_where_children_are_invented():
    with pytest.raises(CommandError) as refused:
        run("explain_search", "Imogen", "Metcalfe")
    assert refused.value.returncode == 2


def test_a_child_whose_date_was_corrected_is_found_by_either():
    child = add_child()
    BirthDate.objects.filter(child_id=child).update(is_current=False)
    BirthDate.objects.create(child_id=child, born_on=date(2014, 6, 1), born_year=2014)
    index_children([child])
    for day in (BORN, date(2014, 6, 1)):
        terms = {"given_name": "Imogen", "family_name": "Metcalfe", "date_of_birth": typed(day)}
        assert found(**terms) == [child]
