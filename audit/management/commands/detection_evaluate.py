"""`detection_evaluate`: replay a world in files through the scan, and write what it would do."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.synthetic import is_synthetic
from audit.detection.replay.folder import BadFolder, Folder
from audit.detection.replay.run import replay


class Command(BaseCommand):
    help = "Replay a world in files through the scan, on a scratch database; write its actions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--input", type=Path, required=True, metavar="DIR")
        parser.add_argument("--output", type=Path, required=True, metavar="actions.jsonl")
        parser.add_argument("--scan-seconds", type=int, default=300)

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 2: not a scratch database, or no such folder; exit 1: a world not understood."""
        if not is_synthetic() or User.objects.exists():
            raise CommandError(
                "This is no scratch database. Run the command in a checkout without DATABASE_URL,"
                " which makes one for it, or name an empty database that is marked synthetic.",
                returncode=2,
            )
        if options["scan_seconds"] < 1:
            raise CommandError("--scan-seconds is at least 1.", returncode=2)
        try:
            with options["output"].open("w", encoding="utf-8") as output:
                done = replay(
                    Folder(options["input"]),
                    output,
                    scan_seconds=options["scan_seconds"],
                    say=lambda line: self.stderr.write(line, self.style.NOTICE),
                )
        except BadFolder as bad:
            raise CommandError(str(bad), returncode=1) from None
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}", returncode=2) from None
        self.stdout.write(f"{done:,} actions")
