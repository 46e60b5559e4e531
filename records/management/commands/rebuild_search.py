"""`rebuild_search`: writes the whole search index anew while searches go on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.commands import acting_by_command, add_operator_arguments
from records.search.upkeep import PERMISSION, children_to_index, rebuild_index

WIDTH = 30


class Command(BaseCommand):
    help = "Rebuild the search index from the records, online."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_operator_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_by_command(options, "rebuild_search", PERMISSION) as by:
            total = children_to_index()
            for done in rebuild_index(reason=options["reason"], by=by):
                self._show(done, total)
        self.stdout.write("\nThe search index is rebuilt and its names are counted.")

    def _show(self, done: int, total: int) -> None:
        done = min(done, total)
        share = done / total if total else 1.0
        bar = "#" * round(share * WIDTH)
        self.stdout.write(f"\r[{bar:<{WIDTH}}] {done:,} of {total:,}", ending="")
        self.stdout.flush()
