"""Does somebody look at a child of their own home, their former one, a colleague's, their postcode?

Homes of staff are known as keyed hashes alone, made in the personnel system; the child's is hashed
at the moment of the look with the key of the viewer's employer, compared, and kept nowhere. The
keys stand outside the database (docs/runbooks/rotate-keys.md), the algorithm in
docs/how-to/import-staff.md, with samples to test an export against.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from accounts.acting import Acting
from accounts.models import Organisation, StaffHousehold
from accounts.models.users import AccountStatus

_NOT_CODE = re.compile(r"[^A-Z0-9]+")
_NUMBER = re.compile(r"[0-9]+[A-Z]?\b")
_NOT_LETTERS = re.compile(r"[^A-Z]+")


@dataclass(frozen=True, slots=True)
class Home:
    """An address as it is written on a record. Never stored from here, never logged."""

    line_1: str = ""
    line_2: str = ""
    postcode: str = ""
    uprn: str = ""


@dataclass(frozen=True, slots=True)
class ViewerFacts:
    """What the viewer's own household says about a look: former surnames, and which facts hold.

    `facts` is empty when the viewer's employer has no key, so that nothing can be compared.
    """

    former_surnames: tuple[str, ...]
    facts: dict[str, bool]


NOTHING_KNOWN = ViewerFacts((), {})


def viewer_facts(homes: Callable[[], Iterable[Home]], *, by: Acting) -> ViewerFacts:
    """Compares the homes of the children shown with the viewer's and their colleagues'; one
    statement, of the caller's transaction. `homes` is asked only when the employer has a key.

    The answer belongs into the event alone: it tells where a child lives, so no page shows it, and
    it is computed for withheld addresses too.
    """
    if by.user is None:
        return NOTHING_KNOWN
    keys = keys_of(by.user.employer)
    shown = list(homes()) if keys else []
    here = [home_hash for home in shown for key in keys for home_hash in home_hashes(home, key)]
    near = {postcode_hash(home.postcode, key) for home in shown for key in keys if home.postcode}
    own, colleagues = _rows(by, here)
    facts = _facts(own, colleagues, set(here), near) if keys else {}
    return ViewerFacts(tuple(own.former_surnames) if own else (), facts)


def _rows(by: Acting, here: list[str]) -> tuple[StaffHousehold | None, list[StaffHousehold]]:
    """The viewer's row, and those of colleagues who live where one of the children does."""
    assert by.user is not None  # noqa: S101  for the type checker: the caller asked
    wanted = Q(user=by.user.pk)
    if here:
        wanted |= Q(employer=by.user.employer_id, homes__overlap=here) & ~Q(
            user__status=AccountStatus.CLOSED
        )
    rows = list(StaffHousehold.objects.filter(wanted))
    own = next((row for row in rows if row.user_id == by.user.pk), None)
    return own, [row for row in rows if row.user_id != by.user.pk]


def _facts(
    own: StaffHousehold | None,
    colleagues: list[StaffHousehold],
    here: set[str],
    near: set[str],
) -> dict[str, bool]:
    return {
        "same_household": own is not None and not here.isdisjoint(own.homes),
        "former_household": own is not None and not here.isdisjoint(own.former_homes),
        "colleague_household": bool(colleagues),
        "same_postcode": own is not None and not near.isdisjoint(own.postcodes),
    }


def home_hashes(home: Home, key: bytes) -> list[str]:
    """The hashes an address is known by: by its UPRN, by postcode and house; those it allows."""
    postcode, house = _code(home.postcode), house_of(home)
    made = [_keyed(key, "uprn", home.uprn.lstrip("0"))] if home.uprn else []
    if postcode and house:
        made.append(_keyed(key, "home", f"{postcode} {house}"))
    return made


def postcode_hash(postcode: str, key: bytes) -> str:
    """The hash of a postcode alone."""
    return _keyed(key, "postcode", _code(postcode))


def house_of(home: Home) -> str:
    """All numbers of the first two lines, in order of size; without any, the letters of the first
    line. `Flat 3, 12A Mill Lane` gives `3 12A`, `Rose Cottage` gives `ROSECOTTAGE`.
    """
    lines = _plain(f"{home.line_1} {home.line_2}")
    numbers = set(_NUMBER.findall(lines))
    if numbers:
        return " ".join(sorted(numbers, key=lambda number: (len(number), number)))
    return _NOT_LETTERS.sub("", _plain(home.line_1))


def normalised_surname(name: str) -> str:
    """Letters A-Z in upper case, parts joined by hyphens: `Ní Bhriain` gives `NI-BHRIAIN`."""
    words = (_NOT_LETTERS.sub("", word) for word in re.split(r"[\s\-]+", _plain(name)))
    return "-".join(word for word in words if word)


def keys_of(employer: Organisation) -> list[bytes]:
    """The keys of an employer, newest first; none when it sends no hashes.

    In a demonstration without keys of its own, one is derived, so that there is something to see.
    """
    given = settings.HOUSEHOLD_KEYS.get(str(employer.key), "")
    keys = [key.encode() for key in given.split() if key]
    if keys or not settings.DEMO:
        return keys
    words = f"household key of {employer.key}".encode()
    return [hmac.digest(settings.SECRET_KEY.encode(), words, hashlib.sha256)]


def _keyed(key: bytes, kind: str, value: str) -> str:
    return hmac.new(key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def _code(text: str) -> str:
    return _NOT_CODE.sub("", _plain(text))


def _plain(text: str) -> str:
    """Upper case without accents."""
    split = unicodedata.normalize("NFKD", text)
    return "".join(c for c in split if not unicodedata.combining(c)).upper()
