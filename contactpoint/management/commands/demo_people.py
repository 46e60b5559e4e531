"""`demo_people`: who can sign in to the running demonstration, and with what. Invented people."""

import json
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.synthetic import is_synthetic
from contactpoint.embedded.screen import table
from contactpoint.invented.people import PEOPLE, credentials_of


class Command(BaseCommand):
    help = "Lists the invented people of the demonstration with what they sign in with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="as JSON, for other programs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses (exit 2) outside a demonstration on a database marked synthetic."""
        if not settings.DEMO:
            raise CommandError("Only a running demonstration has people to show.", returncode=2)
        if not is_synthetic():
            raise CommandError("This database is not marked synthetic.", returncode=2)
        people = _people()
        if options["json"]:
            self.stdout.write(json.dumps(people, ensure_ascii=False))
            return
        for line in table(people, time.time()):
            self.stdout.write(line)


def _people() -> list[dict[str, str]]:
    invented = User.objects.filter(is_invented=True).select_related("employer")
    employers = {user.email: user.employer.name for user in invented}
    return [
        {
            "role": str(person.role.label),
            "organisation": employers[person.email],
            "name": person.name,
            "email": person.email,
            **vars(credentials_of(person)),
        }
        for person in PEOPLE
        if person.email in employers
    ]
