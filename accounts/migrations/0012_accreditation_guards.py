"""Triggers: how an application moves, what approval needs, when evidence may change."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0011_accreditation_applications")]

    operations: ClassVar = [
        migrations.RunSQL(
            (SQL / "accreditation_guards.sql").read_text(encoding="utf-8"),
            (SQL / "accreditation_guards_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
