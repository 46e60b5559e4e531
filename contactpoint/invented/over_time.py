"""What has happened to the invented organisations: a school that was merged away, a list of staff
that proposes a joiner. Running again changes nothing.
"""

from __future__ import annotations

import csv
import io

from django.db import transaction

from accounts.acting import Acting
from accounts.actions import (
    create_organisation,
    import_staff,
    merge_organisation,
    record_identifier,
)
from accounts.models import IdentifierScheme, Organisation, StaffProposal, User
from accounts.roles import OrganisationKind
from accounts.staffing import read_staff
from accounts.staffing.read import REQUIRED
from contactpoint.invented import codes
from contactpoint.invented.places import InventedPlace

CHARITY = "99999901"  # beyond any number that the register has given out


def add_history(
    *, merged_school: InventedPlace, school: Organisation, trust: Organisation,
    partner: Organisation, by: Acting,
) -> None:  # fmt: skip
    """A predecessor of `school`, a charity number of `partner`, a joiner at `trust`."""
    if not partner.identifiers.filter(scheme=IdentifierScheme.CHARITY).exists():
        record_identifier(
            organisation=partner, scheme=IdentifierScheme.CHARITY, value=CHARITY, by=by
        )
    if not school.predecessors.exists():
        _merge_away(merged_school, school, by)
    if not StaffProposal.objects.filter(employer=trust).exists():
        _send_list(trust, by)


@transaction.atomic
def _merge_away(place: InventedPlace, school: Organisation, by: Acting) -> None:
    before = create_organisation(
        kind=OrganisationKind.EMPLOYER,
        name=place.name,
        parent=school.parent,
        identifiers={IdentifierScheme.URN: place.code},
        is_invented=True,
        by=by,
    )
    merge_organisation(organisation=before, into=school, reason="the two schools became one", by=by)


def _send_list(trust: Organisation, by: Acting) -> None:
    """Everybody who works there, and somebody new."""
    known = User.objects.filter(employer=trust).order_by("pk")
    rows = [
        [
            f"P{user.pk:05d}", user.email, user.given_name, user.family_name, user.work_phone,
            user.line_manager_name, user.line_manager_email,
        ]
        for user in known
    ]  # fmt: skip
    manager = known[0]
    joiner = [
        "P90001", "amina.thornhill@trust.example", "Amina", "Thornhill", codes.landline(199),
        manager.line_manager_name, manager.line_manager_email,
    ]  # fmt: skip
    text = io.StringIO()
    csv.writer(text).writerows([list(REQUIRED), *rows, joiner])
    import_staff(
        file=read_staff(text.getvalue().encode()),
        employer=trust,
        reason="list of staff for the demonstration",
        by=by,
    )
