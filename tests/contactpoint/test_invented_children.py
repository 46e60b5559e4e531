"""Invented children look like real ones and cannot be anyone: no database needed."""

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from datetime import date

import nhs_number
import pytest

from accounts.reference import AUTHORITIES
from contactpoint.invented import codes, places
from contactpoint.invented.children import World, children
from records.feeds import FileReader

TODAY = date(2026, 6, 1)
with AUTHORITIES.open(encoding="utf-8", newline="") as _file:
    CODES = sorted(row["gss_code"] for row in csv.DictReader(_file))
WORLD = World("a test", TODAY, CODES, busy=("E08000035",))
# The columns of the import format where they are not called as the row's fields are.
COLUMNS = {"line_1": "address_line_1", "line_2": "address_line_2"}


@pytest.fixture(scope="module")
def many():
    return list(children(WORLD, 0, 12_000))


def test_the_same_seed_and_day_give_the_same_children(many):
    assert list(children(WORLD, 0, 2000)) == many[:2000]


def test_another_seed_gives_other_children(many):
    other = list(children(World("another", TODAY, CODES), 0, 100))
    assert not set(other) & set(many)


def test_any_stretch_is_the_same_whether_or_not_the_children_before_it_are_made(many):
    assert list(children(WORLD, 1990, 3010)) == many[1990:3010]


def test_nhs_numbers_are_valid_and_of_the_range_for_synthetic_patients(many):
    numbers = [child.nhs_number for child in many if child.nhs_number]
    assert len(numbers) > 0.98 * len(many)
    synthetic = nhs_number.REGION_SYNTHETIC
    assert all(nhs_number.is_valid(number, for_region=synthetic) for number in numbers)


def test_no_two_children_of_a_world_share_an_nhs_number(many):
    numbers = [child.nhs_number for child in many if child.nhs_number]
    assert len(set(numbers)) == len(numbers)


def test_no_postcode_lies_in_an_area_that_was_ever_issued_or_stands_for_no_abode(many):
    postcodes = {child.postcode for child in many if child.postcode}
    assert all(re.fullmatch(r"Z[A-Y][0-9]{1,2} [0-9][A-Z]{2}", code) for code in postcodes)
    assert not any(code.startswith("ZE") for code in postcodes)


def test_every_authority_has_postcodes_of_its_own():
    outward = [
        {codes.postcode(area, serial).split()[0] for serial in range(5000)} for area in range(153)
    ]
    assert len(set.union(*outward)) == sum(map(len, outward))


def test_telephones_are_those_kept_for_drama(many):
    drama = re.compile(r"01632 960[0-9]{3}|07700 900[0-9]{3}")
    assert all(drama.fullmatch(child.carer_phone) for child in many)


def test_schools_practices_and_properties_have_codes_never_issued(many):
    assert all(child.school == "" or child.school >= "990000" for child in many)
    assert all(re.fullmatch(r"QQ[0-9]{4}", child.practice) for child in many)
    assert all(child.uprn == "" or child.uprn.startswith("999") for child in many)


def test_a_child_goes_to_a_school_and_practice_that_are_made(many):
    made = range(len(CODES))
    schools = {places.school(area, n).code for area in made for n in range(WORLD.places)}
    practices = {places.practice(area, n).code for area in made for n in range(WORLD.places)}
    assert {child.school for child in many if child.school} <= schools
    assert {child.practice for child in many} <= practices


def test_a_family_has_one_or_two_children_and_a_postcode_eight(many):
    housed = [child for child in many if child.uprn]
    families = Counter(child.uprn for child in housed)
    assert 1.5 < len(housed) / len(families) < 1.9
    homes = Counter(child.postcode for child in housed)
    assert 7 < len(housed) / len(homes) < 10


def test_siblings_share_their_family_name_and_address(many):
    homes: dict[str, set[tuple[str, str, str]]] = {}
    for child in many:
        if child.uprn:
            facts = (child.family_name, child.line_1, child.postcode)
            homes.setdefault(child.uprn, set()).add(facts)
    assert all(len(facts) == 1 for facts in homes.values())


def test_there_are_twins(many):
    births = Counter((child.uprn, child.born_on) for child in many if child.uprn and child.born_on)
    assert sum(count > 1 for count in births.values()) > 20


def test_there_are_strangers_with_one_name_and_one_birthday(many):
    homes: dict[tuple[str, str, date], set[str]] = {}
    for child in many:
        if child.born_on and child.given_name:
            who = (child.given_name, child.family_name, child.born_on)
            homes.setdefault(who, set()).add(child.uprn)
    assert sum(len(uprns) > 1 for uprns in homes.values()) > 20


@pytest.mark.parametrize(
    "is_so",
    [
        lambda child: not child.given_name and child.born_on,
        lambda child: child.born_on is None and child.born_year,
        lambda child: child.former_family_name,
        lambda child: child.address_kind == "no_fixed_abode" and not child.postcode,
        lambda child: "-" in child.family_name,
        lambda child: not child.family_name.isascii(),
        lambda child: not child.given_name.isascii(),
        lambda child: "'" in child.family_name,
        lambda child: child.sex == "N",
        lambda child: child.line_2,
    ],
    ids=[
        "newborn without a given name",
        "year of birth only",
        "former name",
        "no fixed abode",
        "double-barrelled",
        "diacritics in the family name",
        "diacritics in the given name",
        "apostrophe",
        "sex not specified",
        "flat",
    ],
)
def test_what_is_ordinary_in_england_occurs(many, is_so):
    assert 2 <= sum(bool(is_so(child)) for child in many) < 0.2 * len(many)


def test_names_are_as_unevenly_common_as_real_ones(many):
    names = Counter(child.family_name for child in many)
    assert 0.008 < names.most_common(1)[0][1] / len(many) < 0.03
    assert sum(count == 1 for count in names.values()) > 0.1 * len(names)


def test_every_invented_child_passes_the_checks_of_an_import(many):
    reader = FileReader(io.BytesIO(_as_file(many).encode()), frozenset(CODES))
    assert reader.ignored == []
    assert [replace(row, line=0) for row in reader] == [replace(row, line=0) for row in many]


def _as_file(rows) -> str:
    """The rows as `import_records` would be given them; the header is line 1."""
    text = io.StringIO()
    fields = [
        name
        for name in rows[0].__slots__
        if name not in {"line", "born_on", "born_year", "address_kind"}
    ]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*(COLUMNS.get(name, name) for name in fields), "date_of_birth"])
    for row in rows:
        values = {name: getattr(row, name) for name in fields}
        if row.address_kind == "no_fixed_abode":
            values["line_1"] = "NO FIXED ABODE"
        writer.writerow([*values.values(), row.born_on or row.born_year])
    return text.getvalue()
