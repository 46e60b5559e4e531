"""The one door of management commands that touch people or records: `--as EMAIL --reason`, or the
demo operator.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError

from accounts.acting import Acting, operator
from accounts.models import RoleGrant, User
from accounts.policies import Refused, can
from accounts.refusals import record_refusal
from accounts.roles import Permission
from accounts.synthetic import is_synthetic


def add_operator_arguments(parser: ArgumentParser) -> None:
    """Adds `--as` and `--reason` to a command."""
    parser.add_argument("--as", dest="operator", metavar="EMAIL", help="the account you act as")
    parser.add_argument("--reason", default="", help="why you run this; kept with the event")


def operator_for(options: dict[str, Any], command: str, permission: Permission) -> Acting:
    """The person a command acts as, with the first of their live grants that includes `permission`.

    Raises `CommandError` (exit 2) when no account is named, unless the database is synthetic, where
    the demo operator stands in and the event says so. Whether the account may act is still asked of
    the policies.
    """
    email = options.get("operator")
    if not email:
        if is_synthetic():
            return operator(None, None, command)
        raise CommandError("Say who you are and why: --as EMAIL --reason TEXT", returncode=2)
    if not options.get("reason"):
        raise CommandError("Say why: --reason TEXT", returncode=2)
    user = account_named(email)
    grants = RoleGrant.objects.with_standing().filter(user=user).order_by("pk")
    candidates = [operator(user, grant, command) for grant in grants]
    fitting = [acting for acting in candidates if can(acting, permission).allowed]
    return next(iter(fitting + candidates), operator(user, None, command))


@contextmanager
def acting_by_command(
    options: dict[str, Any], command: str, permission: Permission
) -> Iterator[Acting]:
    """Around the work of a command: yields who acts; a refusal is recorded and ends with exit 1."""
    by = operator_for(options, command, permission)
    try:
        yield by
    except Refused as refused:
        record_refusal(by, refused)
        raise CommandError(
            f"{refused.decision.message} {refused.decision.remedy}", returncode=1
        ) from None


def account_named(email: str) -> User:
    """The account a command is about. Raises `CommandError` (exit 2) when there is none."""
    users = User.objects.select_related("employer__parent")
    user = users.filter(email=email.strip().lower()).first()
    if user is None:
        raise CommandError("There is no account with that e-mail address.", returncode=2)
    return user
