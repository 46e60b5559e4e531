"""What every row that can come by feed says of its origin: source, reference there, and when.

A row that a person recorded on a screen has none of it; `recorded_by` says who it was.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class FromFeed(models.Model):
    """Origin of a row. `received_at` is when the source last told us of it as it stands."""

    source = models.CharField(max_length=60, blank=True, default="", db_default="")
    source_ref = models.CharField(max_length=80, blank=True, default="", db_default="")
    received_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @classmethod
    def once(cls, name: str) -> models.UniqueConstraint:
        """A source's reference names one row: how a second import finds it again."""
        return models.UniqueConstraint(
            name=name, fields=["source", "source_ref"], condition=~Q(source="")
        )
