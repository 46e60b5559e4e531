"""The first act of an empty system: the central body, its founding accreditation and two named
people. Runs once, ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.acting import Acting
from accounts.actions.invitations import Invited, open_invitation
from accounts.actions.roles import begin_grant
from accounts.models import Accreditation, Organisation, User
from accounts.roles import OrganisationKind, Role
from accounts.states import State
from audit.ledger.events import EventType
from audit.ledger.writer import append


class AlreadyInstalled(Exception):
    """An organisation exists, so the central body was founded before.

    Organisations are never deleted.
    """


@dataclass(frozen=True)
class NewPerson:
    """One of the two founders: enough to make the account."""

    email: str
    given_name: str
    family_name: str
    work_phone: str

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"


def install_central_body(
    *,
    name: str,
    duty_phone: str,
    evidence: str,
    valid_from: date,
    valid_until: date,
    founders: tuple[NewPerson, NewPerson],
    is_invented: bool = False,
    by: Acting,
) -> list[Invited]:
    """Founds the central body and invites the two founders; returns their one-time tokens.

    Nobody else can start the system, and no superuser exists, so this is the one change without a
    policy: instead it requires that no organisation ever existed (two runs at once: the database
    allows one central body). Both become central team members; the second is accreditation officer
    too, so that other bodies can be accredited, and by a person who does not manage accounts alone.
    Raises `AlreadyInstalled`.
    """
    with transaction.atomic():
        if Organisation.objects.exists():
            raise AlreadyInstalled
        body = Organisation.objects.create(
            kind=OrganisationKind.CENTRAL_BODY,
            name=name,
            duty_phone=duty_phone,
            is_invented=is_invented,
        )
        Accreditation.objects.create(
            organisation=body,
            status=State.ACCREDITED,
            valid_from=valid_from,
            valid_until=valid_until,
            disciplinary_evidence=evidence,
        )
        append(
            EventType.SYSTEM_INSTALLED,
            actor=by.actor,
            target_type="organisation",
            target_id=body.pk,
            detail={"valid_until": valid_until.isoformat()},
        )
        first, second = founders
        return [
            _found(body, first, second, [Role.CENTRAL_TEAM], is_invented, by),
            _found(
                body,
                second,
                first,
                [Role.CENTRAL_TEAM, Role.ACCREDITATION_OFFICER],
                is_invented,
                by,
            ),
        ]


def _found(
    body: Organisation,
    person: NewPerson,
    other: NewPerson,
    roles: Sequence[Role],
    is_invented: bool,
    by: Acting,
) -> Invited:
    """One founder's account, roles and invitation; the two answer to each other until the body says
    otherwise.
    """
    user = User.objects.create_user(
        person.email,
        given_name=person.given_name,
        family_name=person.family_name,
        work_phone=person.work_phone,
        line_manager_name=other.full_name,
        line_manager_email=other.email,
        employer=body,
        is_founder=True,
        is_invented=is_invented,
    )
    for role in roles:
        begin_grant(
            user=user, organisation=body, role=role, reason="founding grant", until=None, by=by
        )
    return open_invitation(user, by=by)
