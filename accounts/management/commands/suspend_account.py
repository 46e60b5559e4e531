"""`suspend_account EMAIL --as EMAIL --reason TEXT`: the action of the same name, for the server
room.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.commands import account_named, acting_by_command, add_operator_arguments
from accounts.ports import suspend
from accounts.roles import Permission


class Command(BaseCommand):
    help = "Suspends an account: every session of it ends at its next request."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the account concerned")
        add_operator_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_by_command(options, "suspend_account", Permission.SUSPEND_ACCOUNT) as by:
            user = account_named(options["email"])
            reason = options["reason"] or "no reason given (invented data)"
            done = suspend(user, reason, by)
        self.stdout.write(
            "The account is suspended." if done else "Nothing to do: the account was not active."
        )
