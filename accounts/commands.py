"""The one door of management commands that touch people or records: `--as EMAIL --reason`, or the
demo operator.
"""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import CommandError

from accounts.acting import Acting, operator
from accounts.models import RoleGrant, User
from accounts.roles import Permission
from accounts.synthetic import is_synthetic


def add_operator_arguments(parser: ArgumentParser) -> None:
    """Adds `--as` and `--reason` to a command."""
    parser.add_argument("--as", dest="operator", metavar="EMAIL", help="the account you act as")
    parser.add_argument("--reason", default="", help="why you run this; kept with the event")


def operator_for(options: dict[str, str], command: str, permission: Permission) -> Acting:
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
    user = User.objects.select_related("employer__parent").filter(email=email.lower()).first()
    if user is None:
        raise CommandError("There is no account with that e-mail address.", returncode=2)
    grants = list(RoleGrant.objects.with_standing().filter(user=user))
    for grant in grants:
        acting = operator(user, grant, command)
        if acting.has(permission):
            return acting
    return operator(user, grants[0] if grants else None, command)
