"""The sentence a person is shown about their own look: "You can see this because …".

What would tell where a child lives, or goes to, says one fixed sentence while the address is
hidden, whoever reads it.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format

HIDDEN = "You can see this because of a reason that is hidden with this record."
WRONG_RECORD = (
    "You can see this because it stood in the same list as the record you opened straight after."
)
TRAINING = "You can see this because it is a training record."


def own(started_on: date, ended_on: date | None) -> str:
    if ended_on is None:
        return f"You can see this because you work with this child, since {_day(started_on)}."
    return f"You can see this because you worked with this child until {_day(ended_on)}."


def team(name: str, started_on: date, ended_on: date | None) -> str:
    if ended_on is None:
        return (
            f"You can see this because your team, {name}, works with this child, since"
            f" {_day(started_on)}."
        )
    return (
        f"You can see this because your team, {name}, worked with this child until"
        f" {_day(ended_on)}."
    )


def sibling(*, is_own: bool, name: str | None) -> str:
    who = "you work" if is_own else f"your team, {name}, works"
    return f"You can see this because {who} with another child at the same address."


def referral(*, is_near: bool, came_on: date, name: str | None) -> str:
    child = "another child at the same address" if is_near else "this child"
    where = f"your team, {name}," if name else "your organisation"
    return f"You can see this because a referral about {child} reached {where} on {_day(came_on)}."


def place(kind: str, name: str, *, is_hidden: bool) -> str:
    if is_hidden:
        return HIDDEN
    if kind == "school":
        return f"You can see this because this child goes to {name}, where you work."
    return f"You can see this because this child is registered with {name}, where you work."


def mediated(requested_at: datetime) -> str:
    asked = date_format(timezone.localtime(requested_at), "j F Y, H:i")
    return f"You can see this because a colleague asked you to look it up for them: {asked}."


def shield_request(requested_on: date) -> str:
    return (
        "You can see this because your organisation was asked about a shield for this child on"
        f" {_day(requested_on)}."
    )


def house_move(moved_on: date, *, is_hidden: bool) -> str:
    if is_hidden:
        return HIDDEN
    return (
        "You can see this because this child moved into or out of your authority's area on"
        f" {_day(moved_on)}."
    )


def duty(came_on: date | None) -> str:
    if came_on is None:
        return "You can see this because your team keeps the records of this child's authority."
    return (
        "You can see this because you are on duty, and a referral about this child reached your"
        f" authority on {_day(came_on)}."
    )


def _day(day: date) -> str:
    return date_format(day, "j F Y")
