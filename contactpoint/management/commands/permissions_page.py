"""`permissions_page`: writes `docs/permissions.md` anew from the code. Reads nobody's data."""

from typing import Any

from django.core.management.base import BaseCommand

from contactpoint.permissions_page import PAGE, page


class Command(BaseCommand):
    help = "Writes docs/permissions.md from the table of roles."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        PAGE.write_text(page(), encoding="utf-8")
        self.stdout.write(f"Written: {PAGE.name}")
