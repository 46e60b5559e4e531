"""Audited reads of the accounts room: no event, no disclosure."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from accounts import uploads
from accounts.acting import Acting
from accounts.impact import Impact, impact_of
from accounts.models import EvidenceItem, Organisation, User
from accounts.policies import can_accredit, can_see_application, require
from accounts.roles import Permission
from accounts.uploads import FileType
from audit.ledger.events import EventType, Outcome
from audit.ledger.writer import append


@dataclass(frozen=True)
class EvidenceFile:
    """A file to hand out: its bytes, what they are, and a name made of its kind alone."""

    content: bytes
    type: FileType
    name: str


class FileDamaged(Exception):
    """The stored file is gone or was changed; that is an event, and nothing is handed out."""


def read_evidence(*, key: UUID, by: Acting) -> EvidenceFile:
    """The file of an item of evidence. Raises `EvidenceItem.DoesNotExist`, `Refused` and
    `FileDamaged`.
    """
    items = EvidenceItem.objects.exclude(file_key="").select_related(
        "application__organisation__parent"
    )
    item = items.get(key=key)
    require(
        can_see_application(by, item.application),
        target_type="evidence_item",
        target_id=item.pk,
    )
    content = _proved(item, by)
    with transaction.atomic():
        append(
            EventType.EVIDENCE_READ,
            actor=by.actor,
            target_type="evidence_item",
            target_id=item.pk,
            detail={
                "organisation_id": item.application.organisation_id,
                "application_id": item.application_id,
                "kind": item.kind,
            },
        )
    kind = FileType(item.file_type)
    return EvidenceFile(content, kind, f"{item.kind.replace('_', '-')}.{kind.value}")


def note_file_opened(user: User, *, by: Acting) -> None:
    """The event of a team opening what is kept about a person, committed before anything of it is
    shown; the person sees it in their own account. Whether it may be is the caller's question.
    """
    with transaction.atomic():
        append(EventType.ACCOUNT_READ, actor=by.actor, target_type="user", target_id=user.pk)


def _proved(item: EvidenceItem, by: Acting) -> bytes:
    try:
        return uploads.read(item)
    except uploads.Damaged as problem:
        with transaction.atomic():
            append(
                EventType.SYSTEM_ERROR,
                actor=by.actor,
                outcome=Outcome.ERROR,
                reason="evidence-damaged",
                target_type="evidence_item",
                target_id=item.pk,
                detail={"error": "EvidenceDamaged"},
            )
        raise FileDamaged from problem


def preview_sanction(*, organisation: Organisation, by: Acting) -> Impact:
    """Whom a sanction on the organisation would touch now. Raises `Refused`."""
    require(
        can_accredit(by, organisation),
        permission=Permission.ACCREDIT,
        target_type="organisation",
        target_id=organisation.pk,
    )
    return impact_of(organisation)
