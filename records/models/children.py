"""The child record itself, its names and its dates of birth.

Every further fact (address, school, involvement …) has its own file. There is no field for case
notes, on purpose.
"""

import uuid
from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear, Now

from accounts.models import Authority

if TYPE_CHECKING:
    from records.models.shields import Shield
    from records.shielding import Part


class Sex(models.TextChoices):
    """As recorded; "not specified" is an ordinary answer and never counts against a match."""

    FEMALE = "F", "Female"
    MALE = "M", "Male"
    NOT_SPECIFIED = "N", "Not specified"


class NameUse(models.TextChoices):
    CURRENT = "current", "Current name"
    FORMER = "former", "Former name"
    ALIAS = "alias", "Also known as"
    PREFERRED = "preferred", "Preferred name"


class ChildRecord(models.Model):
    """One child's entry. `id` stays inside (events, search rows); `key` stands in URLs."""

    id = models.AutoField(primary_key=True)
    key = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False)
    sex = models.CharField(max_length=1, choices=Sex.choices, db_default=Sex.NOT_SPECIFIED)
    authority = models.ForeignKey(
        Authority,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        db_index=False,  # nothing looks children up by authority; each index slows every import
    )
    is_invented = models.BooleanField(default=False, db_default=False, editable=False)
    # Since when the record is there for practice only: whoever trains on it needs no other reason.
    training_since = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    amended_at = models.DateTimeField(db_default=Now(), editable=False)

    # Filled by `queries.whole_record` and `access.opening`: without them a record cannot be shown.
    live_shields: "list[Shield]"
    hidden: "frozenset[Part]"

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="child_sex_known", condition=Q(sex__in=Sex.values)),
        ]

    def __str__(self) -> str:
        return f"child record {self.pk}"

    @property
    def live_shield(self) -> "Shield | None":
        """The shield that hides something of this record now, if there is one."""
        return next(iter(self.live_shields), None)


class ChildName(models.Model):
    """One name as written by its source. A newborn may have a family name only."""

    child = models.ForeignKey(ChildRecord, on_delete=models.PROTECT, related_name="names")
    use = models.CharField(max_length=9, choices=NameUse.choices)
    given_name = models.CharField(max_length=80, blank=True, db_default="")
    other_given_names = models.CharField(max_length=160, blank=True, db_default="")
    family_name = models.CharField(max_length=80, blank=True, db_default="")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="name_use_known", condition=Q(use__in=NameUse.values)),
            models.CheckConstraint(
                name="name_is_not_empty", condition=~Q(given_name="") | ~Q(family_name="")
            ),
            models.UniqueConstraint(
                name="one_current_name",
                fields=["child"],
                condition=Q(use=NameUse.CURRENT),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.use} name of child record {self.child_id}"


class BirthDate(models.Model):
    """A date of birth, exact or a year only. Corrected dates stay, no longer current.

    That a birth lies neither in the future nor more than 26 years back is kept by a trigger
    (migration 0001), not by a CHECK: a CHECK on today's date would be untrue of rows that were
    right when written, and a restore would fail.
    """

    child = models.ForeignKey(ChildRecord, on_delete=models.PROTECT, related_name="birth_dates")
    born_on = models.DateField(null=True, blank=True)
    born_year = models.SmallIntegerField()
    is_current = models.BooleanField(default=True, db_default=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="birth_year_fits_date",
                condition=Q(born_on__isnull=True) | Q(born_year=ExtractYear(F("born_on"))),
            ),
            models.UniqueConstraint(
                name="one_current_birth_date", fields=["child"], condition=Q(is_current=True)
            ),
        ]

    def __str__(self) -> str:
        return f"date of birth of child record {self.child_id}"
