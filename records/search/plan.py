"""Which keys a search looks under, in two passes, and the same in words.

Pure, apart from the frequencies it is given. The first pass asks for what was typed; the second,
run only when the first found nobody convincing, for what may have been meant, cheapest first,
until about 250 rows are to be expected. Never a third.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache, partial
from itertools import chain, product
from typing import NamedTuple

from records.search import keys
from records.search.question import Question, TypedName
from records.search.vocabulary import FAMILY, GIVEN, Vocabulary

MOST_ROWS = 250  # rows the second pass may expect
MOST_PAIR_ROWS = 200  # beside a whole date, names and year wait for the second pass beyond it
MOST_PAIR_KEYS = 300  # beyond it, names that the typed one may stand for are left out
BIRTHDAYS = 6570  # days in 18 years: over how many dates of birth children spread
YEARS = 18
SMALL_BLOCK = 100  # both names in every year may be asked for below this
NEAR_YEAR = 0.3  # a slip of years is rarer than one of names: its keys count as cheaper

FAR_FETCHED = 3.0  # a slip in a name and another year: its keys count as dearer
MOST_KEYS = 400  # of the second pass: each is a look-up even if nobody is under it
FAR_YEARS = 260_000  # 26 years in digits: no child of the index is further from another
MONTH_DAYS = dict(enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1))

Near = dict[tuple[str, str], list[str]]


class Step(NamedTuple):
    """Some keys and what they look for, in words without any typed value."""

    words: str
    keys: Sequence[int]


class Offer(NamedTuple):
    """Keys of the second pass that cost the same: the rows to be expected under each of them."""

    rows: float
    words: str
    worked_out: Callable[[], Iterable[int]]


def first_pass(question: Question, vocabulary: Vocabulary) -> list[Step]:
    """The keys of what was typed; each step survives damage to what it leaves out."""
    steps = [
        Step("a name and the date of birth, day and month also swapped", _name_dates(question)),
        Step("both initials and the date of birth", _initials(question)),
        Step(
            "both names, short forms and spellings, and the year of birth",
            _name_years(question, vocabulary),
        ),
        Step("the postcode", _postcode(question)),
        Step("the family name and the postcode district", _districts(question)),
    ]
    return [step for step in steps if step.keys]


def narrowest(question: Question) -> list[int]:
    """The keys under which the child stands that agrees most: a name with the whole date of birth,
    else the whole postcode. None where neither was typed.
    """
    dated = _name_dates(question) if question.has_full_date else ()
    return list(dated or _postcode(question))


def all_keys(steps: Iterable[Step]) -> list[int]:
    """Every key of the steps once."""
    return list(dict.fromkeys(chain.from_iterable([step.keys for step in steps])))


def _name_dates(question: Question) -> Sequence[int]:
    codes = [code for name in question.names for code in name.all_codes]
    return keys.name_dates(codes, question.dates)


def _initials(question: Question) -> Sequence[int]:
    if not (question.given and question.family):
        return ()
    initials = question.given.joined[0], question.family.joined[0]
    return keys.initials_dates(*initials, question.dates)


def _name_years(question: Question, vocabulary: Vocabulary) -> Sequence[int]:
    given, family = question.given, question.family
    if not (given and family):
        return ()
    years = question.years or (() if question.has_full_postcode else question.every_year())
    years = (*years, keys.NO_DATE)
    few = len(given.all_codes) * len(family.all_codes) * len(years) <= MOST_PAIR_KEYS
    if few and not _too_common(question, vocabulary, given.all_codes, family.all_codes):
        return keys.names_years(given.all_codes, family.all_codes, years)
    if _too_common(question, vocabulary, given.codes, family.codes):
        return ()
    return keys.names_years(given.codes, family.codes, years)


def _too_common(
    question: Question, vocabulary: Vocabulary, firsts: tuple[int, ...], seconds: tuple[int, ...]
) -> bool:
    """Whether so many children of a year have such names that they would crowd out, in one pass,
    the few who share the whole date of birth.
    """
    return question.has_full_date and _a_year(vocabulary, firsts, seconds) > MOST_PAIR_ROWS


def _postcode(question: Question) -> Sequence[int]:
    return (keys.whole_postcode(question.postcode),) if question.has_full_postcode else ()


def _districts(question: Question) -> Sequence[int]:
    if not (question.family and question.district):
        return ()
    return keys.name_districts(question.family.codes, question.district)


def expected_pairs(question: Question, vocabulary: Vocabulary) -> float:
    """Children to be expected under both typed names in one year of birth, in either order.

    The keys do not tell the order, so whoever types the names swapped would be shown as many.
    """
    if not (question.given and question.family):
        return 0.0
    return _a_year(vocabulary, question.given.all_codes, question.family.codes)


def _a_year(vocabulary: Vocabulary, firsts: tuple[int, ...], seconds: tuple[int, ...]) -> float:
    straight = _share(vocabulary, GIVEN, firsts) * _share(vocabulary, FAMILY, seconds)
    swapped = _share(vocabulary, FAMILY, firsts) * _share(vocabulary, GIVEN, seconds)
    return vocabulary.children / YEARS * min(1.0, straight + swapped)


def _share(vocabulary: Vocabulary, kind: str, codes: tuple[int, ...]) -> float:
    return min(1.0, sum(vocabulary.share(kind, code) for code in codes))


def second_pass(question: Question, vocabulary: Vocabulary, near: Near) -> list[Step]:
    """Keys of what may have been meant, cheapest first, within the budget of rows."""
    asked = set(all_keys(first_pass(question, vocabulary)))
    chosen: dict[str, list[int]] = {}
    budget, places = float(MOST_ROWS), MOST_KEYS
    for offer in sorted(_offers(question, vocabulary, near), key=_rows):
        if offer.rows > budget or not places:
            break
        fresh = [key for key in offer.worked_out() if key not in asked]
        fresh = fresh[: min(places, int(budget // (offer.rows or 1.0)))]
        asked.update(fresh)
        budget, places = budget - offer.rows * len(fresh), places - len(fresh)
        chosen.setdefault(offer.words, []).extend(fresh)
    return [Step(words, found) for words, found in chosen.items() if found]


def _rows(offer: Offer) -> float:
    return offer.rows


def _offers(question: Question, vocabulary: Vocabulary, near: Near) -> Iterator[Offer]:
    yield from _near_dates(question, vocabulary)
    yield from _near_names(question, vocabulary, near)
    if question.given and question.family:
        yield from _put_off(question, question.given, question.family, vocabulary)
        yield from _near_pairs(question, question.given, question.family, vocabulary, near)
        if not question.born_between:
            yield from _near_years(question, question.given, question.family, vocabulary)


def _put_off(
    question: Question, given: TypedName, family: TypedName, vocabulary: Vocabulary
) -> Iterator[Offer]:
    """What the first pass left out because too many children have such names."""
    firsts, seconds = given.all_codes, family.all_codes
    if _too_common(question, vocabulary, firsts, seconds):
        for first, second in product(firsts, seconds):
            rows = _pair_rows(vocabulary, first, second)
            in_year = partial(
                keys.names_years, (first,), (second,), (*question.years, keys.NO_DATE)
            )
            yield Offer(rows, "both names and the year", in_year)


def _near_dates(question: Question, vocabulary: Vocabulary) -> Iterator[Offer]:
    days = dates_one_slip_away(question.digits) if question.has_full_date else ()
    codes = {code for name in question.names for code in name.codes} if days else set()
    for code in sorted(codes):
        rows = vocabulary.children / BIRTHDAYS * vocabulary.share_anywhere(code)
        yield Offer(
            rows, "a name and a date one slip away", partial(keys.name_dates, (code,), days)
        )


def _near_names(question: Question, vocabulary: Vocabulary, near: Near) -> Iterator[Offer]:
    for name in question.names if question.dates else ():
        for code in _codes_near(name, near):
            rows = vocabulary.children / BIRTHDAYS * vocabulary.share_anywhere(code)
            dated = partial(keys.name_dates, (code,), question.dates)
            yield Offer(rows, "a name one slip away and the date", dated)


def _near_pairs(
    question: Question, given: TypedName, family: TypedName, vocabulary: Vocabulary, near: Near
) -> Iterator[Offer]:
    years = (*question.years, keys.NO_DATE)
    others = () if question.born_between else set(question.every_year()) - set(years)
    firsts, seconds = _codes_near(given, near), _codes_near(family, near)
    for first, second in chain(
        product(firsts, family.codes), product(given.codes, seconds), product(firsts, seconds)
    ):
        rows = _pair_rows(vocabulary, first, second)
        in_years = partial(keys.names_years, (first,), (second,), years)
        yield Offer(rows, "both names, one slip away, and the year", in_years)
        if first in given.codes or second in family.codes:
            in_years = partial(keys.names_years, (first,), (second,), tuple(others))
            yield Offer(rows * FAR_FETCHED, "both names, one slip away, other years", in_years)


def _near_years(
    question: Question, given: TypedName, family: TypedName, vocabulary: Vocabulary
) -> Iterator[Offer]:
    small = expected_pairs(question, vocabulary) * YEARS < SMALL_BLOCK
    years = question.every_year() if small else ()
    if question.birth and not small:
        years = tuple(question.birth.year + slip for slip in (-1, 1, -2, 2, -3, 3))
    # Beside a whole postcode the first pass asked for no year: not for short forms either.
    dated = bool(question.years)
    firsts = given.codes if dated else given.all_codes
    seconds = family.codes if dated else family.all_codes
    for first, second in product(firsts, seconds):
        rows = _pair_rows(vocabulary, first, second) * NEAR_YEAR
        in_years = partial(keys.names_years, (first,), (second,), years)
        yield Offer(rows, "both names, other years", in_years)


def _pair_rows(vocabulary: Vocabulary, first: int, second: int) -> float:
    share = vocabulary.share(GIVEN, first) * vocabulary.share(FAMILY, second)
    return vocabulary.children / YEARS * share


def _codes_near(name: TypedName, near: Near) -> list[int]:
    names = (other for part in name.parts for other in near.get((name.kind, part), ()))
    codes = (code for other in names for code in keys.recorded_codes(other)[:1])
    return [code for code in dict.fromkeys(codes) if code not in name.codes]


@lru_cache(maxsize=1 << 13)
def dates_one_slip_away(digits: int) -> tuple[int, ...]:
    """Dates that differ by one digit, two neighbouring digits, or a few days, months or years."""
    slips = set(_shifted(digits))
    for place in (1, 10, 100, 1_000, 10_000, 100_000):
        rest = digits - digits // place % 10 * place
        slips.update(rest + digit * place for digit in range(10))
        left, right = digits // (place * 10) % 10, digits // place % 10
        slips.add(digits - (left - right) * place * 9)
    slips.discard(digits)
    return tuple(sorted(s for s in slips if abs(s - digits) < FAR_YEARS and _can_be(s)))


def _shifted(digits: int) -> Iterator[int]:
    year, month, day = digits // 10_000, digits // 100 % 100, digits % 100
    if _can_be(digits):
        start = date(year, month, min(day, 28)) + timedelta(days=max(0, day - 28))
        for days in (-20, -10, -3, -2, -1, 1, 2, 3, 10, 20):
            near = start + timedelta(days=days)
            yield near.year * 10_000 + near.month * 100 + near.day
    for slip in (-3, -2, -1, 1, 2, 3):
        yield digits + slip * 10_000
        yield digits + slip * 100


def _can_be(digits: int) -> bool:
    """Whether a month has such a day in some year: good enough for a key."""
    return 1 <= digits % 100 <= MONTH_DAYS.get(digits // 100 % 100, 0)
