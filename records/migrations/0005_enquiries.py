"""Enquiries; searches waiting for their answer are forgotten, since they belong to none."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_known_devices"),
        ("records", "0004_search_by_address"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("DELETE FROM records_searchrequest", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Enquiry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("purpose", models.CharField(max_length=20)),
                ("case_reference", models.TextField()),
                ("fingerprint", models.BinaryField(max_length=16)),
                (
                    "opened_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "used_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-used_at"],
                "default_permissions": (),
            },
        ),
        migrations.RemoveConstraint(
            model_name="searchrequest",
            name="search_request_is_bound",
        ),
        migrations.AddField(
            model_name="enquiry",
            name="holder",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="enquiries",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="enquiry",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="searchrequest",
            name="enquiry",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.enquiry",
            ),
        ),
        migrations.AddConstraint(
            model_name="searchrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_draft", True),
                    models.Q(
                        ("enquiry__isnull", False),
                        ("grant_id__isnull", False),
                        ("session_ref__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="search_request_is_bound",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at__isnull", True),
                    ("closed_at__gte", models.F("opened_at")),
                    _connector="OR",
                ),
                name="enquiry_closed_after_opened",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("holder", "organisation", "fingerprint"),
                name="one_open_enquiry_a_reason",
            ),
        ),
    ]
