"""The ledger's tables, guards, privileges and partitions: `sql/0001_ledger.sql`."""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(
            sql=(SQL / "0001_ledger.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "0001_ledger_reverse.sql").read_text(encoding="utf-8"),
        ),
        # For Django's picture of the models only: they are unmanaged, no table is made here.
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("era", models.SmallIntegerField()),
                ("recorded_at", models.DateTimeField()),
                ("xid", models.TextField()),
                ("action", models.TextField()),
                ("outcome", models.TextField()),
                ("reason", models.TextField(null=True)),
                ("actor_kind", models.TextField()),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_role", models.TextField(null=True)),
                ("actor_org", models.IntegerField(null=True)),
                ("actor_base", models.IntegerField(null=True)),
                ("grant_id", models.BigIntegerField(null=True)),
                ("on_behalf_of", models.BigIntegerField(null=True)),
                ("session_ref", models.BinaryField(null=True)),
                ("source_ip", models.GenericIPAddressField(null=True)),
                ("request_id", models.UUIDField(null=True)),
                ("network_id", models.IntegerField(null=True)),
                ("target_type", models.TextField(null=True)),
                ("target_id", models.BigIntegerField(null=True)),
                ("child_authority", models.TextField(null=True)),
                ("enquiry_id", models.BigIntegerField(null=True)),
                ("purpose", models.TextField(null=True)),
                (
                    "query_fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), null=True
                    ),
                ),
                ("own_surname", models.BooleanField(null=True)),
                ("own_address", models.BooleanField(null=True)),
                ("result_count", models.IntegerField(null=True)),
                (
                    "result_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), null=True
                    ),
                ),
                ("facts", models.TextField(null=True)),
                ("detail", models.TextField()),
                ("payload_digest", models.BinaryField(null=True)),
            ],
            options={"db_table": "audit_event", "managed": False},
        ),
        migrations.CreateModel(
            name="AuditPayload",
            fields=[
                ("event_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("recorded_at", models.DateTimeField()),
                ("salt", models.BinaryField()),
                ("body", models.TextField()),
            ],
            options={"db_table": "audit_payload", "managed": False},
        ),
    ]
