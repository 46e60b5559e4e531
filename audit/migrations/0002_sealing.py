"""Seals, nodes, checkpoints, cosignatures and eras: `sql/0002_sealing.sql`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_ledger")]

    operations = [
        migrations.RunSQL(
            sql=(SQL / "0002_sealing.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0002_sealing_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
