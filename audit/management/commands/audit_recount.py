"""`manage.py audit_recount`: the dashboards' counts, counted anew from the sealed events."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from audit.ledger.actor import Actor, ActorKind
from audit.ledger.counts import recount
from audit.ledger.events import EventType
from audit.ledger.writer import append


class Command(BaseCommand):
    help = "Counts the sealed events anew for the dashboards; runs as the tables' owner."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():  # first the event: a recount that nobody can see is not made
            append(
                EventType.COMMAND_RUN,
                actor=Actor(kind=ActorKind.COMMAND, role="audit_recount"),
                detail={"command": "audit_recount"},
            )
        self.stdout.write(f"{recount()} counts were made anew.")
