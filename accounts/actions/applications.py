"""The applicant's side of an accreditation: started, filled by named people, submitted or given up.

Evidence is in `evidence.py`, the officer's side in `decisions.py`.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts.acting import Acting
from accounts.actions.invitations import (
    NOT_INVITED,
    EmailTaken,
    Invited,
    open_invitation,
    replace_invitation,
)
from accounts.actions.moving import about, lock, move_on, record, require_applying
from accounts.actions.roles import begin_grant, end_grants
from accounts.clocks import add_working_days
from accounts.models import (
    Accreditation,
    AccreditationApplication,
    ApplicationMessage,
    EvidenceItem,
    Organisation,
    RoleGrant,
    User,
)
from accounts.policies import (
    OVERTAKEN,
    can_name_applicant,
    can_start_application,
    deny,
    ready_to_submit,
    require,
)
from accounts.roles import Permission, Role
from accounts.states import State, Verb
from audit.ledger.events import EventType

DECISION_DAYS = 10  # working days an officer has, from each submission

ALREADY_OPEN = deny(
    "application-already-open",
    "This organisation has an application that is not decided yet.",
    "Go on with that one.",
)
WORKS_ELSEWHERE = deny(
    "applicant-works-elsewhere",
    "The applicant has to work for the organisation that applies.",
    "Invite somebody of that organisation.",
)
CANNOT_NAME_ONESELF = deny(
    "own-account",
    "You cannot make yourself the applicant.",
    "Ask another member of a management team.",
)


def start_application(*, organisation: Organisation, by: Acting) -> AccreditationApplication:
    """A draft, beside an accreditation that may be in force; what an earlier one showed and is
    still in date is carried over.

    Whoever applies for the organisation already is its applicant. Raises `Refused`.
    """
    whose: dict[str, Any] = {"target_type": "organisation", "target_id": organisation.pk}
    require(can_start_application(by, organisation), **whose)
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)  # the second one waits
        if AccreditationApplication.objects.open().filter(organisation=organisation).exists():
            require(ALREADY_OPEN, **whose)
        application = AccreditationApplication.objects.create(
            organisation=organisation,
            renews=_in_force(organisation),
            applicant=by.user if by.has(Permission.APPLY_FOR_ACCREDITATION) else None,
            started_by=by.user,
        )
        _carry_over(application, by)
        record(EventType.ACCREDITATION_REQUESTED, application, by)
    return application


def _in_force(organisation: Organisation) -> Accreditation | None:
    found: Accreditation | None = (
        Accreditation.objects.in_force().filter(organisation=organisation).first()
    )
    return found


def _carry_over(application: AccreditationApplication, by: Acting) -> None:
    """The items of the last approved application that are in date, files included."""
    last = AccreditationApplication.objects.filter(
        organisation=application.organisation, status=State.ACCREDITED
    ).first()
    if last is None:
        return
    for item in last.evidence.filter(removed_at=None, expires_on__gt=timezone.localdate()):
        source = item.pk
        item.pk, item.key = None, EvidenceItem._meta.get_field("key").get_default()
        item.application, item.carried_from_id, item.added_by = application, source, by.user
        item.save(force_insert=True)


def invite_applicant(
    *,
    application: AccreditationApplication,
    email: str,
    given_name: str,
    family_name: str,
    work_phone: str,
    line_manager_name: str,
    line_manager_email: str,
    job_title: str = "",
    as_deputy: bool = False,
    by: Acting,
) -> Invited:
    """Makes an account at the organisation, accredited or not, that can do nothing but apply.

    Raises `Refused`, and `EmailTaken` for a known address.
    """
    _require_naming(application, by)
    with transaction.atomic():
        if User.objects.filter(email=email.strip().lower()).exists():
            raise EmailTaken
        user = User.objects.create_user(
            email,
            given_name=given_name,
            family_name=family_name,
            work_phone=work_phone,
            line_manager_name=line_manager_name,
            line_manager_email=line_manager_email,
            job_title=job_title,
            employer=application.organisation,
            home_authority=application.organisation.base.authority,
            is_invented=application.organisation.is_invented,
        )
        _name(application, user, as_deputy, by)
        return open_invitation(user, by=by)


def invite_applicant_again(
    *, application: AccreditationApplication, user: User, by: Acting
) -> Invited:
    """A fresh link and code for an applicant or deputy who did not use theirs; earlier ones stop
    working. Raises `Refused`.
    """
    _require_naming(application, by)
    if user.pk not in {application.applicant_id, application.deputy_id}:
        require(NOT_INVITED, target_type="user", target_id=user.pk)
    with transaction.atomic():
        return replace_invitation(user, by=by)


def name_applicant(
    *, application: AccreditationApplication, user: User, as_deputy: bool = False, by: Acting
) -> None:
    """Makes somebody who has an account at the organisation its applicant, or the deputy.

    Raises `Refused`.
    """
    _require_naming(application, by)
    with transaction.atomic():
        _name(application, user, as_deputy, by)


def _require_naming(application: AccreditationApplication, by: Acting) -> None:
    require(
        can_name_applicant(by, application),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="accreditation_application",
        target_id=application.pk,
    )


def _name(application: AccreditationApplication, user: User, as_deputy: bool, by: Acting) -> None:
    if user.employer_id != application.organisation_id:
        require(WORKS_ELSEWHERE, **about(application))
    if by.user is not None and by.user.pk == user.pk:
        require(CANNOT_NAME_ONESELF, **about(application))
    place, other = ("deputy", "applicant") if as_deputy else ("applicant", "deputy")
    changes: dict[str, Any] = {place: user}
    if getattr(application, f"{other}_id") == user.pk:
        changes[other] = None  # changed places
    before = {application.applicant_id, application.deputy_id}
    AccreditationApplication.objects.filter(pk=application.pk).update(**changes)
    application.refresh_from_db(fields=["applicant", "deputy"])
    if not _applies_already(user, application.organisation):
        begin_grant(
            user=user,
            organisation=application.organisation,
            role=Role.APPLICANT,
            reason="named in an application for accreditation",
            until=None,
            by=by,
        )
    _let_go(application, before, by)
    detail = {"fields": [place], "user_id": user.pk}
    record(EventType.ACCREDITATION_AMENDED, application, by, **detail)


def _let_go(application: AccreditationApplication, before: set[int | None], by: Acting) -> None:
    """Whoever was replaced does not apply for the organisation any more."""
    gone = before - {application.applicant_id, application.deputy_id, None}
    held = RoleGrant.objects.filter(user__in=gone, content_object=application.organisation)
    applying = held.filter(permission__codename=Role.APPLICANT)
    end_grants(applying, reason="replaced in the application for accreditation", by=by)


def _applies_already(user: User, organisation: Organisation) -> bool:
    held = RoleGrant.objects.live().filter(user=user, content_object=organisation)
    return bool(held.filter(permission__codename=Role.APPLICANT).exists())


def submit_application(*, application: AccreditationApplication, by: Acting) -> None:
    """Hands the application to the accreditation officers; its evidence is fixed from now on.

    Due in ten working days. Raises `Refused`, naming what is missing.
    """
    require_applying(application, by)
    with transaction.atomic():
        locked = lock(application)
        require(ready_to_submit(locked), **about(application))
        move_on(
            application,
            Verb.SUBMIT,
            round=F("round") + 1,
            submitted_by=by.user,
            submitted_at=Now(),
            due_on=add_working_days(timezone.localdate(), DECISION_DAYS),
        )
        record(EventType.ACCREDITATION_SUBMITTED, application, by)


def answer_question(*, application: AccreditationApplication, text: str, by: Acting) -> None:
    """The applicant's answer in the thread, while the application lies with them. Raises
    `Refused`.
    """
    require_applying(application, by)
    with transaction.atomic():
        locked = lock(application)
        if locked.status != State.RETURNED:
            require(OVERTAKEN, **about(application))
        ApplicationMessage.objects.create(
            application=application, is_question=False, text=text, by=by.user
        )
        record(EventType.ACCREDITATION_ANSWERED, application, by)


def give_up_application(*, application: AccreditationApplication, by: Acting) -> None:
    """Ends the application undecided; an accreditation in force stays as it is. Raises
    `Refused`.
    """
    require_applying(application, by)
    with transaction.atomic():
        move_on(application, Verb.GIVE_UP)
        record(
            EventType.ACCREDITATION_AMENDED,
            application,
            by,
            fields=["status"],
            to=State.GIVEN_UP.value,
        )
