"""`manage.py doctor` (`make doctor`): what is wrong, in words, and what to do about it."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from contactpoint.alarms import alarms


class Command(BaseCommand):
    help = "Says in words what is wrong and what to do. Exit 0: nothing; 1: something; 2: unknown."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wrong = alarms()
        except (DatabaseError, OSError) as problem:
            self.stdout.write(f"Database or cache does not answer: {type(problem).__name__}.")
            raise SystemExit(2) from None
        for alarm in wrong:
            self.stdout.write(f"- {alarm.words}\n  {alarm.remedy}")
        if wrong:
            raise SystemExit(1)
        self.stdout.write("Nothing is wrong that can be seen from here.")
