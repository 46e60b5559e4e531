"""The register of networks that people work from: kept by the local team, read by detection."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models.feeds import FromFeed
from accounts.models.organisations import Authority, Organisation

if TYPE_CHECKING:  # generic for the type checker alone
    _Field = models.Field[str, str]
    _Lookup = models.Lookup[str]
else:
    _Field, _Lookup = models.Field, models.Lookup


class NetworkKind(models.TextChoices):
    OFFICE = "office", "Office"
    VPN = "vpn", "VPN"
    MOBILE = "mobile", "Mobile"
    HOME = "home", "Home"


class CidrField(_Field):
    """An IPv4 or IPv6 network as PostgreSQL keeps it; `192.0.2.0/24` in and out."""

    def db_type(self, connection: Any) -> str:
        return "cidr"


@CidrField.register_lookup
class Holds(_Lookup):
    """`cidr__holds="192.0.2.7"`: the address lies in the network."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        return f"{left} >>= %s::inet", [*left_params, self.rhs]


class NetworkQuerySet(models.QuerySet["Network"]):
    def holding(self, address: str) -> NetworkQuerySet:
        """Networks registered today that an address lies in, the narrowest first."""
        held = self.filter(cidr__holds=address, ended_on__isnull=True)
        return held.order_by(models.Func(F("cidr"), function="masklen").desc(), "pk")

    def acted_from(self, address: str) -> models.Subquery:
        """The network of a grant's holder at this address, as an annotation of grants: one that
        their own user base or employer registered, else anybody's; the narrowest of them.

        Private ranges are used by many bodies at once, so one's own comes first.
        """
        own = models.Case(
            models.When(
                Q(organisation=models.OuterRef("content_object_id"))
                | Q(organisation=models.OuterRef("content_object__parent_id"))
                | Q(organisation=models.OuterRef("user__employer_id")),
                then=0,
            ),
            default=1,
            output_field=models.SmallIntegerField(),
        )
        narrowest = models.Func(F("cidr"), function="masklen").desc()
        held = self.filter(cidr__holds=address, ended_on__isnull=True).alias(not_own=own)
        return models.Subquery(held.order_by("not_own", narrowest, "pk").values("pk")[:1])


class Network(FromFeed):
    """A network that a user base's people work from, and where it is, if it is in one place.

    What it is called stands in the events that name it, so it names a place and never a person.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="networks"
    )
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=6, choices=NetworkKind.choices)
    cidr = CidrField()
    place = models.CharField(max_length=80, blank=True, default="", db_default="")
    authority = models.ForeignKey(
        Authority, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = NetworkQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="network_kind_known", condition=Q(kind__in=NetworkKind.values)
            ),
            models.CheckConstraint(name="network_is_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="network_has_both_coordinates_or_none",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
            models.CheckConstraint(
                name="network_days_in_order",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
            ),
            models.UniqueConstraint(
                name="one_open_network",
                fields=["organisation", "cidr"],
                condition=Q(ended_on__isnull=True),
            ),
            FromFeed.once("network_source_row_once"),
        ]

    def __str__(self) -> str:
        return self.name
