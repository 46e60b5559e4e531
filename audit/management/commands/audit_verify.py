"""`manage.py audit_verify`: is the ledger what it was when it was sealed, and what witnesses saw?

Exit codes: 0 good, 1 tampering found, 2 cannot decide, 3 good but late.
"""

import json
from argparse import BooleanOptionalAction
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from audit.ledger import configured
from audit.ledger.actor import Actor, ActorKind
from audit.ledger.notes import NoteInvalid, Verifier
from audit.ledger.results import record
from audit.ledger.verify import Keys, Report, Scope, Verdict, verify

SHOWN = 50
WORDS = {
    Verdict.GOOD: "Good: the ledger is what it was when it was sealed, and what witnesses saw.",
    Verdict.TAMPERED: "TAMPERED. Keep the machine as it is: docs/runbooks/ledger-findings.md.",
    Verdict.UNDECIDED: "Nothing wrong was found, but this cannot be called good:",
    Verdict.LATE: "Good, but late:",
}


class Command(BaseCommand):
    help = "Verifies the ledger. Exit 0 good, 1 tampering found, 2 cannot decide, 3 good but late."

    def add_arguments(self, parser: CommandParser) -> None:
        scope = parser.add_mutually_exclusive_group()
        scope.add_argument("--since", type=int, default=0, metavar="SIZE", help="from this size on")
        scope.add_argument("--event", type=int, nargs="+", default=[], metavar="ID")
        scope.add_argument("--sample", type=int, default=0, metavar="N", help="N events by chance")
        parser.add_argument("--notes", type=Path, help="folder of notes that witnesses signed")
        parser.add_argument("--log-key", action="append", default=[], metavar="VKEY")
        parser.add_argument("--witness-key", action="append", default=[], metavar="VKEY")
        parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes")
        parser.add_argument("--json", action="store_true", help="the report as JSON")
        parser.add_argument(
            "--record", action=BooleanOptionalAction, default=True, help="as an event"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self._verified(options)
            if options["record"]:
                record(report, actor=Actor(kind=ActorKind.COMMAND, role="audit_verify"))
        except (ImproperlyConfigured, NoteInvalid, OSError, DatabaseError) as problem:
            raise CommandError(f"Cannot decide: {problem}", returncode=Verdict.UNDECIDED) from None
        self.stdout.write(_as_json(report) if options["json"] else _as_text(report))
        if report.verdict is not Verdict.GOOD:
            raise SystemExit(int(report.verdict))

    def _verified(self, options: dict[str, Any]) -> Report:
        ours = configured.public_keys()
        keys = Keys(
            _given(options["log_key"], ours.log), _given(options["witness_key"], ours.witnesses)
        )
        scope = Scope(options["since"], options["event"], options["sample"])
        notes = options["notes"] or configured.notes_folder()
        if notes is not None and not notes.is_dir() and options["notes"] is None:
            notes = None  # no witness has written anything yet
        return verify(keys, notes=notes, scope=scope, workers=options["workers"])


def _given(vkeys: list[str], otherwise: Any) -> Any:
    return [Verifier.from_vkey(vkey) for vkey in vkeys] or otherwise


def _as_text(report: Report) -> str:
    summary = (
        f"{report.size:,} events sealed; {report.rows:,} compared with their leaves;"
        f" {report.notes:,} witnessed notes, the newest of size {report.witnessed:,};"
        f" {report.seconds:.1f} s"
    )
    lines = [summary, *map(str, report.findings[:SHOWN])]
    if len(report.findings) > SHOWN:
        lines.append(f"… and {len(report.findings) - SHOWN:,} more findings")
    lines += [WORDS[report.verdict], *report.undecided, *report.late]
    return "\n".join(lines)


def _as_json(report: Report) -> str:
    body = asdict(report) | {"verdict": report.verdict.name.lower(), "by_code": report.by_code()}
    return json.dumps(body, indent=2)
