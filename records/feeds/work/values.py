"""Checks of the cells of work feeds: text in, text for the database out, or a `BadCell`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from ipaddress import ip_network
from zoneinfo import ZoneInfo

from records.feeds.cells import BadCell

LONDON = ZoneInfo("Europe/London")
_DAYS: dict[str, str] = {}  # the few days that a file repeats


def day(value: str) -> str:
    """A day as YYYY-MM-DD."""
    value = value.strip()
    if value not in _DAYS:
        try:
            checked = date.fromisoformat(value)
        except ValueError:
            raise BadCell("not a date", "Write the day as YYYY-MM-DD.") from None
        if not 1990 <= checked.year <= 2100:
            raise BadCell("not a likely date", "Correct the year.")
        if len(_DAYS) > 50_000:
            _DAYS.clear()
        _DAYS[value] = checked.isoformat()
    return _DAYS[value]


def moment(value: str) -> str:
    """A moment as YYYY-MM-DDTHH:MM, in the time of England unless it says which."""
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        raise BadCell(
            "not a moment", "Write YYYY-MM-DDTHH:MM, with +00:00 or Z for universal time."
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=LONDON)).isoformat()


def one_of(choices: Iterable[str]) -> Callable[[str], str]:
    """A check for a code from a list."""
    known = {choice.upper(): choice for choice in choices}

    def check(value: str) -> str:
        code = known.get(value.strip().upper().replace(" ", "_"))
        if code is None:
            raise BadCell("unknown code", f"Write one of {', '.join(known.values())}.")
        return code

    return check


def yes(value: str) -> str:
    """`yes`, or nothing."""
    if value.strip().lower() in {"yes", "y", "true", "1"}:
        return "t"
    if value.strip().lower() in {"no", "n", "false", "0"}:
        return "f"
    raise BadCell("neither yes nor no", "Write yes, or leave it empty.")


def email(value: str) -> str:
    """A work address, in lower case as accounts keep it."""
    address = value.strip().lower()
    if "@" not in address or len(address) > 254 or any(c.isspace() for c in address):
        raise BadCell("not an e-mail address", "Write the person's work e-mail address.")
    return address


def identifier(value: str) -> str:
    """An organisation's identifier as scheme:value."""
    scheme, colon, code = value.strip().partition(":")
    if not (scheme and colon and code):
        raise BadCell("not an identifier", "Write scheme:value, for example urn:123456.")
    return f"{scheme.strip().lower()}:{code.strip().upper()}"


def network(value: str) -> str:
    """An IPv4 or IPv6 network."""
    try:
        return str(ip_network(value.strip()))
    except ValueError:
        raise BadCell("not a network", "Write the network as 192.0.2.0/24.") from None


def degrees(most: int) -> Callable[[str], str]:
    """A check for a latitude or longitude."""

    def check(value: str) -> str:
        try:
            number = Decimal(value.strip())
        except InvalidOperation:
            raise BadCell("not a number", "Write degrees as 51.50735.") from None
        if not number.is_finite() or abs(number) > most:
            raise BadCell("out of range", f"Write degrees between -{most} and {most}.")
        return str(round(number, 5))

    return check
