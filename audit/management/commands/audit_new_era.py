"""`manage.py audit_new_era`: after a restore into another cluster, before anything is sealed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connections, transaction
from django.db.utils import OperationalError

from audit.ledger.actor import Actor, ActorKind
from audit.ledger.events import EventType
from audit.ledger.writer import append


class Command(BaseCommand):
    help = "Begins a new era of transaction identifiers after a restore; runs as the tables' owner."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with connections["owner"].cursor() as cursor:
                cursor.execute("SELECT public.audit_new_era()")
                (era,) = cursor.fetchone()
        except (ProgrammingError, OperationalError) as problem:
            raise CommandError(str(problem).splitlines()[0]) from None
        with transaction.atomic():
            append(
                EventType.LOG_ERA_STARTED,
                actor=Actor(kind=ActorKind.COMMAND, role="audit_new_era"),
                detail={"era": era},
            )
        self.stdout.write(f"Era {era} has begun.")
