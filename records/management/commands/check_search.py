"""`check_search`: compares the search index with the records and names what differs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.commands import acting_by_command, add_operator_arguments
from records.search.upkeep import PERMISSION, check_index

MOST_NAMED = 50


class Command(BaseCommand):
    help = "Compare the search index with the records; exit 1 if they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_operator_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        with acting_by_command(options, "check_search", PERMISSION) as by:
            for batch in check_index(reason=options["reason"], by=by):
                for difference in batch:
                    found += 1
                    if found <= MOST_NAMED:
                        self.stdout.write(f"child {difference.child_id}: {difference.kind}")
        if found:
            raise CommandError(f"{found:,} differences; run rebuild_search.", returncode=1)
        self.stdout.write("The search index agrees with the records.")
