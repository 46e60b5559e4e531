"""How a shielded child could still be found: each path as an ordinary user would walk it, and its
remedy.

By visible attributes and by the child's own homes, former ones too. What is found is for those who
decide about the shield; nobody else learns that there is anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from accounts.acting import Acting
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.models import Address, AddressKind, Carer, ChildName, ChildRecord, NameUse, Shield
from records.search import SearchTerms, TypedDate, children_at, search
from records.search.normalise import norm, postcode

HOUSEHOLD = "Lives, or lived, in one of this child's homes, and is not shielded."
TWIN = "Looks like the same child recorded twice, and is not shielded."
CARER = "Has the same parent or carer with the same telephone number, and is not shielded."


@dataclass(frozen=True, slots=True)
class Leak:
    """One other record that leads to the child; `words` say why."""

    child_id: int
    child_key: UUID
    words: str


def leaks_of(child: ChildRecord) -> list[Leak]:
    """Every unshielded record that leads to this child, each once, with the first reason found."""
    found: dict[int, str] = {}
    for ids, words in (
        (_twins(child), TWIN),
        (_household(child), HOUSEHOLD),
        (_carers(child), CARER),
    ):
        for other in ids:
            found.setdefault(other, words)
    found.pop(child.pk, None)
    shielded = Shield.objects.live().filter(child__in=found).values("child")
    others = ChildRecord.objects.filter(pk__in=found).exclude(pk__in=shielded).order_by("pk")
    return [Leak(other.pk, other.key, found[other.pk]) for other in others]


def check_for_leaks(shield: Shield, by: Acting) -> list[Leak]:
    """`leaks_of` the shielded child, counted on the shield and recorded as one event."""
    with transaction.atomic():
        leaks = leaks_of(shield.child)
        Shield.objects.filter(pk=shield.pk).update(leaks=len(leaks))
        append(
            EventType.SHIELD_LEAK_CHECKED,
            actor=by.actor,
            target_type="child_record",
            target_id=shield.child_id,
            detail={"shield_id": shield.pk, "count": len(leaks)},
            result_ids=[leak.child_id for leak in leaks],
        )
    return leaks


def check_every_shield(by: Acting) -> int:
    """The nightly check; how many shields have a path left."""
    shields = Shield.objects.live().select_related("child").order_by("pk")
    return sum(bool(check_for_leaks(shield, by)) for shield in shields.iterator(chunk_size=500))


def _twins(child: ChildRecord) -> Iterator[int]:
    """Strong matches of the child's own name and date of birth: the matching of every search."""
    name = child.names.filter(use=NameUse.CURRENT).first()
    birth = child.birth_dates.filter(is_current=True).first()
    if name is None or birth is None:
        return
    born = birth.born_on
    typed = (
        TypedDate(born.year, born.month, born.day)
        if born
        else TypedDate(birth.born_year, None, None)
    )
    for hit in search(SearchTerms(name.given_name, name.family_name, typed)).hits:
        if hit.strong:
            yield hit.child_id


def _household(child: ChildRecord) -> Iterator[int]:
    """Children with an address of this child's, now or before: same first line and postcode."""
    homes = child.addresses.filter(kind=AddressKind.ADDRESS).exclude(postcode="")
    own = {_written(home) for home in homes}
    for code in {home.postcode for home in homes}:
        neighbours = [hit.child_id for hit in children_at(code)]
        for address in Address.objects.filter(child__in=neighbours, kind=AddressKind.ADDRESS):
            if _written(address) in own:
                yield address.child_id


def _written(home: Address) -> tuple[str, str]:
    """An address however it is spaced, cased and split into lines."""
    lines = "".join(c for c in (home.line_1 + home.line_2).casefold() if c.isalnum())
    return lines, postcode(home.postcode)


def _carers(child: ChildRecord) -> Iterator[int]:
    """Brothers and sisters elsewhere: the same carer under the same number."""
    carers = {
        (norm(c.name), c.phone) for c in child.carers.filter(ended_on__isnull=True) if c.phone
    }
    phones = {phone for _, phone in carers}
    for other in Carer.objects.filter(phone__in=phones, ended_on__isnull=True):
        if (norm(other.name), other.phone) in carers:
            yield other.child_id


def names_of(leaks: list[Leak]) -> dict[int, str]:
    """How each of the other children is called, for the page of those who decide."""
    current = ChildName.objects.filter(
        child__in=[leak.child_id for leak in leaks], use=NameUse.CURRENT
    )
    return {name.child_id: f"{name.given_name} {name.family_name}".strip() for name in current}
