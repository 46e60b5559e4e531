"""What stands today, from the business tables: accreditations, accounts, shields, reviews due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from accounts.models import Accreditation, Organisation, Sanction, User
from accounts.querysets import LondonToday
from accounts.roles import OrganisationKind
from records.models import Shield, ShieldOverride

SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Stock:
    """One number of today, in words, and the page with the list behind it, if the reader has one.

    `needs_somebody` is true where a number above nought wants a person to act.
    """

    label: str
    number: int
    url: str = ""
    needs_somebody: bool = False


def stocks(base: int | None = None) -> list[Stock]:
    """The country's, or one base's: eight statements."""
    organisations = Organisation.objects.open().exclude(kind=OrganisationKind.CENTRAL_BODY)
    accreditations, sanctions = Accreditation.objects.in_force(), Sanction.objects.live()
    accounts, shields = User.objects.get_queryset(), Shield.objects.all()
    overrides = ShieldOverride.objects.filter(reviewed_at=None)
    if base is not None:
        beneath = Q(organisation=base) | Q(organisation__parent=base)
        organisations = organisations.managed_by(base)
        accreditations, sanctions = accreditations.filter(beneath), sanctions.filter(beneath)
        accounts, shields = accounts.manageable_by(base), shields.filter(authority=base)
        overrides = overrides.filter(shield__authority=base)
    in_force = accreditations.values("organisation")
    return [
        Stock("Accredited organisations", organisations.filter(pk__in=in_force).count()),
        Stock(
            "Organisations without an accreditation in force",
            organisations.exclude(pk__in=in_force).count(),
            "accounts:organisations",
            needs_somebody=True,
        ),
        Stock(
            "Accreditations that end within 60 days",
            accreditations.filter(valid_until__lt=LondonToday() + SOON).count(),
            "accounts:organisations",
            needs_somebody=True,
        ),
        Stock("Sanctions in force", sanctions.count(), "accounts:organisations"),
        Stock("Active accounts", accounts.filter(status="active").count(), "accounts:people"),
        Stock("Shields that stand", shields.live().count()),
        Stock(
            "Shields whose decision or review is overdue",
            shields.overdue().count(),
            needs_somebody=True,
        ),
        Stock("Overrides not reviewed yet", overrides.count(), needs_somebody=True),
    ]
