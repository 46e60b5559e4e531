"""The typed terms made ready for looking up and comparing: normalised names, dates, places.

Pure. What may be asked is refuse.py's, which keys plan.py's, what a match is worth score.py's.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from records.search import normalise
from records.search.keys import typed_codes
from records.search.phonetic import double_metaphone
from records.search.terms import SearchTerms, TypedDate
from records.search.variants import Kind, nicknames_of, spellings_of
from records.search.vocabulary import FAMILY, GIVEN

OLDEST = 26  # years back a child of the index can be born
SHORTEST_NAME = 2
SHORTEST_SOUND = 2  # symbols of a code that may be the beginning of another


@dataclass(frozen=True)
class TypedName:
    """One typed name: its letters, its parts, how it sounds, and what it may stand for."""

    kind: str
    joined: str
    parts: tuple[str, ...]
    sounds: frozenset[str]
    beginnings: frozenset[str]
    codes: tuple[int, ...]
    nicknames: frozenset[str]
    spellings: frozenset[str]
    related_codes: tuple[int, ...]

    @classmethod
    def of(cls, kind: str, text: str) -> "TypedName | None":
        """The name as typed; None when fewer than two letters are left of it."""
        joined = normalise.norm(text)
        if len(joined) < SHORTEST_NAME:
            return None
        parts = normalise.parts(text)
        long_kind: Kind = "given" if kind == GIVEN else "family"
        spellings = frozenset().union(*(spellings_of(part, long_kind) for part in parts))
        nicknames: frozenset[str] = frozenset()
        if kind == GIVEN:
            nicknames = frozenset().union(*(nicknames_of(part) for part in parts)) - spellings
        sounds = {code for part in parts for code in double_metaphone(part) if code}
        codes = typed_codes(text)
        related = {c for n in sorted(nicknames | spellings) for c in typed_codes(n)[:1]}
        return cls(
            kind=kind,
            joined=joined,
            parts=parts,
            sounds=frozenset(sounds),
            beginnings=frozenset(s[:n] for s in sounds for n in range(SHORTEST_SOUND, len(s) + 1)),
            codes=codes,
            nicknames=nicknames,
            spellings=spellings,
            related_codes=tuple(sorted(related - set(codes))),
        )

    @cached_property
    def initials(self) -> frozenset[str]:
        """The first letter of each part."""
        return frozenset(part[0] for part in self.parts)

    @cached_property
    def all_codes(self) -> tuple[int, ...]:
        """Codes of the name itself, then of names it may stand for."""
        return self.codes + self.related_codes


# Names repeat from search to search, given names above all.
_typed_name = lru_cache(maxsize=1 << 12)(TypedName.of)


@dataclass(frozen=True)
class Question:
    """Everything the engine knows about one search."""

    given: TypedName | None
    family: TypedName | None
    birth: TypedDate | None
    born_between: tuple[int, int] | None
    years: tuple[int, ...]
    sex: str
    postcode: str
    today: date

    @classmethod
    def of(cls, terms: SearchTerms, today: date) -> "Question":
        """Normalise the typed terms; ages are reckoned at today's date."""
        compact = normalise.postcode(terms.postcode)
        between = None if terms.date_of_birth else _born_between(terms, today)
        sex = terms.sex[:1].upper()
        return cls(
            given=_typed_name(GIVEN, terms.given_name),
            family=_typed_name(FAMILY, terms.family_name),
            birth=terms.date_of_birth,
            born_between=between,
            years=_years(terms.date_of_birth, between),
            sex=sex if sex in ("F", "M") else "",
            postcode=compact,
            today=today,
        )

    @cached_property
    def names(self) -> tuple[TypedName, ...]:
        """The names that were typed."""
        return tuple(name for name in (self.given, self.family) if name)

    @cached_property
    def digits(self) -> int:
        """The typed date of birth as yyyymmdd, zeroes for what was not typed."""
        birth = self.birth
        return normalise.date_digits(birth.year, birth.month, birth.day) if birth else 0

    @cached_property
    def dates(self) -> tuple[int, ...]:
        """The full date of birth as typed, then with day and month swapped if they can be."""
        birth = self.birth
        if birth is None or birth.month is None or birth.day is None:
            return ()
        swapped = normalise.date_digits(birth.year, birth.day, birth.month)
        possible = birth.day <= 12 and birth.day != birth.month
        return (self.digits, swapped) if possible else (self.digits,)

    @property
    def has_full_date(self) -> bool:
        """Whether a whole date of birth was typed."""
        return bool(self.dates)

    @property
    def has_full_postcode(self) -> bool:
        """Whether both halves of a postcode were typed."""
        return normalise.is_full_postcode(self.postcode)

    @property
    def district(self) -> str:
        """The district (outward half) of the postcode; all of it if no more was typed."""
        if self.has_full_postcode:
            return normalise.outward(self.postcode)
        return self.postcode[:4]

    def every_year(self) -> tuple[int, ...]:
        """All years of birth a child in the index can have."""
        return tuple(range(self.today.year - OLDEST, self.today.year + 1))


def _born_between(terms: SearchTerms, today: date) -> tuple[int, int] | None:
    """First and last date of birth, as digits, of a child of the typed ages today."""
    if terms.age_from is None and terms.age_to is None:
        return None
    youngest = terms.age_from if terms.age_from is not None else 0
    oldest = terms.age_to if terms.age_to is not None else OLDEST
    youngest, oldest = sorted((max(0, youngest), min(OLDEST, max(0, oldest))))
    now = normalise.date_digits(today.year, today.month, today.day)
    return now - (oldest + 1) * 10_000 + 1, now - youngest * 10_000


def _years(birth: TypedDate | None, between: tuple[int, int] | None) -> tuple[int, ...]:
    if birth:
        return (birth.year,)
    if between:
        return tuple(range(between[0] // 10_000, between[1] // 10_000 + 1))
    return ()
