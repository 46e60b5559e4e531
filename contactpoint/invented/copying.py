"""Invented children as the text that COPY reads, a table each: the work of the loading processes.

Pure but for the record's random key. Which processes do it, and the database, are bulk.py's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from os import urandom
from typing import Literal

from contactpoint.invented.children import World, children
from records.feeds.indexing import indexed_row
from records.feeds.rows import ImportRow
from records.search import search_row
from records.search.names import Name, names_in
from records.search.normalise import parts
from records.search.statements import bigint_array
from records.search.vocabulary import FAMILY, GIVEN

Profile = Literal["national", "full"]

COLUMNS = {
    "records_childrecord": "id, key, sex, is_invented, authority_id",
    "records_childname": "child_id, use, given_name, other_given_names, family_name",
    "records_birthdate": "child_id, born_on, born_year",
    "records_address": "child_id, kind, line_1, line_2, town, postcode, uprn",
    "records_sourcelink": "child_id, source, source_ref",
    "child_search": "child_id, keys, doc",
}
MORE_COLUMNS = {
    "records_carer": "child_id, name, phone",
    "records_schoolplace": "child_id, school_id",
    "records_practiceregistration": "child_id, practice_id",
    "records_identifier": "child_id, scheme, value",
}


def columns(profile: Profile) -> dict[str, str]:
    """The tables of a profile in the order in which they are filled, with the columns filled."""
    return COLUMNS if profile == "national" else COLUMNS | MORE_COLUMNS


@dataclass(frozen=True)
class Plan:
    """What the processes need to know. `first_id` is the record of the child numbered `start`."""

    world: World
    source: str
    profile: Profile
    start: int
    first_id: int
    schools: Mapping[str, int]
    practices: Mapping[str, int]


@dataclass
class Portion:
    """Some children, written out."""

    texts: dict[str, str]
    children: int
    names: Counter[Name] = field(default_factory=Counter)


def portion(plan: Plan, first: int, end: int) -> Portion:
    """The children numbered `first` to `end` (not included), written out."""
    return write(plan, children(plan.world, first, end), plan.first_id + first - plan.start)


def write(plan: Plan, rows: Iterable[ImportRow], child_id: int) -> Portion:
    """Children written out, with record numbers from `child_id` on."""
    lines: dict[str, list[str]] = {table: [] for table in columns(plan.profile)}
    names: Counter[Name] = Counter()
    whole: Counter[Name] = Counter()
    for child, row in enumerate(rows, start=child_id):
        _count(_write_index(lines, row, child), names, whole)
        _write_record(lines, plan.source, row, child)
        if plan.profile == "full":
            _write_more(lines, plan, row, child)
    for (kind, name), n in whole.items():
        names.update(dict.fromkeys(((kind, part) for part in parts(name)), n))
    number = len(lines["child_search"])
    return Portion({table: "".join(found) for table, found in lines.items()}, number, names)


def _write_index(lines: dict[str, list[str]], row: ImportRow, child: int) -> str:
    keys, doc = search_row(indexed_row(row))
    lines["child_search"].append(f"{child}\t{bigint_array(keys)}\t{doc}\n")
    return doc


def _count(doc: str, names: Counter[Name], whole: Counter[Name]) -> None:
    """Count the names of a child; of most children whole, since few names have several parts."""
    section = doc.partition("/")[0]
    if ";" in section:
        names.update(names_in(doc))
        return
    given, family = section.split("|")[:2]
    whole[GIVEN, given] += 1
    whole[FAMILY, family] += 1


def _write_record(lines: dict[str, list[str]], source: str, row: ImportRow, child: int) -> None:
    lines["records_childrecord"].append(
        f"{child}\t{urandom(16).hex()}\t{row.sex}\tt\t{row.authority}\n"
    )
    names = lines["records_childname"]
    names.append(
        f"{child}\tcurrent\t{row.given_name}\t{row.other_given_names}\t{row.family_name}\n"
    )
    if row.former_family_name not in ("", row.family_name):
        names.append(f"{child}\tformer\t{row.given_name}\t\t{row.former_family_name}\n")
    born = row.born_on.isoformat() if row.born_on else r"\N"
    lines["records_birthdate"].append(f"{child}\t{born}\t{row.born_year}\n")
    lines["records_address"].append(
        f"{child}\t{row.address_kind}\t{row.line_1}\t{row.line_2}\t{row.town}\t{row.postcode}"
        f"\t{row.uprn}\n"
    )
    lines["records_sourcelink"].append(f"{child}\t{source}\t{row.source_ref}\n")


def _write_more(lines: dict[str, list[str]], plan: Plan, row: ImportRow, child: int) -> None:
    lines["records_carer"].append(f"{child}\t{row.carer_name}\t{row.carer_phone}\n")
    practice = plan.practices[row.practice]
    lines["records_practiceregistration"].append(f"{child}\t{practice}\n")
    if row.school:
        lines["records_schoolplace"].append(f"{child}\t{plan.schools[row.school]}\n")
    if row.nhs_number:
        lines["records_identifier"].append(f"{child}\tnhs_number\t{row.nhs_number}\n")
