"""Where events stand in the sealed tree, and since when a witness vouches for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connections

# Seals overlap a little, where a transaction stayed open; the one wanted is among the first.
_SEALS = """
    SELECT event.id, seal.leaf, witness.cosigned_at
      FROM unnest(%s::bigint[]) AS event (id)
      JOIN LATERAL (SELECT s.first_leaf + array_position(s.ids, event.id) - 1 AS leaf
                      FROM public.audit_seal s
                     WHERE s.max_id >= event.id AND s.min_id <= event.id
                       AND s.ids @> ARRAY[event.id]
                     ORDER BY s.max_id LIMIT 1) AS seal ON true
      LEFT JOIN LATERAL (SELECT c.cosigned_at FROM public.audit_cosignature c
                          WHERE c.size > seal.leaf ORDER BY c.size LIMIT 1) AS witness ON true
"""


@dataclass(frozen=True, slots=True)
class Sealed:
    """The leaf an event became; `witnessed_at` is None until a witness signed a tree with it."""

    leaf: int
    witnessed_at: datetime | None


def seals_of(events: Sequence[int], *, using: str) -> dict[int, Sealed]:
    """The seal of each of these events; one not sealed yet is missing. One statement."""
    with connections[using].cursor() as cursor:
        cursor.execute(_SEALS, [list(events)])
        return {event: Sealed(leaf, at) for event, leaf, at in cursor.fetchall()}
