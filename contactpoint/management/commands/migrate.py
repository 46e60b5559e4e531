"""`migrate`, as the tables' owner, and what must be true after it: grants, event partitions,
reference data.
"""

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections

from accounts.reference import load_authorities, load_first_versions
from audit.ledger.partitions import ensure_partitions
from contactpoint.grants import apply_grants


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] == DEFAULT_DB_ALIAS and "owner" in connections:
            options["database"] = "owner"
        super().handle(*args, **options)
        if options.get("app_label") or options.get("check_unapplied") or options.get("plan"):
            return
        apply_grants(options["database"])
        ensure_partitions(using=options["database"])
        load_authorities(using=options["database"])
        load_first_versions(using=options["database"])
