"""Records come in from a file: every row checked, nothing lost, nothing twice, history kept."""

import csv
import io
import json
import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.policies import Refused
from accounts.roles import Role
from records.births import birth_bounds
from records.feeds import BrokenFile, FileReader, ImportRow, Reject, load_rows
from records.models import (
    Address,
    BirthDate,
    Carer,
    ChildName,
    ChildRecord,
    Identifier,
    NameStat,
    Practice,
    School,
    SchoolPlace,
    SourceLink,
)
from records.search import SearchTerms, TypedDate, search
from records.search.index import differences
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import acting_as, authority

pytestmark = pytest.mark.django_db

HEADER = "source_ref,given_name,family_name,date_of_birth"
FULL = {
    "source_ref": "A1",
    "given_name": "Siân",
    "family_name": "ap Rhŷs",
    "other_given_names": "Ŵyn",
    "former_family_name": "Llwyd",
    "date_of_birth": "2015-03-14",
    "sex": "Female",
    "address_line_1": '1, "The Old" Road',
    "address_line_2": "",
    "town": "Testham",
    "postcode": "zz993wz",
    "uprn": "100000000001",
    "nhs_number": "943 476 5919",
    "authority": "E06000001",
    "school": "900001",
    "practice": "Y90001",
    "carer_name": "Nia Llwyd",
    "carer_phone": "01632 960 400",
}


@pytest.fixture
def team():
    return acting_as(Role.MANAGEMENT_TEAM)


@pytest.fixture
def run(tmp_path, capsys, team):
    """Writes a file and imports it as a member of a management team; returns the counts."""

    def load(content, *options, source="test", as_user=team.user):
        path = tmp_path / "children.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        person = ["--as", as_user.email, "--reason", "yearly census"]
        call_command("import_records", str(path), "--source", source, "--json", *person, *options)
        return json.loads(capsys.readouterr().out)

    load.rejects = tmp_path / "children.csv.rejects.csv"
    return load


