"""The trail of one child record stays fast: `sql/0006_trail.sql`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_retention")]

    operations = [
        migrations.RunSQL(
            sql=(SQL / "0006_trail.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0006_trail_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
