"""Schools and general practices (rows shared by many children) and a child's places there."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Authority
from records.models.children import ChildRecord


class School(models.Model):
    """A school by its URN. A school first met in an import has a code and no name yet."""

    urn = models.CharField("URN", max_length=6, unique=True)
    name = models.CharField(max_length=160, blank=True, db_default="")
    phone = models.CharField(max_length=30, blank=True, db_default="")
    postcode = models.CharField(max_length=8, blank=True, db_default="")
    authority = models.ForeignKey(
        Authority, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_invented = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="school_urn_shape", condition=Q(urn__regex=r"^[0-9]{6}$"))
        ]

    def __str__(self) -> str:
        return self.name or f"School with URN {self.urn}"


class Practice(models.Model):
    """A general practice by its ODS code; likewise known by code alone until its name arrives."""

    ods_code = models.CharField("ODS code", max_length=8, unique=True)
    name = models.CharField(max_length=160, blank=True, db_default="")
    phone = models.CharField(max_length=30, blank=True, db_default="")
    postcode = models.CharField(max_length=8, blank=True, db_default="")
    is_invented = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="practice_ods_shape", condition=Q(ods_code__regex=r"^[A-Z0-9]{3,8}$")
            )
        ]

    def __str__(self) -> str:
        return self.name or f"Practice with ODS code {self.ods_code}"


class Place(models.Model):
    """What a school place and a practice registration share: from when until when, and since when
    we know.
    """

    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="%(class)s_dates_in_order",
                condition=Q(started_on__isnull=True)
                | Q(ended_on__isnull=True)
                | Q(ended_on__gte=F("started_on")),
            )
        ]


class SchoolPlace(Place):
    """A child at a school. Two at once are possible (dual registration)."""

    child = models.ForeignKey(ChildRecord, on_delete=models.PROTECT, related_name="school_places")
    # Without an index of its own: nothing lists the children of a school, and imports are faster.
    school = models.ForeignKey(
        School, on_delete=models.PROTECT, related_name="places", db_index=False
    )

    class Meta(Place.Meta):
        constraints = [
            *Place.Meta.constraints,
            models.UniqueConstraint(
                name="one_live_place_a_school",
                fields=["child", "school"],
                condition=Q(ended_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"school of child record {self.child_id}"


class PracticeRegistration(Place):
    """A child registered with a general practice; one at a time."""

    child = models.ForeignKey(ChildRecord, on_delete=models.PROTECT, related_name="registrations")
    # Without an index of its own, like a school.
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="registrations", db_index=False
    )

    class Meta(Place.Meta):
        constraints = [
            *Place.Meta.constraints,
            models.UniqueConstraint(
                name="one_live_registration",
                fields=["child"],
                condition=Q(ended_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"practice of child record {self.child_id}"
