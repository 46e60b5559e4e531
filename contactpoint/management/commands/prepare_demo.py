"""`prepare_demo`: all that a demo needs before it serves, in one process to save seconds.

The supervisor calls it; by hand, `migrate`, `seed_demo` and `demo_people` do the same.
"""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Makes the tables, invents people and children, and writes who can sign in to a file."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("people", type=Path, help="an existing file that only this user reads")
        parser.add_argument("--children", type=int, required=True, help="how many there shall be")

    def handle(self, *args: Any, **options: Any) -> None:
        """The commands in their order; whatever one of them refuses ends it."""
        call_command("migrate", verbosity=0, stdout=self.stdout, stderr=self.stderr)
        call_command("seed_demo", children=options["children"], stdout=self.stdout)
        with options["people"].open("w", encoding="utf-8") as file:
            call_command("demo_people", json=True, stdout=file)
