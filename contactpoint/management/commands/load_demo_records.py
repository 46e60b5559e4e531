"""`load_demo_records`: an invented England of any size, for measuring and trying out."""

import re
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contactpoint.invented.room import NoRoom
from contactpoint.invented.seed import NotSynthetic, load_england


def _seed(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]{1,20}", text):
        raise ArgumentTypeError("a seed is up to 20 small letters and digits")
    return text


class Command(BaseCommand):
    help = "Loads invented children into a database marked synthetic."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--children", type=int, required=True, help="how many there shall be")
        parser.add_argument(
            "--seed", type=_seed, default="1", help="the same seed, the same England"
        )
        parser.add_argument(
            "--profile",
            choices=["national", "full"],
            default="full",
            help="national: what a search needs; full: carers, schools, practices, numbers as well",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses (exit 2) a database not marked synthetic, and where disk or memory is short."""
        try:
            load_england(options["children"], options["seed"], self._say, options["profile"])
        except (NotSynthetic, NoRoom) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal

    def _say(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()
