"""What a new application shows otherwise than the one that was approved before."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import AccreditationApplication, EvidenceItem, EvidenceKind
from accounts.states import State

_FIELDS: tuple[tuple[str, str], ...] = (
    ("reference", "reference"),
    ("version", "version"),
    ("dated_on", "date"),
    ("expires_on", "expiry"),
    ("contact_name", "contact"),
    ("contact_email", "contact's e-mail"),
    ("contact_phone", "contact's phone"),
    ("file_hash", "file"),
)


@dataclass(frozen=True)
class Change:
    """One kind of evidence, in words: the same, new, taken out, or what about it changed."""

    kind: EvidenceKind
    words: str
    is_changed: bool


def changes_of(application: AccreditationApplication) -> list[Change]:
    """A line for each kind; nothing when no application was approved before."""
    before = (
        AccreditationApplication.objects.filter(
            organisation=application.organisation_id, status=State.ACCREDITED
        )
        .exclude(pk=application.pk)
        .first()
    )
    if before is None:
        return []
    then, now = _items(before), _items(application)
    return [_change(kind, then.get(kind), now.get(kind)) for kind in EvidenceKind]


def _items(application: AccreditationApplication) -> dict[str, EvidenceItem]:
    items = EvidenceItem.objects.filter(application=application, removed_at=None)
    return {item.kind: item for item in items}


def _change(kind: EvidenceKind, then: EvidenceItem | None, now: EvidenceItem | None) -> Change:
    if now is None:
        return Change(kind, "Not shown any more", is_changed=then is not None)
    if then is None:
        return Change(kind, "New", is_changed=True)
    different = [words for name, words in _FIELDS if _value(then, name) != _value(now, name)]
    if not different:
        return Change(kind, "The same as before", is_changed=False)
    return Change(kind, f"Changed: {', '.join(different)}", is_changed=True)


def _value(item: EvidenceItem, name: str) -> object:
    value = getattr(item, name)
    return bytes(value) if isinstance(value, memoryview) else value
