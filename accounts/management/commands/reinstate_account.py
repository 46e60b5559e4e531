"""`reinstate_account EMAIL --as EMAIL --reason TEXT`: the action of the same name, for the server
room.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.commands import account_named, acting_by_command, add_operator_arguments
from accounts.ports import give_back
from accounts.roles import Permission


class Command(BaseCommand):
    help = "Gives a suspended or held account back to its owner."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the account concerned")
        add_operator_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_by_command(options, "reinstate_account", Permission.SUSPEND_ACCOUNT) as by:
            user = account_named(options["email"])
            reason = options["reason"] or "no reason given (invented data)"
            done = give_back(user, reason, by)
        self.stdout.write(
            "The account is active again."
            if done
            else "Nothing to do: the account was neither suspended nor held."
        )