def as_csv(*rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def rejected(run):
    with run.rejects.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counts(summary):
    return tuple(summary[name] for name in ("created", "changed", "unchanged", "rejected"))


def test_a_full_row_becomes_a_whole_record(run, events):
    authority()
    assert counts(run(as_csv(FULL))) == (1, 0, 0, 0)
    made = ChildRecord.objects.get()
    current = ChildName.objects.get(use="current")
    assert (current.given_name, current.family_name) == ("Siân", "ap Rhŷs")
    assert ChildName.objects.get(use="former").family_name == "Llwyd"
    assert BirthDate.objects.get().born_on.isoformat() == "2015-03-14"
    address = Address.objects.get()
    assert (address.line_1, address.postcode) == ('1, "The Old" Road', "ZZ99 3WZ")
    assert Carer.objects.get().name == "Nia Llwyd"
    assert Identifier.objects.get().value == "9434765919"
    assert SchoolPlace.objects.get().school.urn == "900001"
    assert (made.sex, made.authority_id, made.is_invented) == ("F", "E06000001", False)


def test_an_imported_child_can_be_searched_for(run):
    run(as_csv(FULL))
    terms = SearchTerms(given_name="Sian", family_name="Rhys", date_of_birth=TypedDate(2015, 3, 14))
    assert [hit.child_id for hit in search(terms).hits] == [ChildRecord.objects.get().pk]


def test_a_load_leaves_one_event_with_its_counts(run, events):
    run(f"{HEADER}\nA1,Eve,Stone,2015-01-02\nA2,,,2015-01-02\n")
    event = events.one("record.imported")
    assert event.result_count == 1
    assert event.detail["source"] == "test"
    assert (event.detail["created"], event.detail["rejected"]) == (1, 1)


def test_the_same_file_again_changes_nothing(run):
    run(as_csv(FULL))
    before = ChildRecord.objects.get().amended_at
    assert counts(run(as_csv(FULL))) == (0, 0, 1, 0)
    assert ChildRecord.objects.get().amended_at == before
    assert ChildName.objects.count() == 2


def test_a_changed_row_keeps_what_it_replaces(run):
    run(as_csv(FULL))
    changed = {
        **FULL,
        "family_name": "Morgan",
        "former_family_name": "",
        "address_line_1": "2 New Road",
        "school": "900002",
        "carer_name": "Huw Morgan",
        "practice": "Y90002",
        "date_of_birth": "2015-03-15",
    }
    assert counts(run(as_csv(changed))) == (0, 1, 0, 0)
    assert ChildRecord.objects.count() == 1
    assert ChildName.objects.get(use="current").family_name == "Morgan"
    former = set(ChildName.objects.filter(use="former").values_list("family_name", flat=True))
    assert former == {"Llwyd", "ap Rhŷs"}
    assert Address.objects.get(valid_until__isnull=True).line_1 == "2 New Road"
    assert Address.objects.filter(valid_until=timezone.localdate()).count() == 1
    assert SchoolPlace.objects.get(ended_on__isnull=True).school.urn == "900002"
    assert Carer.objects.get(ended_on__isnull=True).name == "Huw Morgan"
    assert BirthDate.objects.get(is_current=True).born_on.day == 15
    assert SourceLink.objects.count() == 1


def test_search_rows_of_a_load_are_what_the_records_say(run):
    """New children are indexed from the file's rows, not read back: the result is the same."""
    poor = dict.fromkeys(FULL, "")
    run(
        as_csv(
            FULL,
            poor | {"source_ref": "A2", "family_name": "O'Brien-Smith", "date_of_birth": "2015"},
            poor | {"source_ref": "A3", "given_name": "Łucja", "former_family_name": "Nowak"},
            FULL | {"source_ref": "A4", "address_line_1": "No fixed abode"},
            FULL | {"source_ref": "A5", "former_family_name": "ap Rhŷs"},
        )
    )
    run(as_csv(FULL | {"town": "Mockford", "postcode": "ZZ99 3VZ"}))
    ids = list(ChildRecord.objects.values_list("pk", flat=True))
    assert len(ids) == 5
    assert list(differences(ids, "default")) == []


def test_a_change_is_found_by_its_new_and_its_former_name(run):
    run(as_csv(FULL))
    run(as_csv({**FULL, "family_name": "Morgan"}))
    for family in ("Morgan", "Llwyd", "Rhys"):
        terms = SearchTerms(
            given_name="Sian", family_name=family, date_of_birth=TypedDate(2015, 3, 14)
        )
        assert len(search(terms).hits) == 1, family


def test_an_empty_cell_erases_nothing(run):
    run(as_csv(FULL))
    poor = dict.fromkeys(FULL, "") | {"source_ref": "A1", "family_name": "ap Rhŷs"}
    assert counts(run(as_csv(poor))) == (0, 1, 0, 0)
    assert ChildName.objects.get(use="current").given_name == "Siân"
    assert ChildRecord.objects.get().sex == "F"
    assert BirthDate.objects.get().is_current
    assert Address.objects.get().valid_until is None
    assert Carer.objects.get().ended_on is None


def test_two_sources_may_use_one_reference(run):
    run(f"{HEADER}\nA1,Eve,Stone,2015\n", source="one")
    run(f"{HEADER}\nA1,Adam,Reed,2014\n", source="two")
    assert ChildRecord.objects.count() == 2


def test_twins_and_namesakes_are_loaded_as_they_are(run):
    rows = f"{HEADER}\nA1,Eve,Stone,2015-01-02\nA2,Eve,Stone,2015-01-02\n"
    assert counts(run(rows)) == (2, 0, 0, 0)


def test_a_newborn_with_a_family_name_only_is_loaded(run):
    assert counts(run(f"{HEADER}\nA1,,Stone,{timezone.localdate()}\n")) == (1, 0, 0, 0)


def test_a_year_alone_and_no_date_at_all_are_loaded(run):
    assert counts(run(f"{HEADER}\nA1,Eve,Stone,2015\nA2,Adam,Reed,\n")) == (2, 0, 0, 0)
    assert BirthDate.objects.get().born_on is None


@pytest.mark.parametrize("encode", [str.encode, lambda text: b"\xef\xbb\xbf" + text.encode()])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_marks_and_line_ends_do_not_matter(run, encode, end):
    rows = f'{HEADER}\nA1,Eve,"Stone, née Reed",2015\n'.replace("\n", end)
    assert counts(run(encode(rows))) == (1, 0, 0, 0)


def test_a_file_without_a_last_line_end_is_whole(run):
    assert counts(run(f"{HEADER}\nA1,Eve,Stone,2015")) == (1, 0, 0, 0)


def test_letters_written_in_two_pieces_are_put_together(run):
    run(f"{HEADER}\nA1,Sia\u0302n,Stone,2015\n")
    assert ChildName.objects.get().given_name == "Siân"


def test_no_fixed_abode_is_not_an_address(run):
    run(as_csv({**FULL, "address_line_1": "No fixed abode"}))
    assert Address.objects.get().kind == "no_fixed_abode"


def test_unknown_columns_are_ignored_and_said(run):
    summary = run(f"{HEADER},shoe_size\nA1,Eve,Stone,2015,31\n")
    assert summary["ignored_columns"] == ["shoe_size"]


def test_columns_may_be_left_out_and_stand_in_any_order(run):
    assert counts(run("family_name,source_ref\nStone,A1\n")) == (1, 0, 0, 0)


def test_schools_and_practices_first_met_are_known_by_code_alone(run):
    run(as_csv(FULL))
    assert School.objects.get().name == ""
    assert str(Practice.objects.get()) == "Practice with ODS code Y90001"


@pytest.mark.parametrize(
    ("column", "value", "value_class"),
    [
        ("source_ref", "", "empty"),
        ("date_of_birth", "14/03/2015", "not a date"),
        ("date_of_birth", "2015-02-31", "no such day"),
        ("date_of_birth", "2999-01-01", "in the future"),
        ("date_of_birth", "1901", "more than 26 years ago"),
        ("sex", "Q", "unknown code"),
        ("postcode", "12345", "not a postcode"),
        ("uprn", "12A", "not a code of digits"),
        ("nhs_number", "9434765918", "check digit"),
        ("authority", "E99999999", "unknown code"),
        ("school", "12", "not a code of digits"),
        ("practice", "?", "not an ODS code"),
        ("carer_phone", "ask Nora", "not a telephone number"),
        ("given_name", "E" * 81, "too long"),
        ("family_name", "Sto\x07ne", "control character"),
    ],
)
def test_a_bad_cell_rejects_its_row_alone_and_says_what_to_do(run, column, value, value_class):
    good = {**FULL, "source_ref": "B1"}
    assert counts(run(as_csv({**FULL, column: value}, good))) == (1, 0, 0, 1)
    [fault] = rejected(run)
    assert (fault["line"], fault["column"], fault["value_class"]) == ("2", column, value_class)
    assert fault["remedy"]


def test_the_rejects_file_never_repeats_a_value(run):
    run(as_csv({**FULL, "nhs_number": "9434765918", "date_of_birth": "14/03/2015"}))
    text = run.rejects.read_text(encoding="utf-8")
    for secret in ("9434765918", "14/03", "Rhŷs", "A1"):
        assert secret not in text


def test_a_row_with_two_faults_is_one_rejected_row_with_two_lines(run):
    summary = run(as_csv({**FULL, "sex": "Q", "postcode": "x"}))
    assert summary["rejected"] == 1
    assert [fault["column"] for fault in rejected(run)] == ["sex", "postcode"]


def test_a_row_without_any_name_is_rejected(run):
    assert counts(run(f"{HEADER}\nA1,,,2015\n")) == (0, 0, 0, 1)
    assert rejected(run)[0]["value_class"] == "empty"


def test_a_row_with_too_few_cells_is_rejected(run):
    assert counts(run(f"{HEADER}\nA1,Eve\nA2,Adam,Reed,2014\n")) == (1, 0, 0, 1)
    assert rejected(run)[0]["value_class"] == "wrong number of cells"


def test_a_reference_repeated_in_a_file_is_taken_once(run):
    rows = f"{HEADER}\nA1,Eve,Stone,2015\nA2,Adam,Reed,2014\nA1,Eva,Stone,2015\n"
    assert counts(run(rows)) == (2, 0, 0, 1)
    assert rejected(run)[0]["line"] == "4"
    assert set(ChildName.objects.values_list("given_name", flat=True)) == {"Eve", "Adam"}


def test_lines_are_counted_as_an_editor_counts_them(run):
    rows = f'{HEADER}\nA1,Eve,"Stone\nReed",2015\n\nA2,Adam,Reed,nonsense\n'
    run(rows)
    assert [fault["line"] for fault in rejected(run)] == ["2", "5"]


def test_no_rejects_file_is_made_when_nothing_is_rejected(run):
    run(as_csv(FULL))
    assert not run.rejects.exists()


BROKEN = {
    "empty": b"",
    "wrong header": b"name,birthday\nEve,2015\n",
    "no header": b"A1,Eve,Stone,2015\n",
    "semicolons": b"source_ref;given_name\nA1;Eve\n",
    "column twice": b"source_ref,given_name,given_name\nA1,Eve,Eva\n",
    "not UTF-8": f"{HEADER}\nA1,Eve,Stone,2015\nA2,Siân,Reed,2015\n".encode("latin-1"),
    "truncated quote": f'{HEADER}\nA1,Eve,Stone,2015\nA2,"Adam,Reed,20'.encode(),
    "stray quote": f'{HEADER}\nA1,Eve,Stone,2015\nA2,"Ad"am,Reed,2015\n'.encode(),
    "UTF-16": f"{HEADER}\nA1,Eve,Stone,2015\n".encode("utf-16"),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_whole(run, events, content):
    with pytest.raises(CommandError, match="Nothing was loaded"):
        run(content)
    assert not ChildRecord.objects.exists()
    assert "record.imported" not in events.actions()


def test_the_message_for_a_broken_file_names_the_line(run):
    with pytest.raises(CommandError, match="Line 3 is not UTF-8"):
        run(BROKEN["not UTF-8"])
    with pytest.raises(CommandError, match="begins at line 3"):
        run(BROKEN["truncated quote"])


def test_a_file_that_is_not_there_is_said(run):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_records", "no-such-file.csv", "--source", "test")


def test_a_source_with_spaces_is_refused(run):
    with pytest.raises(CommandError, match="without spaces"):
        run(as_csv(FULL), source="the census")


def test_a_dry_run_checks_everything_and_writes_only_its_event(run, events):
    run(f"{HEADER}\nA1,Eve,Stone,2015\n")
    events.mark()
    rows = f"{HEADER}\nA1,Eve,Stone,2015\nA2,Adam,Reed,2014\nA3,,,\n"
    assert counts(run(rows, "--dry-run")) == (1, 0, 1, 1)
    assert ChildRecord.objects.count() == 1
    assert events.one("record.imported").detail["dry_run"] is True


def test_without_its_event_nothing_is_imported(run):
    with event_insert_fails(), pytest.raises(OperationalError):
        run(as_csv(FULL))
    assert not ChildRecord.objects.exists()
    assert not School.objects.exists()


def test_a_management_team_member_may_import_and_is_named_in_the_event(run, team, events):
    run(as_csv(FULL))
    event = events.one("record.imported")
    assert (event.actor_id, event.actor_kind) == (team.user.pk, "command")
    assert "yearly census" in events.payloads()[event.id]


def test_nobody_imports_anonymously_into_a_real_index(tmp_path):
    path = tmp_path / "children.csv"
    path.write_text(as_csv(FULL), encoding="utf-8")
    with pytest.raises(CommandError, match="Say who you are"):
        call_command("import_records", str(path), "--source", "test")
    assert not ChildRecord.objects.exists()


def test_a_practitioner_may_not_import(run):
    by = acting_as(Role.PRACTITIONER)
    with pytest.raises((Refused, CommandError)):
        run(as_csv(FULL), as_user=by.user)
    assert not ChildRecord.objects.exists()


def test_rows_from_elsewhere_go_the_same_way():
    rows = [
        ImportRow(line=1, source_ref="A1", given_name="Eve", family_name="Stone"),
        Reject(2, "sex", "unknown code", "Write F, M or N."),
    ]
    told: list[Reject] = []
    summary = load_rows(rows, source="x", on_reject=told.append, by=acting_as(Role.MANAGEMENT_TEAM))
    assert (summary.read, summary.created, summary.rejected) == (2, 1, 1)
    assert told == rows[1:]


def test_reading_is_lazy():
    """Memory stays bounded: the reader takes no line before it is asked for the next row."""

    taken = []

    def lines():
        for n in range(1000):
            line = f"A{n},Eve,Stone,2015\n" if n else f"{HEADER}\n"
            taken.append(n)
            yield line.encode()

    next(iter(FileReader(lines(), ())))
    assert len(taken) <= 3


def test_a_header_is_refused_before_any_row_is_read():
    with pytest.raises(BrokenFile, match="first line"):
        FileReader(io.BytesIO(b"x,y\n1,2\n"), ())


def test_a_child_of_nearly_twenty_six_is_loaded_and_an_older_one_is_not(run):
    earliest, _ = birth_bounds()
    rows = f"{HEADER}\nA1,Eve,Stone,{earliest}\nA2,Al,Reed,{earliest - timedelta(days=1)}\n"
    assert counts(run(rows)) == (1, 0, 0, 1)


# --- a part at a time ---


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr("records.feeds.stage.PART", 2)


def lines(*refs):
    return "\n".join([HEADER, *(f"{ref},Ada,Name{ref},2015-03-14" for ref in refs), ""])


def test_a_reference_repeated_in_a_later_part_is_taken_once(run, small_parts):
    assert counts(run(lines("A", "B", "C", "A", "D", "D"))) == (4, 0, 0, 2)
    assert [row["line"] for row in rejected(run)] == ["5", "7"]


def test_a_second_run_in_parts_changes_only_what_changed(run, small_parts):
    run(lines("A", "B", "C", "D", "E"))
    again = lines("A", "B", "C", "D", "E").replace("NameD", "Other")
    assert counts(run(again)) == (0, 1, 4, 0)
    assert not list(differences(list(ChildRecord.objects.values_list("pk", flat=True)), "default"))


def test_rejects_of_every_part_are_counted_with_their_lines(run, small_parts):
    assert counts(run(lines("A", "", "B", "", "C"))) == (3, 0, 0, 2)
    assert [row["line"] for row in rejected(run)] == ["3", "5"]


def test_a_file_broken_after_some_parts_leaves_nothing(run, small_parts):
    with pytest.raises(CommandError, match="Nothing was loaded"):
        run(lines("A", "B", "C", "D", "E") + '"cut short')
    assert not ChildRecord.objects.exists()


def test_the_reading_thread_ends_when_the_load_fails(run, small_parts):
    with event_insert_fails(), pytest.raises(OperationalError):
        run(lines(*"ABCDEFGHIJ"))
    assert not [thread for thread in threading.enumerate() if thread.name == "feed"]


def test_an_endless_feed_is_not_read_further_than_two_parts_ahead(team, small_parts):
    def rows():
        for number in range(1_000):
            met.append(number)
            yield ImportRow(line=number, source_ref=str(number), family_name="Nowak")

    met: list[int] = []

    def stop(phase, done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_rows(rows(), source="test", progress=stop, by=team)
    assert len(met) <= 20
    assert not ChildRecord.objects.exists()


def test_an_identifier_ended_as_wrong_stays_ended_when_the_feed_repeats_it(run):
    authority()
    run(as_csv(FULL))
    Identifier.objects.update(ended_on=timezone.localdate())
    assert counts(run(as_csv({**FULL, "town": "Elsewhere"}))) == (0, 1, 0, 0)
    assert Identifier.objects.get().ended_on == timezone.localdate()


READ_WHOLE = """
SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname LIKE 'records\\_%'
"""


def test_a_load_looks_every_row_up_by_index_whatever_the_statistics_say(run):
    """Else a load soon after another, before statistics are taken, reads all for every row."""
    authority()
    rows = [{**FULL, "source_ref": f"A{n}"} for n in range(20)]
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")  # checks of references would keep those of earlier tests
        run(as_csv(*rows))
        cursor.execute(READ_WHOLE)
        before = dict(cursor.fetchall())
        rows = [{**row, "family_name": "Stone", "town": "Elsewhere"} for row in rows]
        run(as_csv(*rows))
        cursor.execute(READ_WHOLE)
        times = {name: scans - before[name] for name, scans in cursor.fetchall()}
        # A statement may read a table whole once, to remember it; not once for every row.
        assert {name: n for name, n in times.items() if n >= len(rows) / 2} == {}
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)


def test_names_of_rows_that_are_left_out_are_not_learnt(run):
    run(f"{HEADER}\nA1,Eve,Stone,2015\nA1,Eva,Oduya,2015\n")
    assert set(NameStat.objects.values_list("name", flat=True)) == {"EVE", "STONE"}


def test_a_dry_run_learns_no_names(run):
    run(f"{HEADER}\nA1,Eve,Stone,2015\n", "--dry-run")
    assert not NameStat.objects.exists()
