"""Makes the invented people's organisations and accounts, by the actions that real ones go through.

May run any number of times: what exists is left alone; only what has run out is renewed.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.acting import Acting, operator
from accounts.actions import (
    NewPerson,
    approve_role_request,
    create_organisation,
    grant_role,
    install_central_body,
    invite_person,
    request_role,
)
from accounts.models import (
    Accreditation,
    Authority,
    IdentifierScheme,
    Organisation,
    RoleGrant,
    User,
)
from accounts.roles import OrganisationKind, Role, needs_two_people
from accounts.states import State
from contactpoint.invented.accredit import YEAR, accredit, activate
from contactpoint.invented.applying import apply_all
from contactpoint.invented.over_time import add_history
from contactpoint.invented.people import (
    BODIES,
    CENTRAL,
    FOUNDERS,
    LEEDS,
    PEOPLE,
    Body,
    Person,
)
from contactpoint.invented.places import InventedPlace, school
from contactpoint.invented.standing import complete

EVIDENCE = "INVENTED-2026-001"


def area_codes() -> list[str]:
    """GSS codes in the order in which invented places number their authorities."""
    return list(Authority.objects.order_by("gss_code").values_list("gss_code", flat=True))


def employing_school(body: Body) -> InventedPlace:
    """The invented school that employs people: the first one of its authority."""
    manager = next(other for other in BODIES if other.key == body.under)
    return school(area_codes().index(manager.authority), 0)


def enrol(by: Acting) -> None:
    """Brings every invented organisation and person into being. `by` is the demo operator."""
    _found(by)
    bodies = {CENTRAL.key: Organisation.objects.get(kind=OrganisationKind.CENTRAL_BODY)}
    _welcome_all(bodies, by)
    for body in BODIES:
        bodies[body.key] = _organisation(body, bodies.get(body.under), by)
        _keep_accredited(body, bodies[body.key])
    _welcome_all(bodies, by)
    add_history(
        merged_school=school(area_codes().index(LEEDS), 1),
        school=bodies["school"],
        trust=bodies["trust"],
        partner=bodies["lantern"],
        by=by,
    )
    apply_all(by)


@transaction.atomic
def _found(by: Acting) -> None:
    """The central body and its two founders, if nobody founded one before."""
    if Organisation.objects.exists():
        return
    today = timezone.localdate()
    first, second = (
        NewPerson(person.email, person.given_name, person.family_name, person.work_phone)
        for person in FOUNDERS
    )
    invited = install_central_body(
        name=CENTRAL.name,
        duty_phone=CENTRAL.duty_phone,
        evidence=EVIDENCE,
        valid_from=today,
        valid_until=today + 10 * YEAR,
        founders=(first, second),
        is_invented=True,
        by=by,
    )
    for person, invitation in zip(FOUNDERS, invited, strict=True):
        activate(person, invitation)


def _welcome_all(bodies: dict[str, Organisation], by: Acting) -> None:
    """Everybody of these organisations has an account, and lacks nothing."""
    known = {user.email: user for user in User.objects.filter(is_invented=True)}
    for person in sorted(PEOPLE, key=FOUNDERS.__contains__, reverse=True):  # they give roles
        if person.at in bodies:
            user = known.get(person.email) or _welcome(person, bodies[person.at], by)
            complete(user, by)


def _organisation(body: Body, parent: Organisation | None, by: Acting) -> Organisation:
    place = employing_school(body) if body.is_school else None
    authority = Authority.objects.filter(gss_code=body.authority).first()
    name = body.name or (place.name if place else "") or str(authority)
    found = Organisation.objects.filter(kind=body.kind, name=name).first()
    return found or create_organisation(
        kind=body.kind,
        name=name,
        parent=parent,
        authority=authority,
        identifiers=_identifiers(body, place),
        duty_phone=body.duty_phone,
        is_invented=True,
        by=by,
    )


def _identifiers(body: Body, place: InventedPlace | None) -> dict[IdentifierScheme, str]:
    given = {IdentifierScheme.URN: place.code if place else "", IdentifierScheme.ODS: body.ods_code}
    return {scheme: value for scheme, value in given.items() if value}


def applicant_of(body: Body) -> Person:
    """Who applies for a body: the line manager of the first of its people."""
    person = next(person for person in PEOPLE if person.at == body.key)
    given_name, family_name = person.line_manager.split(" ", 1)
    return Person(
        role=Role.APPLICANT,
        at=body.key,
        given_name=given_name,
        family_name=family_name,
        job_title="Head of service",
        line_manager=person.name,
        phone=person.phone + 40,
    )


def _keep_accredited(body: Body, organisation: Organisation) -> None:
    """For a year from today, if it never was or its time ran out. A withdrawal stands."""
    today = timezone.localdate()
    last = Accreditation.objects.filter(organisation=organisation).first()  # latest first
    if last is None or (last.status != State.WITHDRAWN and last.valid_until < today):
        accredit(organisation, applicant_of(body), today)


@transaction.atomic
def _welcome(person: Person, employer: Organisation, by: Acting) -> User:
    """One person's account, factor and role: all of it or nothing."""
    invited = invite_person(
        email=person.email,
        given_name=person.given_name,
        family_name=person.family_name,
        work_phone=person.work_phone,
        line_manager_name=person.line_manager,
        line_manager_email=person.line_manager_email,
        employer=employer,
        job_title=person.job_title,
        home_authority=employer.base.authority,
        is_invented=True,
        by=by,
    )
    user = activate(person, invited)
    _give_role(person, user, employer, by)
    return user


def _give_role(person: Person, user: User, employer: Organisation, by: Acting) -> None:
    """A powerful role is given by two people here as elsewhere: the founders."""
    reason = f"works here as {person.job_title}"
    facts: dict[str, Any] = {
        "user": user,
        "organisation": employer,
        "role": person.role,
        "reason": reason,
    }
    if not needs_two_people(person.role):
        grant_role(**facts, by=by)
        return
    first, second = (_founder(founder.email) for founder in FOUNDERS)
    approve_role_request(request=request_role(**facts, by=first), by=second)


def _founder(email: str) -> Acting:
    grants = RoleGrant.objects.with_standing().filter(user__email=email)
    grant = grants.get(permission__codename=Role.CENTRAL_TEAM)
    return operator(grant.user, grant, "seed_demo")
