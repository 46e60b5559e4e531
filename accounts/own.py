"""What people see of their own account: sessions, known browsers, what is on file, what falls due.

Reads only, of the person who asks and of nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY
from django.utils.crypto import constant_time_compare

from accounts.acting import session_ref
from accounts.models import (
    AgreementVersion,
    CourseVersion,
    DirectoryLink,
    KnownDevice,
    RoleGrantHistory,
    Session,
    StaffHousehold,
    User,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    """One session alive now. `ref` names it on the page, as events name it; `key` never leaves."""

    ref: str
    key: str
    device: str
    network: str
    signed_in_at: datetime
    last_used_at: datetime
    is_this: bool


def sessions_of(user: User, *, this: bytes | None) -> list[OwnSession]:
    """The sessions of this account that still count, the latest used first; `this` is the reference
    of the one that asks. Only the person's own rows are opened, to leave out those from before a
    change of password.
    """
    rows = Session.objects.alive().filter(user=user).order_by("-last_used_at", "pk")
    return [_own(row, this) for row in rows if _counts(row, user)]


def _counts(row: Session, user: User) -> bool:
    held = str(row.get_decoded().get(HASH_SESSION_KEY, ""))
    return constant_time_compare(held, user.get_session_auth_hash())


def _own(row: Any, this: bytes | None) -> OwnSession:
    ref = session_ref(row.session_key) or b""
    return OwnSession(
        ref=ref.hex(),
        key=row.session_key,
        device=row.device or "A browser",
        network=row.network,
        signed_in_at=row.signed_in_at,
        last_used_at=row.last_used_at,
        is_this=ref == this,
    )


def devices_of(user: User) -> list[KnownDevice]:
    """The browsers that others' failed sign-ins do not lock, the latest used first."""
    known = KnownDevice.objects.filter(user=user, ended_at__isnull=True)
    return list(known.order_by("-last_used_at", "-pk"))


def links_of(user: User) -> list[DirectoryLink]:
    """The work accounts in directories that sign this account in today."""
    links = DirectoryLink.objects.filter(user=user, ended_at__isnull=True)
    return list(links.select_related("provider__organisation").order_by("pk"))


@dataclass(frozen=True, slots=True)
class Due:
    """What a person must have, until when what they have counts (None: without an end), and
    whether there is something to be done by a day.
    """

    what: str
    until: date | None
    missing: bool
    to_do_by: date | None = None


def due_of(user: User) -> list[Due]:
    """Check, training and agreement: until when each counts."""
    check = user.record_checks.first()
    until = check.valid_until if check else None
    return [
        Due("Criminal-record check", until, until is None),
        _training_due(user),
        _agreement_due(user),
    ]


def _training_due(user: User) -> Due:
    newest = CourseVersion.objects.current()
    passed = user.training_results.order_by("-valid_until").first()
    has_newest = newest is None or user.training_results.filter(version=newest).exists()
    by = None if has_newest or newest is None else newest.everybody_by
    return Due("User training", passed.valid_until if passed else None, passed is None, by)


def _agreement_due(user: User) -> Due:
    newest = AgreementVersion.objects.current()
    accepted = list(user.acceptances.values_list("version_id", flat=True))
    has_newest = newest is None or newest.pk in accepted
    by = None if has_newest or newest is None else newest.everybody_by
    return Due("User agreement", None, not accepted, by)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnFile:
    """What is recorded about a person beside their details."""

    identity: Any
    checks: list[Any]
    training: list[Any]
    acceptances: list[Any]
    roles: list[RoleGrantHistory]
    household: StaffHousehold | None
    directories: list[DirectoryLink]


def on_file(user: User) -> OnFile:
    """Everything the accounts room holds about this person."""
    changes = RoleGrantHistory.objects.filter(user=user).select_related("organisation", "by")
    return OnFile(
        identity=user.identity_checks.select_related("confirmed_by", "withdrawn_by").first(),
        checks=list(user.record_checks.select_related("recorded_by")),
        training=list(user.training_results.select_related("recorded_by")),
        acceptances=list(user.acceptances.all()),
        roles=list(changes.order_by("-at", "-id")),
        household=StaffHousehold.objects.filter(user=user).select_related("employer").first(),
        directories=list(
            DirectoryLink.objects.filter(user=user).select_related("provider__organisation")
        ),
    )
