"""`./manage.py import_records FILE.csv --source NAME`: a thin door to `records.feeds`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from accounts.commands import acting_by_command, add_operator_arguments
from accounts.models import Authority
from accounts.roles import Permission
from accounts.synthetic import is_synthetic
from records.feeds import BrokenFile, FileReader, Summary, load_rows
from records.feeds.progress import ProgressBar
from records.feeds.rejects import RejectsFile


class Command(BaseCommand):
    help = "Loads child records from a CSV file; running it again changes only what has changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--source", required=True, help="short code of the source, no spaces")
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")
        parser.add_argument(
            "--rejects", type=Path, help="where faults are listed (FILE.csv.rejects.csv)"
        )
        add_operator_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        rejects = RejectsFile(options["rejects"] or path.with_name(f"{path.name}.rejects.csv"))
        try:
            with path.open("rb") as file:
                summary, ignored = self._load(file, path.stat().st_size, rejects, options)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=2) from None
        except BrokenFile as broken:
            raise CommandError(f"{path}: {broken} Nothing was loaded.", returncode=1) from None
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None
        finally:
            rejects.close()
        self._report(summary, ignored, rejects, options)

    def _load(
        self, file: BinaryIO, size: int, rejects: RejectsFile, options: dict[str, Any]
    ) -> tuple[Summary, list[str]]:
        reader = FileReader(file, frozenset(Authority.objects.values_list("pk", flat=True)))
        with (
            acting_by_command(options, "import_records", Permission.IMPORT_RECORDS) as by,
            ProgressBar(self.stderr, lambda: reader.bytes_read / (size or 1)) as bar,
        ):
            summary = load_rows(
                reader,
                source=options["source"],
                dry_run=options["dry_run"],
                is_invented=is_synthetic(),
                reason=options["reason"],
                on_reject=rejects,
                progress=bar,
                by=by,
            )
        return summary, reader.ignored

    def _report(
        self, summary: Summary, ignored: list[str], rejects: RejectsFile, options: dict[str, Any]
    ) -> None:
        listed = str(rejects.path) if rejects else None
        if options["json"]:
            facts = {**asdict(summary), "ignored_columns": ignored, "rejects_file": listed}
            self.stdout.write(json.dumps({**facts, "dry_run": options["dry_run"]}))
            return
        if ignored:
            self.stdout.write(f"Columns not known and not read: {', '.join(ignored)}")
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was written.")
        for name, count in asdict(summary).items():
            self.stdout.write(f"{name:>10}: {count:,}")
        if listed:
            self.stdout.write(f"Rejected rows are explained in {listed}")
