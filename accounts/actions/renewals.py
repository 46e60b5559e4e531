"""Reminding people, in time, that an accreditation ends: 90, 30 and 7 days ahead, once each."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q

from accounts.acting import Acting, job
from accounts.messages import MessageKind, queue_message
from accounts.models import Accreditation, AccreditationApplication, RenewalReminder, User
from accounts.models.users import AccountStatus
from accounts.querysets import AccreditationQuerySet, LondonToday
from accounts.roles import Role
from accounts.states import State

DAYS_AHEAD = (90, 30, 7)


def remind_renewals() -> int:
    """Queues what is due, each accreditation in its own transaction; may run any number of times.

    After days without a run, one message stands for all that are due. A body whose next
    accreditation is decided is left in peace. Returns how many accreditations were reminded of.
    """
    by = job("accounts.remind_renewals")
    reminded = 0
    for accreditation in _ending().select_related("organisation__parent"):
        with transaction.atomic():
            reminded += _remind(accreditation, by)
    return reminded


def _ending() -> AccreditationQuerySet:
    """The last accreditation of a body, within the longest notice of its end."""
    renewed = Accreditation.objects.filter(
        status=State.ACCREDITED, valid_from__gt=LondonToday()
    ).values("organisation")
    rows: AccreditationQuerySet = Accreditation.objects.in_force()
    within = LondonToday() + timedelta(days=max(DAYS_AHEAD))
    return rows.filter(valid_until__lte=within).exclude(organisation__in=renewed)


def _remind(accreditation: Accreditation, by: Acting) -> bool:
    left = Accreditation.objects.annotate(left=F("valid_until") - LondonToday())
    days = left.values_list("left", flat=True).get(pk=accreditation.pk)
    due = [each for each in DAYS_AHEAD if days <= timedelta(days=each)]
    made = [
        RenewalReminder.objects.get_or_create(accreditation=accreditation, days=each)[1]
        for each in due
    ]
    if not any(made):
        return False
    for person in _concerned(accreditation):
        queue_message(
            kind=MessageKind.ACCREDITATION_ENDS,
            to=person,
            about_type="accreditation",
            about_id=accreditation.pk,
            by=by,
        )
    return True


def _concerned(accreditation: Accreditation) -> list[User]:
    """The applicant and deputy of the newest application, and the team that manages the body."""
    organisation = accreditation.organisation
    newest = AccreditationApplication.objects.filter(organisation=organisation).first()
    named = [newest.applicant_id, newest.deputy_id] if newest else []
    team = Q(
        rolegrant__permission__codename=Role.MANAGEMENT_TEAM,
        rolegrant__content_object=organisation.base.pk,
    )
    people = User.objects.filter(Q(pk__in=[pk for pk in named if pk]) | team)
    return list(people.filter(status=AccountStatus.ACTIVE).distinct())
