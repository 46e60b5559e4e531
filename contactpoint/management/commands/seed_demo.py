"""`seed_demo`: invented people and children for the demonstration, up to a number."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contactpoint.invented.seed import NotSynthetic, seed


class Command(BaseCommand):
    help = "Fills a database marked synthetic with invented people and children."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--children", type=int, default=20_000, help="how many there shall be")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses (exit 2) on a database not marked synthetic. Running again adds nothing."""
        try:
            seed(options["children"], self._say)
        except NotSynthetic as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal

    def _say(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()
