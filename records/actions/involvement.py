"""Who works with a child: record, confirm "still involved", end. Never what the work is about."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.acting import Acting
from accounts.models import User
from accounts.policies import Refused, deny, require_permission
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.models import ChildRecord, Enquiry, Involvement, Service
from records.own_work import own_work, service_recorded
from records.particulars import NewInvolvement
from records.purposes import Reason

NO_ORGANISATION = deny(
    "no-organisation-acted-for",
    "You act for no organisation, so no service can be recorded.",
    "Choose one of your roles first.",
)


def record_involvement(
    *, child: ChildRecord, new: NewInvolvement, practitioner: User | None, by: Acting
) -> Involvement | None:
    """Records that a service works with a child. None, and no event, when it was known.

    Raises `Refused`.
    """
    _require(child, by)
    # Of one practitioner one, of a service without a named account one a contact.
    same = {"practitioner": practitioner} if practitioner else {"contact_name": new.contact_name}
    with transaction.atomic():
        involvement, is_new = Involvement.objects.get_or_create(
            child=child,
            service_id=new.service_id,
            ended_on=None,
            **{"practitioner": None, **same},
            defaults={
                "contact_name": new.contact_name,
                "contact_phone": new.contact_phone,
                "team_id": Service.objects.values_list("team").get(pk=new.service_id)[0],
                "role": practitioner.job_title if practitioner else "",
                "started_on": new.started_on,
                "last_confirmed_on": timezone.localdate(),
                "recorded_by": by.user,
            },
        )
        if is_new:
            _tell(EventType.INVOLVEMENT_RECORDED, involvement, child, by)
    return involvement if is_new else None


def work_with(*, child: ChildRecord, reason: Reason, by: Acting) -> Involvement | None:
    """ "I am working with this child": service, team and role are the person's own, it began with
    the enquiry they work under. None, and no event, when it was known. Raises `Refused`.
    """
    _require(child, by)
    with transaction.atomic():
        work = own_work(by)
        if work is None:
            raise Refused(NO_ORGANISATION, permission=Permission.RECORD_INVOLVEMENT.value)
        service = service_recorded(work, by)
        enquiry = _enquiry_of(reason)
        today = timezone.localdate()
        involvement, is_new = Involvement.objects.get_or_create(
            child=child,
            service=service,
            practitioner=by.user,
            ended_on=None,
            defaults={
                "team": work.team,
                "role": work.role,
                "started_on": timezone.localdate(enquiry.opened_at) if enquiry else today,
                "last_confirmed_on": today,
                "enquiry": enquiry,
                "recorded_by": by.user,
            },
        )
        if is_new:
            _tell(EventType.INVOLVEMENT_RECORDED, involvement, child, by, enquiry)
    return involvement if is_new else None


def _enquiry_of(reason: Reason) -> Enquiry | None:
    return Enquiry.objects.filter(pk=reason.enquiry_id).first() if reason.enquiry_id else None


def name_lead(*, child: ChildRecord, involvement_id: int, by: Acting) -> bool:
    """This practitioner leads the work with the child from now on, whoever did before. False, and
    no event, when they do already, or the involvement has ended or names no practitioner. Raises
    `Refused`.
    """
    _require(child, by)
    with transaction.atomic():
        ChildRecord.objects.select_for_update().get(pk=child.pk)
        live = Involvement.objects.filter(child=child, ended_on__isnull=True)
        involvement = live.filter(
            pk=involvement_id, is_lead=False, practitioner__isnull=False
        ).first()
        if involvement is None:
            return False
        live.filter(is_lead=True).update(is_lead=False)
        live.filter(pk=involvement.pk).update(is_lead=True)
        _tell(EventType.INVOLVEMENT_AMENDED, involvement, child, by, fields=["lead"])
    return True


def confirm_involvement(*, child: ChildRecord, involvement_id: int, by: Acting) -> bool:
    """Says "still involved" today. False, and no event, when it has ended. Raises `Refused`."""
    return _update(
        child,
        involvement_id,
        EventType.INVOLVEMENT_CONFIRMED,
        {"last_confirmed_on": timezone.localdate()},
        by,
    )


def end_involvement(
    *, child: ChildRecord, involvement_id: int, ended_on: date | None = None, by: Acting
) -> bool:
    """Ends an involvement today or on `ended_on`. False when it had ended. Raises `Refused`."""
    return _update(
        child,
        involvement_id,
        EventType.INVOLVEMENT_ENDED,
        {"ended_on": ended_on or timezone.localdate(), "end_recorded_at": Now()},
        by,
    )


def _update(
    child: ChildRecord, involvement_id: int, event: EventType, values: dict[str, Any], by: Acting
) -> bool:
    """A conditional update: who comes second changes nothing and leaves no event."""
    _require(child, by)
    with transaction.atomic():
        live = Involvement.objects.filter(pk=involvement_id, child=child, ended_on__isnull=True)
        involvement = live.select_for_update().first()
        if involvement is None:
            return False
        live.update(**values)
        _tell(event, involvement, child, by)
    return True


def _require(child: ChildRecord, by: Acting) -> None:
    require_permission(
        by, Permission.RECORD_INVOLVEMENT, target_type="child_record", target_id=child.pk
    )


def _tell(
    event: EventType,
    involvement: Involvement,
    child: ChildRecord,
    by: Acting,
    enquiry: Enquiry | None = None,
    **detail: object,
) -> None:
    append(
        event,
        actor=by.actor,
        target_type="child_record",
        target_id=child.pk,
        child_authority=child.authority_id,
        enquiry_id=enquiry.pk if enquiry else None,
        detail={
            "involvement_id": involvement.pk,
            "service_id": involvement.service_id,
            **({"team_id": involvement.team_id} if involvement.team_id else {}),
            **detail,
        },
    )
