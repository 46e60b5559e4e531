"""Evidence put into an application, and taken out again, while it lies with its applicant."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.actions.moving import about, lock, record
from accounts.models import AccreditationApplication, EvidenceItem, EvidenceKind
from accounts.policies import can_change_evidence, require
from accounts.roles import Permission
from accounts.uploads import Upload, discard, keep
from audit.ledger.events import EventType

FILE_FIELDS = ("file_key", "file_type", "file_size", "file_hash")


@dataclass(frozen=True, kw_only=True)
class NewEvidence:
    """What is said about an item: at least a reference or a file, its date and its expiry."""

    kind: EvidenceKind
    dated_on: date
    expires_on: date
    reference: str = ""
    version: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""


def add_evidence(
    *,
    application: AccreditationApplication,
    new: NewEvidence,
    upload: Upload | None = None,
    by: Acting,
) -> EvidenceItem:
    """Puts an item in the place of the one of its kind; without a new `upload` its file stays.

    Raises `Refused`, and `IntegrityError` for what an item may never be.
    """
    _require_changing(application, by)
    stored = keep(upload) if upload else None
    try:
        with transaction.atomic():
            return _replace(application, new, stored, upload, by)
    except BaseException:
        if stored:
            discard(stored)
        raise


def _replace(
    application: AccreditationApplication,
    new: NewEvidence,
    stored: str | None,
    upload: Upload | None,
    by: Acting,
) -> EvidenceItem:
    _require_changing(lock(application), by)
    before = application.evidence.filter(kind=new.kind, removed_at=None).first()
    if before:
        _remove(before, by)
    item = EvidenceItem.objects.create(
        application=application, added_by=by.user, **asdict(new), **_file(stored, upload, before)
    )
    record(EventType.EVIDENCE_ADDED, application, by, evidence_id=item.pk, kind=new.kind.value)
    return item


def _file(stored: str | None, upload: Upload | None, before: EvidenceItem | None) -> dict[str, Any]:
    if stored and upload:
        return {
            "file_key": stored,
            "file_type": upload.type.value,
            "file_size": len(upload.content),
            "file_hash": upload.hash,
        }
    return {name: getattr(before, name) for name in FILE_FIELDS} if before else {}


def remove_evidence(*, item: EvidenceItem, by: Acting) -> bool:
    """Takes an item out; its row and its file stay as history. False when it was out already.

    Raises `Refused`.
    """
    application = item.application
    _require_changing(application, by)
    with transaction.atomic():
        _require_changing(lock(application), by)
        removed = _remove(item, by)
        if removed:
            record(EventType.EVIDENCE_REMOVED, application, by, evidence_id=item.pk, kind=item.kind)
    return removed


def _remove(item: EvidenceItem, by: Acting) -> bool:
    live = EvidenceItem.objects.filter(pk=item.pk, removed_at=None)
    return bool(live.update(removed_by=by.user, removed_at=Now()))


def _require_changing(application: AccreditationApplication, by: Acting) -> None:
    allowed = can_change_evidence(by, application)
    require(allowed, permission=Permission.APPLY_FOR_ACCREDITATION, **about(application))
