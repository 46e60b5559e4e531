"""`./manage.py import_staff FILE.csv --employer KEY`: a thin door to the action `import_staff`."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts.actions import FeedSummary, TooManyLeavers, import_staff
from accounts.commands import acting_by_command, add_operator_arguments
from accounts.models import Organisation
from accounts.roles import Permission
from accounts.staffing import BrokenFeed, Reject, read_staff


class Command(BaseCommand):
    help = "Takes one employer's whole list of staff: proposes joiners, closes leavers, moves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument(
            "--employer", type=UUID, required=True, help="its key, from its page in the register"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="check and count, change nothing"
        )
        parser.add_argument(
            "--confirm-leavers",
            type=int,
            metavar="N",
            help="close N accounts, after the command has stopped and said so",
        )
        add_operator_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        with acting_by_command(options, "import_staff", Permission.MANAGE_ACCOUNTS) as by:
            try:
                summary = import_staff(
                    file=read_staff(path.read_bytes()),
                    employer=_employer(options["employer"]),
                    confirmed_leavers=options["confirm_leavers"],
                    dry_run=options["dry_run"],
                    reason=options["reason"],
                    by=by,
                )
            except OSError as error:
                raise CommandError(f"{path}: {error.strerror}", returncode=2) from None
            except BrokenFeed as broken:
                raise CommandError(f"{path}: {broken} Nothing was done.", returncode=1) from None
            except TooManyLeavers as stopped:
                raise CommandError(
                    f"This would close {stopped.leavers} of {stopped.people} accounts, so nothing"
                    " was done. If every one of these people has left, run it again with"
                    f" --confirm-leavers {stopped.leavers}",
                    returncode=1,
                ) from None
        self._report(summary, path, options["dry_run"])

    def _report(self, summary: FeedSummary, path: Path, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write("Dry run: nothing was changed.")
        for one in fields(summary):
            if one.name != "rejects":
                self.stdout.write(f"{one.name:>10}: {getattr(summary, one.name):,}")
        if summary.rejects:
            listed = path.with_name(f"{path.name}.rejects.csv")
            _write_rejects(listed, summary.rejects)
            self.stdout.write(f"Rejected rows are explained in {listed}")


def _employer(key: UUID) -> Organisation:
    known = Organisation.objects.select_related("parent")
    found: Organisation | None = known.filter(key=key).first()
    if found is None:
        raise CommandError("There is no organisation with that key.", returncode=2)
    return found


def _write_rejects(path: Path, rejects: list[Reject]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "column", "value_class", "remedy"])
        writer.writerows([r.line, r.column, r.value_class, r.remedy] for r in rejects)
