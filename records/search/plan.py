"""Which keys a search looks under, in two passes, and the same in words.

Pure, apart from the frequencies it is given. The first pass asks for what was typed; the second,
run only when the first found nobody convincing, for what may have been meant, cheapest first,
until about 250 rows are to be expected. Never a third.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from records.search import keys
from records.search.question import Question, TypedName
from records.search.vocabulary import FAMILY, GIVEN, Vocabulary

MOST_ROWS = 250  # rows the second pass may expect
MOST_PAIR_KEYS = 300  # beyond it, names that the typed one may stand for are left out
BIRTHDAYS = 6570  # days in 18 years: over how many dates of birth children spread
YEARS = 18
SMALL_BLOCK = 100  # both names in every year may be asked for below this
NEAR_YEAR = 0.3  # a slip of years is rarer than one of names: its keys count as cheaper

Near = dict[tuple[str, str], list[str]]


class Step(NamedTuple):
    """Some keys and what they look for, in words without any typed value."""

    words: str
    keys: tuple[int, ...]


class Priced(NamedTuple):
    """A key of the second pass, with the number of rows to be expected under it."""

    rows: float
    key: int
    words: str


def first_pass(question: Question) -> list[Step]:
    """The keys of what was typed; each step survives damage to what it leaves out."""
    steps = [
        Step("a name and the date of birth, day and month also swapped", _name_dates(question)),
        Step("both initials and the date of birth", _initials(question)),
        Step("both names, short forms and spellings, and the year of birth", _name_years(question)),
        Step("the postcode", _postcode(question)),
        Step("the family name and the postcode district", _districts(question)),
    ]
    return [step for step in steps if step.keys]


def all_keys(steps: Iterable[Step]) -> list[int]:
    """Every key of the steps once."""
    return list(dict.fromkeys(key for step in steps for key in step.keys))


def _name_dates(question: Question) -> tuple[int, ...]:
    codes = [code for name in question.names for code in name.all_codes]
    return tuple(keys.name_date(code, day) for code in codes for day in question.dates)


def _initials(question: Question) -> tuple[int, ...]:
    if not (question.given and question.family):
        return ()
    first, second = question.given.joined[0], question.family.joined[0]
    return tuple(keys.initials_date(first, second, day) for day in question.dates)


def _name_years(question: Question) -> tuple[int, ...]:
    given, family = question.given, question.family
    if not (given and family):
        return ()
    years = question.years or (() if question.has_full_postcode else question.every_year())
    return tuple(_pairs(given, family, (*years, keys.NO_DATE)))


def _pairs(given: TypedName, family: TypedName, years: tuple[int, ...]) -> Iterator[int]:
    wide = len(given.all_codes) * len(family.all_codes) * len(years) <= MOST_PAIR_KEYS
    for first in given.all_codes if wide else given.codes:
        for second in family.all_codes if wide else family.codes:
            for year in years:
                yield keys.names_year(first, second, year)


def _postcode(question: Question) -> tuple[int, ...]:
    return (keys.whole_postcode(question.postcode),) if question.has_full_postcode else ()


def _districts(question: Question) -> tuple[int, ...]:
    if not (question.family and question.district):
        return ()
    return tuple(keys.name_district(code, question.district) for code in question.family.codes)


def expected_pairs(question: Question, vocabulary: Vocabulary) -> float:
    """Children to be expected under both typed names in one year of birth."""
    if not (question.given and question.family):
        return 0.0
    given = sum(vocabulary.share(GIVEN, code) for code in question.given.all_codes)
    family = sum(vocabulary.share(FAMILY, code) for code in question.family.codes)
    return vocabulary.children / YEARS * min(1.0, given) * min(1.0, family)


def second_pass(question: Question, vocabulary: Vocabulary, near: Near) -> list[Step]:
    """Keys of what may have been meant, cheapest first, within the budget of rows."""
    offers = sorted({offer.key: offer for offer in _offers(question, vocabulary, near)}.values())
    asked = set(all_keys(first_pass(question)))
    chosen: dict[str, list[int]] = {}
    budget = float(MOST_ROWS)
    for offer in offers:
        if offer.key in asked:
            continue
        budget -= offer.rows
        if budget < 0:
            break
        chosen.setdefault(offer.words, []).append(offer.key)
    return [Step(words, tuple(found)) for words, found in chosen.items()]


def _offers(question: Question, vocabulary: Vocabulary, near: Near) -> Iterator[Priced]:
    yield from _near_dates(question, vocabulary)
    yield from _near_names(question, vocabulary, near)
    yield from _near_pairs(question, vocabulary, near)
    yield from _near_years(question, vocabulary)


def _near_dates(question: Question, vocabulary: Vocabulary) -> Iterator[Priced]:
    days = dates_one_slip_away(question.digits) if question.has_full_date else ()
    for name in question.names:
        for code in name.codes:
            rows = vocabulary.children / BIRTHDAYS * vocabulary.share_anywhere(code)
            for day in days:
                yield Priced(rows, keys.name_date(code, day), "a name and a date one slip away")


def _near_names(question: Question, vocabulary: Vocabulary, near: Near) -> Iterator[Priced]:
    for name in question.names:
        for code in _codes_near(name, near):
            rows = vocabulary.children / BIRTHDAYS * vocabulary.share_anywhere(code)
            for day in question.dates:
                yield Priced(rows, keys.name_date(code, day), "a name one slip away and the date")


def _near_pairs(question: Question, vocabulary: Vocabulary, near: Near) -> Iterator[Priced]:
    given, family = question.given, question.family
    if not (given and family):
        return
    firsts = {*given.codes, *_codes_near(given, near)}
    seconds = {*family.codes, *_codes_near(family, near)}
    for first in firsts:
        for second in seconds:
            rows = _pair_rows(vocabulary, first, second)
            for year in (*question.years, keys.NO_DATE):
                key = keys.names_year(first, second, year)
                yield Priced(rows, key, "both names, one slip away, and the year")


def _near_years(question: Question, vocabulary: Vocabulary) -> Iterator[Priced]:
    given, family = question.given, question.family
    if not (given and family) or question.born_between:
        return
    small = expected_pairs(question, vocabulary) * YEARS < SMALL_BLOCK
    years = set(question.every_year()) if small else set()
    if question.birth:
        years |= {question.birth.year + slip for slip in (-3, -2, -1, 1, 2, 3)}
    for first in given.codes:
        for second in family.codes:
            rows = _pair_rows(vocabulary, first, second) * NEAR_YEAR
            for year in years:
                yield Priced(rows, keys.names_year(first, second, year), "both names, other years")


def _pair_rows(vocabulary: Vocabulary, first: int, second: int) -> float:
    share = vocabulary.share(GIVEN, first) * vocabulary.share(FAMILY, second)
    return vocabulary.children / YEARS * share


def _codes_near(name: TypedName, near: Near) -> list[int]:
    names = (other for part in name.parts for other in near.get((name.kind, part), ()))
    codes = (code for other in names for code in keys.recorded_codes(other)[:1])
    return [code for code in dict.fromkeys(codes) if code not in name.codes]


def dates_one_slip_away(digits: int) -> tuple[int, ...]:
    """Dates that differ by one digit, two neighbouring digits, or a few days, months or years."""
    text = f"{digits:08d}"
    slips = {_replaced(text, at, digit) for at in range(2, 8) for digit in "0123456789"}
    slips |= {text[:at] + text[at + 1] + text[at] + text[at + 2 :] for at in range(2, 7)}
    slips |= set(_shifted(digits))
    near = (int(slip) for slip in slips)
    return tuple(sorted(slip for slip in near if slip != digits and _as_date(slip)))


def _replaced(text: str, at: int, digit: str) -> str:
    return text[:at] + digit + text[at + 1 :]


def _shifted(digits: int) -> Iterator[str]:
    year, month, day = digits // 10_000, digits // 100 % 100, digits % 100
    start = _as_date(digits)
    if start:
        for days in (-20, -10, -3, -2, -1, 1, 2, 3, 10, 20):
            yield (start + timedelta(days=days)).strftime("%Y%m%d")
    for slip in (-3, -2, -1, 1, 2, 3):
        yield f"{year + slip:04d}{month:02d}{day:02d}"
        if 1 <= month + slip <= 12:
            yield f"{year:04d}{month + slip:02d}{day:02d}"


def _as_date(digits: int) -> date | None:
    try:
        return date(digits // 10_000, digits // 100 % 100, digits % 100)
    except ValueError:
        return None
