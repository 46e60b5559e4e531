"""How a search was asked, told without its terms: keyed hashes, an order, and a mere test.

For the facts of events alone. Pure functions of what was typed and of this installation's key.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from django.conf import settings

from records.search.normalise import NOT_POSTCODE, fold, norm
from records.search.terms import SearchTerms, TypedDate

HASH_LENGTH = 16  # bytes; written as twice as many hexadecimal digits

_WORD = re.compile(r"[^\W\d_]+")
# A reference of these alone is a test; with any other word ("hearing test", "Demo Street") it is a
# reason, good or bad.
_TEST = re.compile(r"TEST|TESTS|TESTER|TESTING|ASDF[A-Z]*|QWERTY?|DEMO|DUMMY|XXX+|BLAH")
_FILLER = re.compile(
    r"AN?|AND|CASE|FOR|I|IS|IT|JUST|LOGIN|ME|MY|NEW|NO|ONLY|O[FN]|OUT|REF(ERENCE)?"
    r"|SEARCH(ING)?|SYSTEM|THE|THIS|TO|TRYING"
)
_HOW_IT_WORKS = re.compile(r"\b(HOW (THIS|IT|THE SYSTEM) WORKS|TRY(ING)? (IT|THIS) OUT)\b")


def hashed_criteria(terms: SearchTerms) -> dict[str, str]:
    """A keyed hash for each box that was filled: equal for spellings that are searched alike, so
    that searches can be counted and compared by somebody who does not know what was typed.
    """
    return {box: _keyed(box, value) for box, value in _said(terms).items()}


def follows(terms: SearchTerms, before: SearchTerms | None) -> bool:
    """Whether somebody goes through a list: the same boxes as in the search before it, and what
    they say comes after it, in alphabetical order or by day. By chance that is so half the time.
    """
    if before is None or terms.fields_used() != before.fields_used():
        return False
    return _place(terms) > _place(before)


def is_test(reference: str) -> bool:
    """Whether a case reference says that this is a test, and nothing else."""
    text = fold(reference)
    if _HOW_IT_WORKS.search(text):
        return True
    said = [word for word in _WORD.findall(text) if not _FILLER.fullmatch(word)]
    return bool(said) and all(_TEST.fullmatch(word) for word in said)


def _said(terms: SearchTerms) -> dict[str, str]:
    return {box: _normalised(box, getattr(terms, box)) for box in terms.fields_used()}


def _normalised(box: str, value: object) -> str:
    if isinstance(value, TypedDate):
        return f"{value.year:04}-{value.month or 0:02}-{value.day or 0:02}"
    if box in ("family_name", "given_name"):
        return norm(str(value)) or fold(str(value))
    return NOT_POSTCODE.sub("", fold(str(value)))


def _place(terms: SearchTerms) -> tuple[str, ...]:
    """Where a search stands in a list: by family name first, then the other boxes."""
    said = _said(terms)
    boxes = sorted(said, key=lambda box: (box != "family_name", box))
    return tuple(said[box] for box in boxes)


def _keyed(box: str, value: str) -> str:
    words = f"search criterion {box}: {value}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), words, hashlib.sha256)[:HASH_LENGTH].hex()
