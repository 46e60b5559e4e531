"""Blocking keys: 64-bit numbers under which a child can be looked up, and the packed document.

Pure arithmetic over one child; the tables are index.py's, the choice of keys for a query plan.py's.
Each key leaves one detail out, so that damage to that detail does not hide the child. There is no
key of a surname or a street alone: a list by surname cannot be asked of this index.

Sources: Zobrist hashing (A. Zobrist, 1970): a key is the XOR of one random-looking number for each
ingredient, so the numbers of names and dates are computed once and kept; the numbers come from the
finaliser of SplitMix64 (Steele, Lea and Flood, 2014). A collision costs one wasted comparison.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from records.search.normalise import outward, parts, postcode, recorded_name
from records.search.phonetic import double_metaphone

MASK = (1 << 64) - 1
NO_DATE = 0

Attribute = Literal["name", "former names", "date of birth", "sex", "address"]


class IndexedName(NamedTuple):
    """One recorded name. `use` is "current", "former", "alias" or "preferred"."""

    given: str
    family: str
    use: str = "current"
    other: str = ""


class IndexedChild(NamedTuple):
    """What may be found of a child, current values first. What is shielded is not in here.

    `births` are numbers yyyymmdd (yyyy0000 when only the year is known).
    """

    names: tuple[IndexedName, ...]
    births: tuple[int, ...] = ()
    sex: str = "N"
    postcodes: tuple[str, ...] = ()

    def without(self, withheld: Collection[Attribute]) -> "IndexedChild":
        """The child as it may be found when some attributes are withheld.

        All values of an attribute go together, earlier ones too: what is left over would tell the
        rest. "former names" are all names but the current one.
        """
        names = self.names
        if "former names" in withheld:
            names = tuple(name for name in names if name.use == "current")
        return IndexedChild(
            names=() if "name" in withheld else names,
            births=() if "date of birth" in withheld else self.births,
            sex="N" if "sex" in withheld else self.sex,
            postcodes=() if "address" in withheld else self.postcodes,
        )


def mix64(value: int) -> int:
    """SplitMix64's finaliser, as a signed 64-bit number."""
    z = (value + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    z ^= z >> 31
    return z - (1 << 64) if z >> 63 else z


def _salted(family: int, value: int) -> int:
    """The number of one ingredient; a family keeps a year from being taken for a code."""
    return mix64(family << 56 | value)


NAME_DATE, INITIALS_DATE, NAMES_YEAR, POSTCODE, NAME_DISTRICT = (_salted(n, 0) for n in range(1, 6))


@lru_cache(maxsize=1 << 17)
def of_code(code: str) -> int:
    """The number of a phonetic code."""
    return _salted(6, int(code, 36))


@lru_cache(maxsize=1 << 15)
def of_date(digits: int) -> int:
    """The number of a date yyyymmdd."""
    return _salted(7, digits)


@lru_cache(maxsize=1 << 10)
def of_year(year: int) -> int:
    """The number of a year of birth; year 0 stands for an unknown one."""
    return _salted(8, year)


@lru_cache(maxsize=1 << 16)
def of_place(compact: str) -> int:
    """The number of a postcode or of its outward half."""
    return _salted(9, int(compact, 36) & 0xFFFFFFFFFFFF)


@lru_cache(maxsize=1 << 10)
def _of_initials(pair: str) -> int:
    return _salted(10, int(pair, 36))


@lru_cache(maxsize=1 << 18)
def recorded_codes(name: str) -> tuple[int, ...]:
    """Numbers of the primary code of a recorded name and of each of its parts."""
    codes = (double_metaphone(part)[0] for part in parts(name))
    return tuple(dict.fromkeys(of_code(code) for code in codes if code))


@lru_cache(maxsize=1 << 18)
def typed_codes(name: str) -> tuple[int, ...]:
    """Numbers of both codes of a typed name and of each of its parts."""
    codes = (code for part in parts(name) for code in double_metaphone(part))
    return tuple(dict.fromkeys(of_code(code) for code in codes if code))


def name_dates(codes: Iterable[int], dates: Iterable[int]) -> list[int]:
    """One name and the date of birth: the other name may be anything, and in either place."""
    numbers = [NAME_DATE ^ of_date(date) for date in dates]
    return [code ^ number for code in codes for number in numbers]


def initials_dates(first: str, second: str, dates: Iterable[int]) -> list[int]:
    """Both initials in either order and the date of birth: both names may be misspelt."""
    pair = _of_initials(first + second if first <= second else second + first)
    return [INITIALS_DATE ^ pair ^ of_date(date) for date in dates]


def names_years(firsts: Iterable[int], seconds: Sequence[int], years: Iterable[int]) -> list[int]:
    """Both names in either order and the year: day and month may be wrong, or an age is known."""
    numbers = [NAMES_YEAR ^ of_year(year) for year in years]
    pairs = [f ^ s if f != s else f for f in firsts for s in seconds]
    return [pair ^ number for pair in pairs for number in numbers]


def whole_postcode(compact: str) -> int:
    """A full postcode: names and date may all be damaged."""
    return POSTCODE ^ of_place(compact)


def name_districts(codes: Iterable[int], district: str) -> list[int]:
    """Family name and postcode district: no date of birth, a wrong or half-known postcode."""
    number = NAME_DISTRICT ^ of_place(district)
    return [code ^ number for code in codes]


def search_row(child: IndexedChild) -> tuple[list[int], str]:
    """The sorted distinct keys and the document of one child; the same child, the same row."""
    places = tuple(dict.fromkeys(filter(None, map(postcode, child.postcodes))))
    pairs = [(recorded_name(name.given), recorded_name(name.family)) for name in child.names]
    keys: set[int] = set()
    for given, family in pairs:
        _add_name_keys(keys, given, family, child.births)
        _add_district_keys(keys, family, places)
    keys.update(map(whole_postcode, places))
    return sorted(keys), _document(child, pairs, places)


def _add_name_keys(keys: set[int], given: str, family: str, births: tuple[int, ...]) -> None:
    given_codes, family_codes = recorded_codes(given), recorded_codes(family)
    dates = [date for date in births if date % 100]
    keys.update(name_dates((*given_codes, *family_codes), dates))
    if given and family:
        keys.update(initials_dates(given[0], family[0], dates))
    years = {date // 10_000 for date in births} or {NO_DATE}
    keys.update(names_years(given_codes, family_codes, years))


def _add_district_keys(keys: set[int], family: str, places: tuple[str, ...]) -> None:
    for district in {outward(place) for place in places} - {""}:
        keys.update(name_districts(recorded_codes(family), district))


def _document(child: IndexedChild, pairs: list[tuple[str, str]], places: tuple[str, ...]) -> str:
    """`GIVEN|FAMILY;GIVEN|FAMILY|use|OTHER/yyyymmdd;…/sex/PC;PC`, current values first."""
    packed = (_packed_name(*pair, name) for pair, name in zip(pairs, child.names, strict=True))
    names = ";".join(packed) or "|"
    births = ";".join(map(str, child.births))
    return f"{names}/{births}/{child.sex[:1]}/{';'.join(places)}"


def _packed_name(given: str, family: str, name: IndexedName) -> str:
    use = "" if name.use == "current" else name.use[:1]
    packed = f"{given}|{family}|{use}|{recorded_name(name.other)}"
    return packed.rstrip("|") if family else f"{given}|"
