"""Payloads expire, and are held back from it: `sql/0005_retention.sql`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_counts")]

    operations = [
        migrations.RunSQL(
            sql=(SQL / "0005_retention.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0005_retention_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
