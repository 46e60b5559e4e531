"""The evaluation says what share of known children a file of queries finds."""

import csv
import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from records.models import SourceLink
from records.search.evaluate import percentiles
from records.search.queries import COLUMNS
from tests.records.search.worlds import BORN, POSTCODE, add_child, marked_synthetic

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.fixture
def synthetic() -> Iterator[None]:
    with marked_synthetic():
        yield


def write(path: Path, *queries: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(queries)
    return path


def run(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("evaluate_search", str(path), *options, stdout=out)
    return out.getvalue()


def figures(path: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(path, "--json"))
    return answer


IMOGEN = {"given_name": "Imogen", "family_name": "Metcalfe", "date_of_birth": BORN.isoformat()}
EXPECTED = {"expected_source": "census", "expected_ref": "A1"}


@pytest.fixture
def imogen(db: None) -> int:
    child = add_child()
    SourceLink.objects.create(child_id=child, source="census", source_ref="A1", digest=b"")
    return child


@pytest.mark.usefixtures("synthetic", "imogen")
def test_each_share_counts_what_it_says(tmp_path):
    path = write(
        tmp_path / "queries.csv",
        {**IMOGEN, **EXPECTED},
        {"family_name": "Metcalfe", **EXPECTED},  # refused, and so not found
        {**IMOGEN, "expected_source": "census", "expected_ref": "A2"},  # no such record
        {"given_name": "Immogen", "family_name": "Metcalf", "postcode": POSTCODE, **EXPECTED},
        {**IMOGEN, "postcode": POSTCODE},  # expects nobody, and finds a child all the same
        {"given_name": "Winifred", "family_name": "Savage", "date_of_birth": "2012-02-02"},
        {"given_name": "Winifred", "family_name": "Savage", "date_of_birth": "2012-02-03"},
        {"given_name": "Winifred", "family_name": "Savage", "date_of_birth": "2012-02-04"},
    )
    found = figures(path)
    assert found["queries"] == 8
    assert found["expecting_a_child"] == 4
    assert found["expecting_nobody"] == 4
    assert found["unknown_references"] == 1
    assert found["recall_at_1"] == found["recall_at_10"] == 0.5
    assert found["refused_share"] == 0.125
    assert found["false_match_share"] == 0.25
    assert 0 < found["ms_p50"] <= found["ms_p95"] <= found["ms_p99"]
    assert found["candidates_p50"] == 1  # four of the seven that were answered
    assert found["candidates_p95"] == 1


@pytest.mark.usefixtures("synthetic")
def test_a_twin_before_the_child_costs_the_first_place_and_not_the_first_ten(tmp_path, imogen):
    add_child("Imogen", "Metcalfe", sex="M")
    later = write(tmp_path / "queries.csv", {**IMOGEN, "sex": "M", **EXPECTED})
    found = figures(later)
    assert (found["recall_at_1"], found["recall_at_10"]) == (0, 1)


@pytest.mark.usefixtures("synthetic", "imogen")
def test_every_box_of_the_form_is_a_column(tmp_path):
    boxes = {"age_from": "10", "age_to": "12", "sex": "F", "postcode": POSTCODE}
    path = write(tmp_path / "queries.csv", {**IMOGEN, "date_of_birth": "", **boxes, **EXPECTED})
    assert figures(path)["recall_at_1"] == 1
    number = add_child("Ngozi", "Adeyemi", born=BORN + timedelta(9), nhs_number="9434765919")
    SourceLink.objects.create(child_id=number, source="nhs", source_ref="B", digest=b"")
    path = write(
        tmp_path / "queries.csv",
        {"identifier": "943 476 5919", "expected_source": "nhs", "expected_ref": "B"},
    )
    assert figures(path)["recall_at_1"] == 1


@pytest.mark.usefixtures("synthetic", "imogen")
@pytest.mark.parametrize("typed", ["2015-02-31", "2015-13-09", "2015-3-9", "2015-03", "2015"])
def test_a_date_is_taken_as_typed(tmp_path, typed):
    path = write(
        tmp_path / "queries.csv",
        {**IMOGEN, "date_of_birth": typed, "postcode": POSTCODE, **EXPECTED},
    )
    assert figures(path)["recall_at_10"] == 1


@pytest.mark.usefixtures("synthetic", "imogen")
def test_people_read_the_same_figures_in_words(tmp_path):
    told = run(write(tmp_path / "queries.csv", {**IMOGEN, **EXPECTED}))
    assert "1 queries: 1 for a child who is in the index" in told
    assert "Recall, first ten                  100.0%" in told
    assert "Absent children shown as strong      none" in told


@pytest.mark.usefixtures("synthetic")
def test_a_file_of_no_queries_has_no_shares(tmp_path):
    found = figures(write(tmp_path / "queries.csv"))
    assert found["queries"] == 0
    assert found["recall_at_10"] is None
    assert found["ms_p99"] is None
    assert "none" in run(tmp_path / "queries.csv")


@pytest.mark.usefixtures("synthetic", "imogen")
def test_a_byte_order_mark_and_another_column_do_no_harm(tmp_path):
    path = write(tmp_path / "q.csv", {**IMOGEN, **EXPECTED}, columns=("damage", *COLUMNS[::-1]))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    assert figures(path)["recall_at_1"] == 1


BROKEN = {
    "nothing": ("", "names no columns"),
    "columns missing": ("query_id,given_name,family_name\n", "lacks date_of_birth, age_from"),
    "a column twice": (",".join((*COLUMNS, "sex")) + "\n", "names sex twice"),
    "too few cells": (",".join(COLUMNS) + "\n1,Imogen\n", "line 2: 2 cells under 11 columns"),
    "a date in words": (",".join(COLUMNS) + "\n1,I,M,May,,,,,,,\n", "line 2: date_of_birth"),
    "an age in words": (",".join(COLUMNS) + "\n1,I,M,,ten,,,,,,\n", "line 2: age_from"),
    "another sex": (",".join(COLUMNS) + "\n1,I,M,,,,X,,,,\n", "line 2: sex"),
    "no source": (",".join(COLUMNS) + "\n1,I,M,,,,,,,,A1\n", "line 2: expected_ref needs"),
    "an open quotation": (",".join(COLUMNS) + '\n1,"I,M,,,,,,,,\n', "not CSV"),
}


@pytest.mark.usefixtures("synthetic")
@pytest.mark.parametrize(("text", "said"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_understood_says_where(tmp_path, text, said):
    path = tmp_path / "queries.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=said) as refused:
        run(path)
    assert refused.value.returncode == 1


@pytest.mark.usefixtures("synthetic")
def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "queries.csv"
    path.write_bytes(",".join(COLUMNS).encode() + "\n1,Siobhán,,,,,,,,,\n".encode("latin-1"))
    with pytest.raises(CommandError, match="line 2: not UTF-8"):
        run(path)


@pytest.mark.usefixtures("synthetic")
def test_a_file_that_is_not_there_exits_with_two(tmp_path):
    with pytest.raises(CommandError) as refused:
        run(tmp_path / "none.csv")
    assert refused.value.returncode == 2


def test_children_who_exist_are_not_searched_for_measurement(tmp_path):
    path = write(tmp_path / "queries.csv", {**IMOGEN, **EXPECTED})
    with pytest.raises(CommandError, match="not marked synthetic") as refused:
        run(path, "--json")
    assert refused.value.returncode == 2


@given(st.lists(st.integers(0, 1000), min_size=1), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_percentile_is_the_smallest_value_that_enough_do_not_exceed(values, share):
    (found,) = percentiles(values, [share])
    assert found in values
    assert sum(v <= found for v in values) >= share * len(values)
    assert sum(v < found for v in values) < share * len(values)
