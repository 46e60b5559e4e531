"""The names of children for a list. Whoever shows them leaves an event first."""

from __future__ import annotations

from collections.abc import Collection

from records.models import ChildName, NameUse
from records.visibility import written_name


def names_of(children: Collection[int]) -> dict[int, str]:
    """The present name of each child, by record number; one without a name is left out."""
    current = ChildName.objects.filter(child__in=children, use=NameUse.CURRENT)
    return {name.child_id: written_name(name) for name in current}
