"""Small worlds of invented children for search tests: records in the tables, rows in the index."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from accounts.synthetic import MARK
from records.models import Address, BirthDate, ChildName, ChildRecord, Identifier
from records.search import SearchTerms, TypedDate, index_children, search, vocabulary
from tests.audit.owner import owner_cursor

TODAY = date(2026, 11, 22)
BORN = date(2015, 3, 9)
POSTCODE = "AB12 3CD"


def add_child(
    given: str = "Imogen",
    family: str = "Metcalfe",
    *,
    born: date | int | None = BORN,
    sex: str = "F",
    postcode: str = POSTCODE,
    old_postcode: str = "",
    other_names: list[tuple[str, str, str]] | None = None,
    middle: str = "",
    nhs_number: str = "",
) -> int:
    """Record one child, index it and give its id."""
    child = ChildRecord.objects.create(sex=sex, is_invented=True)
    names = [("current", given, family), *(other_names or [])]
    for use, first, last in names:
        more = middle if use == "current" else ""
        ChildName.objects.create(
            child=child, use=use, given_name=first, family_name=last, other_given_names=more
        )
    if born is not None:
        year = born if isinstance(born, int) else born.year
        exact = None if isinstance(born, int) else born
        BirthDate.objects.create(child=child, born_on=exact, born_year=year)
    if postcode:
        Address.objects.create(child=child, line_1="1 Invented Street", postcode=postcode)
    if old_postcode:
        Address.objects.create(
            child=child, line_1="2 Old Street", postcode=old_postcode, valid_until=date(2020, 1, 1)
        )
    if nhs_number:
        Identifier.objects.create(child=child, scheme="nhs_number", value=nhs_number)
    index_children([child.id])
    vocabulary.forget()
    return int(child.id)


def typed(day: date) -> TypedDate:
    """A date as a practitioner types it."""
    return TypedDate(day.year, day.month, day.day)


def found(**terms: object) -> list[int]:
    """Ids of the children a search lists, best first."""
    result = search(SearchTerms(**terms), today=TODAY)
    assert result.refusal is None, result.refusal
    return [hit.child_id for hit in result.hits]


def reasons(**terms: object) -> tuple[str, ...]:
    """Why the first child of a search is listed."""
    return search(SearchTerms(**terms), today=TODAY).hits[0].reasons


@contextmanager
def marked_synthetic() -> Iterator[None]:
    """The test database carries the mark of invented children while this lasts."""
    with owner_cursor() as cursor:
        cursor.execute("SELECT current_database()")
        (name,) = cursor.fetchone()
        cursor.execute(f"COMMENT ON DATABASE {name} IS '{MARK}'")
        try:
            yield
        finally:
            cursor.execute(f"COMMENT ON DATABASE {name} IS NULL")
