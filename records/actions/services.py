"""The directory of services: added, amended, closed by the management team of their user base."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.models import Organisation
from accounts.policies import require
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.models import Service
from records.particulars import ServiceParts
from records.policies.services import can_keep_service


def create_service(*, organisation: Organisation, parts: ServiceParts, by: Acting) -> Service:
    """Adds a service of that organisation. Raises `Refused`."""
    _require(organisation, None, by)
    with transaction.atomic():
        service = Service.objects.create(
            organisation=organisation, is_invented=organisation.is_invented, **asdict(parts)
        )
        _tell(EventType.SERVICE_CREATED, service, by, {"organisation_id": organisation.pk})
    return service


def amend_service(*, service: Service, parts: ServiceParts, by: Acting) -> bool:
    """Brings a service up to date. False, and no event, when nothing changed. Raises `Refused`."""
    _require(service.organisation, service, by)
    with transaction.atomic():
        now = Service.objects.open().select_for_update().filter(pk=service.pk).first()
        changed = {k: v for k, v in asdict(parts).items() if now and getattr(now, k) != v}
        if not changed:
            return False
        Service.objects.filter(pk=service.pk).update(**changed)
        _tell(EventType.SERVICE_AMENDED, service, by, {"fields": sorted(changed)})
    return True


def close_service(*, service: Service, by: Acting) -> bool:
    """Says that a service is no more: it cannot be recorded as involved, nor be written to.

    What is recorded of it stays. False when it was closed. Raises `Refused`.
    """
    _require(service.organisation, service, by)
    with transaction.atomic():
        if not Service.objects.open().filter(pk=service.pk).update(closed_at=Now()):
            return False
        _tell(EventType.SERVICE_CLOSED, service, by, {})
    return True


def _require(organisation: Organisation | None, service: Service | None, by: Acting) -> None:
    require(
        can_keep_service(by, organisation),
        permission=Permission.KEEP_SERVICES,
        target_type="service" if service else None,
        target_id=service.pk if service else None,
    )


def _tell(event: EventType, service: Service, by: Acting, detail: dict[str, object]) -> None:
    append(event, actor=by.actor, target_type="service", target_id=service.pk, detail=detail)
