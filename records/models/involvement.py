"""Who is working with a child and how to reach them. Never what the work is about."""

import uuid

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Organisation, Team
from accounts.models.feeds import FromFeed
from records.models.children import ChildRecord
from records.models.enquiries import Enquiry


class ServiceKind(models.TextChoices):
    HEALTH_VISITING = "health_visiting", "Health visiting"
    SCHOOL_NURSING = "school_nursing", "School nursing"
    PAEDIATRICS = "paediatrics", "Hospital or community paediatrics"
    SOCIAL_CARE = "social_care", "Children's social care"
    EARLY_HELP = "early_help", "Early help"
    EDUCATION_WELFARE = "education_welfare", "Education welfare"
    YOUTH_JUSTICE = "youth_justice", "Youth justice"
    POLICE = "police", "Police child protection"
    VOLUNTARY = "voluntary", "Voluntary organisation"
    MENTAL_HEALTH = "mental_health", "Mental health"
    SEXUAL_HEALTH = "sexual_health", "Sexual health"
    SUBSTANCE_MISUSE = "substance_misuse", "Substance misuse"
    OTHER = "other", "Other service"


class ServiceQuerySet(models.QuerySet["Service"]):
    def open(self) -> "ServiceQuerySet":
        """Services that were not closed."""
        return self.filter(closed_at__isnull=True)

    def managed_by(self, base_id: int) -> "ServiceQuerySet":
        """Those of one user base."""
        return self.filter(Q(organisation_id=base_id) | Q(organisation__parent_id=base_id))


class Service(models.Model):
    """A team a child may be known to. A sensitive one is not named: contact with it is brokered."""

    key = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="services"
    )
    # The people behind it, where it is one team of ours.
    team = models.OneToOneField(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="service"
    )
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=18, choices=ServiceKind.choices)
    phone = models.CharField(max_length=30, blank=True, db_default="")
    email = models.EmailField(blank=True, db_default="")
    opening_hours = models.CharField(max_length=160, blank=True, default="", db_default="")
    out_of_hours_phone = models.CharField(max_length=30, blank=True, default="", db_default="")
    closed_at = models.DateTimeField(null=True, blank=True)
    is_sensitive = models.BooleanField(default=False, db_default=False)
    is_invented = models.BooleanField(default=False, db_default=False, editable=False)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="service_kind_known", condition=Q(kind__in=ServiceKind.values)
            ),
            models.CheckConstraint(name="service_is_named", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class Involvement(FromFeed):
    """A service working with a child, and the person in it to ring. Ended ones stay.

    `team` says whose shared work it is: it counts for whoever is in that team then. `recorded_at`
    and `end_recorded_at` are when we learned of it, `started_on` and `ended_on` how it was; without
    an `end_recorded_at` the end was known on its day.
    """

    child = models.ForeignKey(ChildRecord, on_delete=models.PROTECT, related_name="involvements")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="involvements")
    practitioner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="involvements",
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="involvements"
    )
    role = models.CharField(max_length=120, blank=True, default="", db_default="")
    is_lead = models.BooleanField(default=False, db_default=False)
    contact_name = models.CharField(max_length=160, blank=True, db_default="")
    contact_phone = models.CharField(max_length=30, blank=True, db_default="")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    last_confirmed_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    end_recorded_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # nothing asks for it; each index slows every import
    )
    enquiry = models.ForeignKey(
        Enquiry,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="involvements",
        db_index=False,
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="involvement_dates_in_order",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
            ),
            models.CheckConstraint(
                name="involvement_confirmed_after_start",
                condition=Q(last_confirmed_on__gte=F("started_on")),
            ),
            models.CheckConstraint(
                name="involvement_end_recorded_with_an_end",
                condition=Q(end_recorded_at__isnull=True) | Q(ended_on__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_lead_practitioner_a_child",
                fields=["child"],
                condition=Q(is_lead=True, ended_on__isnull=True),
            ),
            FromFeed.once("involvement_source_row_once"),
            models.UniqueConstraint(
                name="one_live_involvement_a_practitioner",
                fields=["child", "service", "practitioner"],
                condition=Q(ended_on__isnull=True, practitioner__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_live_involvement_a_contact",
                fields=["child", "service", "contact_name"],
                condition=Q(ended_on__isnull=True, practitioner__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"involvement with child record {self.child_id}"
