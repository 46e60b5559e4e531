"""A person's employer changes: the account stays, the standing of the old post ends at once. Their
work phone and line manager change without that.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from accounts.acting import Acting
from accounts.actions.accounts import message_person_and_team
from accounts.actions.roles import end_grants
from accounts.models import Organisation, RoleGrant, User
from accounts.models.users import AccountStatus
from accounts.policies import can_change_contact, can_move_person, deny, is_open, require
from accounts.querysets import RoleGrantQuerySet
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append

MOVED_ALREADY = deny(
    "person-moved-already",
    "Somebody else has moved or closed this account meanwhile.",
    "Look at the account again before you do anything more.",
)
MOVED = "moved-by-the-team"


def move_person(
    *, user: User, employer: Organisation, reason: str, code: str = MOVED, by: Acting
) -> None:
    """The person works for `employer` from now on; the roles of the old post end.

    Roles of the new post are granted anew. Raises `Refused`: also when somebody else moved or
    closed the account since `user` was read.
    """
    require(
        can_move_person(by, user, employer),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=user.pk,
    )
    with transaction.atomic():
        # The organisation before the person: closing one locks in that order too.
        row = Organisation.objects.select_for_update(of=("self",)).get(pk=employer.pk)
        require(is_open(row), target_type="organisation", target_id=row.pk)
        leave_for(user, employer, reason=reason, code=code, by=by)


def leave_for(user: User, employer: Organisation, *, reason: str, code: str, by: Acting) -> None:
    """The change of employer and the end of the old standing, in the caller's transaction."""
    change_employer(user, employer, reason=reason, code=code, by=by)
    User.objects.filter(pk=user.pk).update(employer_since=Now())
    end_grants(RoleGrant.objects.filter(user=user), reason="works elsewhere now", by=by)


def change_employer(
    user: User, employer: Organisation, *, reason: str, code: str, by: Acting
) -> None:
    """The change itself and its event, in the caller's transaction, who sees to the roles."""
    before = user.employer
    there = User.objects.filter(pk=user.pk, employer=before).exclude(status=AccountStatus.CLOSED)
    if not there.update(employer=employer):
        require(MOVED_ALREADY, target_type="user", target_id=user.pk)
    user.employer = employer
    append(
        EventType.ACCOUNT_AMENDED,
        actor=by.actor,
        reason=code,
        target_type="user",
        target_id=user.pk,
        detail={"fields": ["employer"], "from": str(before.pk), "to": str(employer.pk)},
        payload=reason,
    )


def change_contact(
    *, user: User, work_phone: str, line_manager_name: str, line_manager_email: str, by: Acting
) -> list[str]:
    """Another work phone, another line manager: an event each; the person and their team are told.

    Returns what changed, as the events name it. Raises `Refused`.
    """
    require(
        can_change_contact(by, user),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=user.pk,
    )
    given = {
        "work_phone": {"work_phone": work_phone},
        "line_manager": {
            "line_manager_name": line_manager_name,
            "line_manager_email": line_manager_email,
        },
    }
    with transaction.atomic():
        row = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        changed = [name for name, facts in given.items() if _differs(row, facts)]
        for name in changed:
            User.objects.filter(pk=user.pk).update(**given[name])
            append(
                EventType.ACCOUNT_AMENDED,
                actor=by.actor,
                target_type="user",
                target_id=user.pk,
                detail={"fields": [name]},
            )
        if changed:
            message_person_and_team(user, by=by)
    user.refresh_from_db(fields=[field for facts in given.values() for field in facts])
    return changed


def _differs(row: User, facts: dict[str, str]) -> bool:
    return any(getattr(row, field) != value for field, value in facts.items())


def end_grants_across(organisation: Organisation, *, reason: str, by: Acting) -> None:
    """Ends the roles that no team could have granted alone: held at one managing body's
    organisation by somebody whom another body manages.
    """
    its_people = RoleGrant.objects.filter(user__employer=organisation)
    end_grants(_across(its_people), reason=reason, by=by)
    end_grants(_across(RoleGrant.objects.filter(content_object=organisation)), reason=reason, by=by)


def _across(grants: RoleGrantQuerySet) -> RoleGrantQuerySet:
    across: RoleGrantQuerySet = grants.annotate(
        held_under=Coalesce("content_object__parent_id", "content_object_id"),
        managed_by=Coalesce("user__employer__parent_id", "user__employer_id"),
    ).exclude(held_under=F("managed_by"))
    return across
