"""Judges looks: what explains each by now, and what else has to be asked of those left over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from accounts.models import User
from audit.detection.far import FarPlaces
from audit.detection.looks import Searched, Seen
from audit.detection.reading import Around
from records.explanations import SLIP, Explained, Look, explain, outside_teams_and_shifts
from records.search import surname_share

SITTING = timedelta(hours=1)  # how far before a look its search is looked for


def judge(
    looks: Sequence[Seen], *, near: Around, now: datetime, far: FarPlaces, bases: dict[int, int]
) -> list[Seen]:
    """The looks with what explains each by now. Of what is left it is asked whether the right
    record was opened soon after (`X9`); `near` is what the same people did around them.
    """
    judged = explained(looks, now=now)
    left = [each for each in judged if each.level == 0]
    slips = _slips(left, near, now)
    judged = [
        replace(each, level=2, code=slips[each.event_id]) if each.event_id in slips else each
        for each in judged
    ]
    return _with_what_rules_ask(judged, far, bases)


def explained(looks: Sequence[Seen], *, now: datetime) -> list[Seen]:
    """With the strongest reason that is recorded by now: late recorded ones count as well."""
    found = explain([_as_look(each, now) for each in looks])
    return [_told(look, each) for look, each in zip(looks, found, strict=True)]


def _told(look: Seen, found: Explained) -> Seen:
    strongest = max(found.explanations, key=lambda each: each.level, default=None)
    code = strongest.code.value if strongest else ""
    return replace(look, level=found.level, code=code)


def _as_look(look: Seen, now: datetime, listing: Listing | None = None) -> Look:
    return Look(
        person=look.person,
        child=look.child,
        moment=look.at,
        judged_at=max(now, look.at),
        on_behalf_of=look.on_behalf_of,
        session=listing.key if listing else None,
        hits=listing.hits if listing else None,
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of results that a look came from: a search, or one that was narrowed down."""

    key: str
    hits: int


def _slips(left: Sequence[Seen], near: Around, now: datetime) -> dict[int, str]:
    """By event: the code of a wrong record that was opened first. The right one comes from the same
    list, or from one narrowed down: who searches for somebody else has not mistaken a record.
    """
    asked: dict[int, Look] = {}
    for each in left:
        searches = near.searches.get(each.person, ())
        listing = listing_of(each, searches)
        if listing is None or listing.hits < 2:  # nobody to mistake
            continue
        after = [
            (other, found)
            for other in near.looks.get(each.person, ())
            if other.session == each.session
            and other.child != each.child
            and each.at < other.at <= each.at + SLIP
            and (found := listing_of(other, searches)) is not None
            and found.key == listing.key
        ]
        if after:
            asked[each.event_id] = _as_look(each, now, listing)
            for other, found in after:
                asked.setdefault(other.event_id, _as_look(other, now, found))
    told = zip(asked, explain(list(asked.values())), strict=True)
    mine = {each.event_id for each in left}
    return {
        event: each.explanations[0].code.value
        for event, each in told
        if event in mine and each.explanations
    }


def listing_of(look: Seen, searches: Iterable[Searched]) -> Listing | None:
    """The list before a look in its session; None where there was no search within the hour.

    A search that shares a box with the one before it goes on with the same list.
    """
    first: Searched | None = None
    last: Searched | None = None
    for each in searches:
        if each.session != look.session or not look.at - SITTING <= each.at <= look.at:
            continue
        if last is None or not last.said & each.said:
            first = each
        last = each
    if first is None or last is None or look.session is None:
        return None
    return Listing(f"{look.session.hex()}/{first.event_id}", last.hits)


def _with_what_rules_ask(
    looks: Sequence[Seen], far: FarPlaces, bases: dict[int, int]
) -> list[Seen]:
    """Of looks that nothing explains: whether on shift, whether a left team links them, whether far
    away, and how common the user's name is.
    """
    left = [each for each in looks if each.level == 0]
    if not left:
        return list(looks)
    facts = outside_teams_and_shifts(
        [(each.event_id, each.person, each.child, each.at) for each in left]
    )
    shares = _surname_shares(each.person for each in left if each.says("same_surname"))
    return [
        replace(
            each,
            on_shift=each.event_id in facts.on_shift,
            left_team=each.event_id in facts.left_team,
            is_far=far.is_far(bases.get(each.event_id, 0), each.authority),
            surname_share=shares.get(each.person) if each.says("same_surname") else None,
        )
        if each.level == 0
        else each
        for each in looks
    ]


def _surname_shares(ids: Iterable[int]) -> dict[int, float]:
    names = User.objects.filter(pk__in=set(ids)).values_list("pk", "family_name")
    return {pk: surname_share(name) for pk, name in names}
