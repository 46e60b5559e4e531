"""The ledger as it is read: unmanaged models that refuse to write.

Writing is `writer.append`. The role behind the alias `default` may not read these; use `local` or
`auditor`.
"""
# ruff: noqa: DJ001  the columns are nullable in the table, and "unknown" is not "empty"

from typing import Any, NoReturn

from django.contrib.postgres.fields import ArrayField
from django.db import models


class LedgerIsAppendOnly(Exception):
    """Somebody tried to write to the ledger through its read models."""


def _refuse(*_: object, **__: object) -> NoReturn:
    raise LedgerIsAppendOnly("the ledger is written by audit.ledger.writer.append alone")


class ReadOnlyQuerySet(models.QuerySet[Any]):
    """A queryset that reads."""

    create = bulk_create = update = bulk_update = delete = _refuse
    get_or_create = update_or_create = _raw_delete = _update = _insert = _refuse


class ReadOnlyModel(models.Model):
    """A row that can be read only."""

    objects = ReadOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    save = save_base = delete = _refuse


class AuditEvent(ReadOnlyModel):
    """One event: all columns, in the order of the table in `migrations/sql/0001_ledger.sql`."""

    id = models.BigIntegerField(primary_key=True)
    era = models.SmallIntegerField()
    recorded_at = models.DateTimeField()
    xid = models.TextField()
    action = models.TextField()
    outcome = models.TextField()
    reason = models.TextField(null=True)
    actor_kind = models.TextField()
    actor_id = models.BigIntegerField(null=True)
    actor_role = models.TextField(null=True)
    actor_org = models.IntegerField(null=True)
    actor_base = models.IntegerField(null=True)
    grant_id = models.BigIntegerField(null=True)
    on_behalf_of = models.BigIntegerField(null=True)
    session_ref = models.BinaryField(null=True)
    source_ip = models.GenericIPAddressField(null=True)
    request_id = models.UUIDField(null=True)
    network_id = models.IntegerField(null=True)
    target_type = models.TextField(null=True)
    target_id = models.BigIntegerField(null=True)
    child_authority = models.TextField(null=True)
    enquiry_id = models.BigIntegerField(null=True)
    purpose = models.TextField(null=True)
    query_fields = ArrayField(models.TextField(), null=True)
    own_surname = models.BooleanField(null=True)
    own_address = models.BooleanField(null=True)
    result_count = models.IntegerField(null=True)
    result_ids = ArrayField(models.BigIntegerField(), null=True)
    facts = models.TextField(null=True)
    detail = models.TextField()
    payload_digest = models.BinaryField(null=True)

    class Meta:
        managed = False
        db_table = "audit_event"

    def __str__(self) -> str:
        return f"{self.id} {self.action}"


class AuditPayload(ReadOnlyModel):
    """The erasable text of one event; only the auditor's role reads it."""

    event_id = models.BigIntegerField(primary_key=True)
    recorded_at = models.DateTimeField()
    salt = models.BinaryField()
    body = models.TextField()

    class Meta:
        managed = False
        db_table = "audit_payload"

    def __str__(self) -> str:
        return f"payload of {self.event_id}"
