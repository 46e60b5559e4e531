"""`manage.py audit_partitions`: makes the ledger's partitions ahead and says how far."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.ledger.partitions import MONTHS_AHEAD, ensure_partitions, months_ahead


class Command(BaseCommand):
    help = "Makes the ledger's monthly partitions ahead (0 to 12 months). May be run at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ahead", type=int, default=MONTHS_AHEAD, metavar="MONTHS")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = ensure_partitions(options["ahead"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made} made; partitions reach {months_ahead()} months ahead")
