"""`unlock_account EMAIL --checked HOW --as EMAIL --reason TEXT`: opens a sign-in that wrong
passwords locked.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.actions import unlock_account
from accounts.commands import account_named, acting_by_command, add_operator_arguments
from accounts.models.signin_help import Checked
from accounts.roles import Permission


class Command(BaseCommand):
    help = (
        "Opens a sign-in that too many wrong passwords locked. Check first that it is the person."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the account concerned")
        parser.add_argument(
            "--checked",
            required=True,
            choices=Checked.values,
            help="how you know that it is the person; of another team: call_back",
        )
        add_operator_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_by_command(options, "unlock_account", Permission.MANAGE_ACCOUNTS) as by:
            opened = unlock_account(
                user=account_named(options["email"]), checked=Checked(options["checked"]), by=by
            )
        self.stdout.write("The lock is open." if opened else "Nothing to do: it was not locked.")
