"""What detection keeps: how far the log was read, judged looks, days in numbers, what is usual.

No name and no address: numbers of people and children, as in the log. Kept as long as a rule looks
back (keeping.py).
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.roles import OrganisationKind


class ScanCursor(models.Model):
    """The last event that was judged, in the order of eras, transactions and then numbers: an event
    that commits late has an older number, but never an older place in this order than what was
    read, since only transactions that are over are read.
    """

    job = models.CharField(max_length=40, primary_key=True)
    era = models.SmallIntegerField()
    xid = models.BigIntegerField()
    event_id = models.BigIntegerField()
    moved_at = models.DateTimeField()

    class Meta:
        app_label = "audit"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.job} at {self.era}/{self.xid}/{self.event_id}"


class AutomaticSuspension(models.Model):
    """Whether the scan suspends by itself in bodies of one kind; without a row it advises only."""

    kind = models.CharField(max_length=20, primary_key=True, choices=OrganisationKind.choices)
    is_on = models.BooleanField(default=False)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "audit"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind}: {'suspends' if self.is_on else 'advises'}"


class JudgedLook(models.Model):
    """A look that a rule may still ask for: without a full reason, or a conflict of interest all
    the same. `is_settled`: judged again after three days.
    """

    event_id = models.BigIntegerField(primary_key=True)
    person = models.BigIntegerField()
    child = models.BigIntegerField()
    kind = models.SmallIntegerField()
    at = models.DateTimeField()
    role = models.CharField(max_length=100)
    employer = models.IntegerField(null=True)
    authority = models.CharField(max_length=9, blank=True)
    network = models.IntegerField(null=True)
    session = models.BinaryField(max_length=16, null=True)
    on_behalf_of = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    level = models.SmallIntegerField()
    code = models.CharField(max_length=3, blank=True)
    is_settled = models.BooleanField(default=False)
    is_far = models.BooleanField(default=False)
    left_team = models.BooleanField(default=False)
    on_shift = models.BooleanField(default=False)
    surname_share = models.FloatField(null=True)

    class Meta:
        app_label = "audit"
        default_permissions = ()
        indexes = [
            models.Index(name="judged_look_of_person", fields=["person", "at"]),
            models.Index(name="judged_look_at_child", fields=["child", "at"]),
            models.Index(
                name="judged_look_to_settle",
                fields=["at"],
                condition=Q(level=0, is_settled=False),
            ),
        ]

    def __str__(self) -> str:
        return f"look {self.event_id}"


class PersonDay(models.Model):
    """One person's day in numbers. `children`: distinct ones that nothing explained when they were
    first judged; `peak`: the highest score of the day.
    """

    person = models.BigIntegerField()
    on = models.DateField()
    role = models.CharField(max_length=100)
    employer = models.IntegerField(null=True)
    looks = models.IntegerField(default=0)
    explained = models.IntegerField(default=0)
    children = models.IntegerField(default=0)
    prints = models.IntegerField(default=0)
    thin = models.IntegerField(default=0)
    unrequested = models.IntegerField(default=0)
    bands = ArrayField(models.IntegerField(), size=4, default=list)
    peak = models.FloatField(null=True)
    is_alerted = models.BooleanField(default=False)

    class Meta:
        app_label = "audit"
        default_permissions = ()
        constraints = [models.UniqueConstraint(name="one_day_a_person", fields=["person", "on"])]
        indexes = [models.Index(name="person_day_on", fields=["on"])]

    def __str__(self) -> str:
        return f"{self.on} of account {self.person}"


class Reach(models.Model):
    """How often people of a user base opened children of an authority on a day, with a reason."""

    on = models.DateField()
    base = models.IntegerField()
    authority = models.CharField(max_length=9)
    looks = models.IntegerField()

    class Meta:
        app_label = "audit"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="one_reach_a_day", fields=["on", "base", "authority"])
        ]

    def __str__(self) -> str:
        return f"user base {self.base} in {self.authority} on {self.on}"


class Learned(models.Model):
    """What was added up of a role (and employer) over the four weeks before a night: a version of
    what is usual. An alert names the night, so it can be computed again.
    """

    on = models.DateField()
    role = models.CharField(max_length=100, blank=True)  # empty: all roles
    employer = models.IntegerField(null=True)
    sums = models.JSONField()
    alert = models.FloatField()
    ceiling = models.FloatField()

    class Meta:
        app_label = "audit"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="learned_once_a_night",
                fields=["on", "role", "employer"],
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"usual on {self.on}"
