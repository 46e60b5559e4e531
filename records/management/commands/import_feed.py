"""`./manage.py import_feed NAME FILE.csv --source NAME`: a thin door to `records.feeds.work`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.commands import acting_by_command, add_operator_arguments
from accounts.policies import require_permission
from accounts.roles import Permission
from records.feeds import BrokenFile
from records.feeds.progress import ProgressBar
from records.feeds.rejects import RejectsFile
from records.feeds.work import FEEDS, LoadSummary, TableReader, load_feed


class Command(BaseCommand):
    help = "Loads involvements, teams, memberships, sites, rota or networks from a CSV file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("feed", choices=sorted(FEEDS), metavar="FEED", help=", ".join(FEEDS))
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
            summary, ignored = self._load(path, rejects, options)
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
        self, path: Path, rejects: RejectsFile, options: dict[str, Any]
    ) -> tuple[LoadSummary, list[str]]:
        with acting_by_command(options, "import_feed", Permission.IMPORT_RECORDS) as by:
            require_permission(by, Permission.IMPORT_RECORDS)
            with path.open("rb") as file:
                reader = TableReader(file, FEEDS[options["feed"]])
                size = path.stat().st_size or 1
                with ProgressBar(self.stderr, lambda: reader.bytes_read / size) as bar:
                    summary = load_feed(
                        reader,
                        source=options["source"],
                        dry_run=options["dry_run"],
                        reason=options["reason"],
                        on_reject=rejects,
                        progress=bar,
                        by=by,
                    )
        return summary, reader.ignored

    def _report(
        self,
        summary: LoadSummary,
        ignored: list[str],
        rejects: RejectsFile,
        options: dict[str, Any],
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
