"""`demo` among Django's commands; `manage.py` runs it without Django, to start at once.

The work is in embedded/supervisor.py.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contactpoint.embedded import supervisor


class Command(BaseCommand):
    help = "Run the whole site on servers of its own, with invented people and children."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        supervisor.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        code = supervisor.run(options["port"], options["children"])
        if code:
            raise CommandError("The demo did not run.", returncode=code)
