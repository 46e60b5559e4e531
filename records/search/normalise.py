"""One spelling for what was typed and what is recorded: letters, postcodes, dates as digits.

Pure functions of text. No phonetics (phonetic.py), no knowledge of nicknames (variants.py).
Source of the folding: Unicode NFKD (UAX 15); the letters it does not split are listed in UNSPLIT.
"""

import re
import unicodedata
from functools import lru_cache

SHORTEST_PART = 3  # "de", "al", "Mc" alone say too little to be looked up by

UNSPLIT = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "SS",
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "TH",
        "ı": "i",  # noqa: RUF001  the dotless i of Turkish is the point
        "ħ": "h",
        "Ħ": "H",
        "ŋ": "ng",
        "Ŋ": "NG",
        "ə": "e",
        "Ə": "E",
        "ɓ": "b",
        "Ɓ": "B",
        "ɗ": "d",
        "Ɗ": "D",
        "ƙ": "k",
        "Ƙ": "K",
    }
)
BREAKS = re.compile(r"[\s\-‐‑‒–—_/.,;:+&]+")  # noqa: RUF001  the dashes people paste
NOT_LETTERS = re.compile(r"[^A-Z]+")
NOT_POSTCODE = re.compile(r"[^A-Z0-9]+")


def fold(text: str) -> str:
    """Upper case without accents; letters of other scripts stay as they are."""
    if text.isascii():
        return text.upper()
    split = unicodedata.normalize("NFKD", text.translate(UNSPLIT))
    return "".join(c for c in split if not unicodedata.combining(c)).upper().translate(UNSPLIT)


@lru_cache(maxsize=1 << 17)
def recorded_name(name: str) -> str:
    """The name as the search row keeps it: words of A-Z joined by hyphens, apostrophes dropped.

    `Ní Bhriain` gives `NI-BHRIAIN`, `O'Brien` gives `OBRIEN`, a name in another script gives "".
    """
    words = (NOT_LETTERS.sub("", word) for word in BREAKS.split(fold(name)))
    return "-".join(word for word in words if word)


def norm(name: str) -> str:
    """The name as one run of letters A-Z, so that O'Brien, OBRIEN and Ó Brien are equal."""
    return recorded_name(name).replace("-", "")


def parts(name: str) -> tuple[str, ...]:
    """The joined name, then each part of at least three letters if there are several parts."""
    words = recorded_name(name).split("-")
    joined = "".join(words)
    if not joined:
        return ()
    if len(words) == 1:
        return (joined,)
    halves = (word for word in words if len(word) >= SHORTEST_PART)
    return tuple(dict.fromkeys((joined, *halves)))


def postcode(text: str) -> str:
    """Upper-case letters and digits of a postcode, without its space; "" if nothing is left."""
    return NOT_POSTCODE.sub("", fold(text))[:8]


def outward(compact: str) -> str:
    """The outward half (district) of a compact postcode; "" when it is too short to have one."""
    return compact[:-3] if len(compact) >= 5 else ""


def is_full_postcode(compact: str) -> bool:
    """Whether a compact postcode has both halves: letters first, digit and two letters last."""
    return 5 <= len(compact) <= 7 and compact[0].isalpha() and compact[-3].isdigit()


def date_digits(year: int, month: int | None, day: int | None) -> int:
    """A date as the number yyyymmdd, taken as typed: 31 February is digits like any other."""
    return year * 10_000 + (month or 0) * 100 + (day or 0)
