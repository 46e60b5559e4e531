"""Invented services: eight kinds in every authority, and the teams of the demo practitioners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import Authority, IdentifierScheme, Organisation, User
from accounts.roles import Role
from contactpoint.invented import codes
from contactpoint.invented.people import PEOPLE
from records.models import Service, ServiceKind

# Each kind with the ages it works with, from the first to before the last.
KINDS = {
    ServiceKind.HEALTH_VISITING: (0, 5),
    ServiceKind.SCHOOL_NURSING: (5, 18),
    ServiceKind.EDUCATION_WELFARE: (5, 16),
    ServiceKind.EARLY_HELP: (0, 18),
    ServiceKind.SOCIAL_CARE: (0, 18),
    ServiceKind.PAEDIATRICS: (0, 18),
    ServiceKind.YOUTH_JUSTICE: (10, 18),
    ServiceKind.MENTAL_HEALTH: (8, 18),
}
HOURS = "Monday to Friday, 9am to 5pm"
SENSITIVE = frozenset({ServiceKind.MENTAL_HEALTH})

# The team of each demo practitioner: kind, ages, and the share it knows of the children in reach.
TEAMS = {
    "school": ("safeguarding", ServiceKind.OTHER, (4, 18), 0.25),
    "trust": ("health visiting", ServiceKind.HEALTH_VISITING, (0, 5), 0.4),
    "bristol": ("children's social care, east team", ServiceKind.SOCIAL_CARE, (0, 18), 0.05),
    "family-support": ("family support", ServiceKind.VOLUNTARY, (0, 18), 0.02),
}


@dataclass(frozen=True)
class Team:
    """A service with one of the demonstration's people in it, and whom it may know.

    Pupils of `school`, children of `authority`; empty: all.
    """

    service_id: int
    practitioner_id: int
    ages: tuple[int, int]
    share: float
    school: str = ""
    authority: str = ""


def email_of(kind: ServiceKind, authority: str) -> str:
    """The address of a kind of service in an authority: how an invented service is known again."""
    return f"{kind.value.replace('_', '-')}@{authority.lower()}.example"


def make_services(areas: Sequence[str]) -> dict[str, int]:
    """Every kind of service in every authority, by e-mail address. Twice changes nothing."""
    known = _known()
    names = dict(Authority.objects.values_list("gss_code", "name"))
    own = dict(Organisation.objects.values_list("authority_id", "pk").exclude(authority=None))
    Service.objects.bulk_create(
        Service(
            organisation_id=own.get(code),
            name=f"{names[code]}: {kind.label.lower()}",
            kind=kind,
            phone=codes.landline(area * len(KINDS) + turn),
            opening_hours=HOURS,
            out_of_hours_phone=codes.landline(area + 5_000) if turn % 2 else "",
            email=email_of(kind, code),
            is_sensitive=kind in SENSITIVE,
            is_invented=True,
        )
        for area, code in enumerate(areas)
        for turn, kind in enumerate(KINDS)
        if email_of(kind, code) not in known
    )
    return _known()


def _known() -> dict[str, int]:
    return dict(Service.objects.filter(is_invented=True).values_list("email", "pk"))


def make_teams() -> list[Team]:
    """The services in which the demo practitioners work. Running again changes nothing."""
    return [
        _team(person.at, User.objects.select_related("employer__parent").get(email=person.email))
        for person in PEOPLE
        if person.role is Role.PRACTITIONER
    ]


def _team(at: str, user: User) -> Team:
    name, kind, ages, share = TEAMS[at]
    service, _ = Service.objects.get_or_create(
        email=f"duty@{at}.example",
        is_invented=True,
        defaults={
            "organisation": user.employer,
            "name": f"{user.employer.name}: {name}",
            "kind": kind,
            "phone": user.work_phone,
            "opening_hours": HOURS,
        },
    )
    return Team(
        service_id=service.pk,
        practitioner_id=user.pk,
        ages=ages,
        share=share,
        school=_urn_of(user.employer),
        authority=user.employer.base.authority_id or "",
    )


def _urn_of(organisation: Organisation) -> str:
    held = organisation.identifiers.live().filter(scheme=IdentifierScheme.URN).first()
    return held.value if held else ""
