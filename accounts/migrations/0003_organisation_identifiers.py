"""Identifiers of organisations as rows of their own, with dates and successors."""

import django.contrib.postgres.functions
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_organisations_close")]

    operations = [
        migrations.CreateModel(
            name="OrganisationIdentifier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scheme",
                    models.CharField(
                        choices=[
                            ("urn", "URN (schools)"),
                            ("ukprn", "UKPRN (education providers)"),
                            ("ods", "ODS code (health and care)"),
                            ("gss", "GSS code (areas)"),
                            ("charity", "Charity number"),
                            ("company", "Company number"),
                        ],
                        max_length=8,
                    ),
                ),
                ("value", models.CharField(max_length=12)),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["scheme", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="organisationidentifier",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="identifiers",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="organisationidentifier",
            name="recorded_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="organisationidentifier",
            name="successor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="predecessors",
                to="accounts.organisationidentifier",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationidentifier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("scheme", "urn"), ("value__regex", "^[0-9]{6}$")),
                    models.Q(("scheme", "ukprn"), ("value__regex", "^[0-9]{8}$")),
                    models.Q(("scheme", "ods"), ("value__regex", "^[A-Z0-9]{3,8}$")),
                    models.Q(("scheme", "gss"), ("value__regex", "^[A-Z][0-9]{8}$")),
                    models.Q(("scheme", "charity"), ("value__regex", "^[0-9]{6,8}$")),
                    models.Q(("scheme", "company"), ("value__regex", "^[A-Z0-9]{8}$")),
                    _connector="OR",
                ),
                name="identifier_has_its_schemes_shape",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationidentifier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from__isnull", True),
                    ("valid_until__isnull", True),
                    ("valid_until__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="identifier_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationidentifier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("successor__isnull", True),
                    models.Q(
                        ("valid_until__isnull", False),
                        models.Q(("successor", models.F("pk")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="only_an_ended_identifier_has_a_successor",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationidentifier",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_until__isnull", True)),
                fields=("scheme", "value"),
                name="one_live_holder_a_value",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationidentifier",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_until__isnull", True)),
                fields=("organisation", "scheme"),
                name="one_live_identifier_a_scheme",
            ),
        ),
    ]
