"""What a person may read of the ledger about themselves: `sql/0003_own_events.sql`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_sealing")]

    operations = [
        migrations.RunSQL(
            sql=(SQL / "0003_own_events.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0003_own_events_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
