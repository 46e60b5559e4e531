"""`manage.py audit_new_key`: a new key for the sealer, and its public half to hand round."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.ledger.keys import write_key
from audit.ledger.notes import KeyKind, NoteInvalid, Signer


class Command(BaseCommand):
    help = "Makes a key for the sealer: a file that its process alone may read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the log's name, for example index.example.org/audit")
        parser.add_argument("file", type=Path, help="a new file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            signer = Signer.generate(options["name"], KeyKind.LOG)
            write_key(options["file"], signer)
        except (NoteInvalid, OSError) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(signer.verifier.to_vkey())
