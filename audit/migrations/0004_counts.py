"""Counts of sealed events for dashboards: `sql/0004_counts.sql`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_own_events")]

    operations = [
        migrations.RunSQL(
            sql=(SQL / "0004_counts.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0004_counts_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
