"""Teams and who is in them from when until when; the places where people work; their calendars.

Days are those in England. `started_on` and `ended_on` (the last day) say how it was, `recorded_at`
and `end_recorded_at` since when we know: whoever judges a look asks what was known at that moment.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from accounts.models.feeds import FromFeed
from accounts.models.organisations import Organisation
from accounts.querysets import LondonToday


class Spell(models.Model):
    """Something that was so for a while: what a membership and a place of work share."""

    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    end_recorded_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_days_in_order",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
            ),
            models.CheckConstraint(
                name="%(class)s_end_says_since_when",
                condition=Q(ended_on__isnull=True, end_recorded_at__isnull=True)
                | Q(ended_on__isnull=False, end_recorded_at__isnull=False),
            ),
        ]


class SpellQuerySet(models.QuerySet[Any]):
    def current(self) -> SpellQuerySet:
        """Begun, and its last day not passed, by the database's clock in London."""
        return self.filter(
            Q(ended_on__isnull=True) | Q(ended_on__gte=LondonToday()), started_on__lte=LondonToday()
        )

    def open(self) -> SpellQuerySet:
        """Without a last day."""
        return self.filter(ended_on__isnull=True)


class TeamQuerySet(models.QuerySet["Team"]):
    def open(self) -> TeamQuerySet:
        """Teams that were not closed."""
        return self.filter(closed_at__isnull=True)

    def managed_by(self, base_id: int) -> TeamQuerySet:
        """Teams of one user base."""
        return self.filter(Q(organisation_id=base_id) | Q(organisation__parent_id=base_id))


class Team(FromFeed):
    """People of one organisation who share their work with children. Closed, never deleted."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=120)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(name="team_is_named", condition=~Q(name="")),
            models.UniqueConstraint(
                "organisation",
                Lower("name"),
                name="one_open_team_a_name",
                condition=Q(closed_at__isnull=True),
            ),
            FromFeed.once("team_source_row_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ShiftPattern(models.TextChoices):
    """When somebody usually works; `ROTA` means as the team's calendar says."""

    DAY = "day", "Daytime"
    NIGHT = "night", "Nights"
    ROTA = "rota", "By rota"


class TeamMembership(Spell, FromFeed):
    """One person in one team for a while. Somebody who comes back gets another row."""

    LINGERS = timedelta(days=14)  # a team's work is handed over; so long it still explains a look

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    pattern = models.CharField(
        max_length=5,
        choices=ShiftPattern.choices,
        default=ShiftPattern.DAY,
        db_default=ShiftPattern.DAY,
    )

    objects = SpellQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-started_on", "-pk"]
        constraints = [
            *Spell.Meta.constraints,
            models.CheckConstraint(
                name="membership_pattern_known", condition=Q(pattern__in=ShiftPattern.values)
            ),
            models.UniqueConstraint(
                name="one_open_membership",
                fields=["team", "user"],
                condition=Q(ended_on__isnull=True),
            ),
            FromFeed.once("membership_source_row_once"),
        ]

    def __str__(self) -> str:
        return f"membership of account {self.user_id} in team {self.team_id}"


class SiteKind(models.TextChoices):
    SCHOOL = "school", "School"
    PRACTICE = "practice", "General practice"
    HOSPITAL = "hospital", "Hospital"


class Site(models.Model):
    """A place where people work, by the code that everybody knows it by: URN, or ODS code.

    A child's school and practice carry the same codes (`records.models.places`).
    """

    kind = models.CharField(max_length=8, choices=SiteKind.choices)
    code = models.CharField(max_length=8)
    name = models.CharField(max_length=160, blank=True, default="", db_default="")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["kind", "name", "code"]
        constraints = [
            models.CheckConstraint(name="site_kind_known", condition=Q(kind__in=SiteKind.values)),
            models.CheckConstraint(
                name="site_code_has_its_shape",
                condition=Q(kind=SiteKind.SCHOOL, code__regex=r"^[0-9]{6}$")
                | Q(
                    kind__in=[SiteKind.PRACTICE, SiteKind.HOSPITAL],
                    code__regex=r"^[A-Z0-9]{3,8}$",
                ),
            ),
            models.UniqueConstraint(name="one_site_a_code", fields=["kind", "code"]),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_kind_display()} {self.code}"


class SitePosting(Spell, FromFeed):
    """One person working at one site for a while."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="postings")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="postings"
    )

    objects = SpellQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-started_on", "-pk"]
        constraints = [
            *Spell.Meta.constraints,
            models.UniqueConstraint(
                name="one_open_posting", fields=["site", "user"], condition=Q(ended_on__isnull=True)
            ),
            FromFeed.once("posting_source_row_once"),
        ]

    def __str__(self) -> str:
        return f"posting of account {self.user_id} at site {self.site_id}"


class DutyKind(models.TextChoices):
    SHIFT = "shift", "Shift"
    ROTA = "rota", "Rota"
    ON_CALL = "on_call", "On call"


class DutyQuerySet(models.QuerySet["Duty"]):
    def standing(self) -> DutyQuerySet:
        """Duties that were not taken back."""
        return self.filter(withdrawn_at__isnull=True)


class Duty(FromFeed):
    """One entry of a team's calendar: somebody works, or can be reached, from then until then."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="duties")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="duties"
    )
    kind = models.CharField(max_length=7, choices=DutyKind.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = DutyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name_plural = "duties"
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(name="duty_kind_known", condition=Q(kind__in=DutyKind.values)),
            models.CheckConstraint(
                name="duty_ends_after_it_began",
                condition=Q(ends_at__gt=F("starts_at"))
                & Q(ends_at__lte=F("starts_at") + timedelta(days=31)),
            ),
            models.UniqueConstraint(
                name="one_duty_at_a_time",
                fields=["team", "user", "kind", "starts_at"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            FromFeed.once("duty_source_row_once"),
        ]
        indexes = [models.Index(name="duty_of_a_person", fields=["user", "starts_at"])]

    def __str__(self) -> str:
        return f"{self.kind} of account {self.user_id} from {self.starts_at:%Y-%m-%d}"
