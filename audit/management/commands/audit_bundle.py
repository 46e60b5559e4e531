"""`manage.py audit_bundle`: the proofs of events, for somebody who need not trust us."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.commands import acting_by_command, add_operator_arguments
from accounts.policies import require_permission
from accounts.roles import Permission
from audit.ledger.bundle import bundle
from audit.ledger.events import EventType
from audit.ledger.tree import NotSealed
from audit.ledger.writer import append


class Command(BaseCommand):
    help = "Writes events with the proofs that they are in the sealed, witnessed ledger."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--event", type=int, nargs="+", required=True, metavar="ID")
        parser.add_argument("--out", type=Path, help="a new file; without it, the screen")
        add_operator_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_by_command(options, "audit_bundle", Permission.READ_WHOLE_TRAIL) as by:
            require_permission(by, Permission.READ_WHOLE_TRAIL)
            try:
                with transaction.atomic(using="auditor"):
                    append(
                        EventType.AUDIT_BUNDLED,
                        actor=by.actor,
                        detail={"event_ids": options["event"]},
                        payload=None,
                        using="auditor",
                    )
                    made = bundle(options["event"])
            except NotSealed as problem:
                raise CommandError(f"{problem}. Try again in a minute.") from None
        text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
        if options["out"] is None:
            self.stdout.write(text, ending="")
            return
        try:
            with options["out"].open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as problem:
            raise CommandError(f"{options['out']} cannot be written: {problem.strerror}.") from None
