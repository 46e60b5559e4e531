"""Moves of employers between managing bodies, planned and made."""

import django.contrib.postgres.functions
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_identifier_columns_go")]

    operations = [
        migrations.CreateModel(
            name="OrganisationMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("effective_on", models.DateField()),
                ("reason", models.CharField(max_length=400)),
                ("decided_at", models.DateTimeField(auto_now_add=True)),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["effective_on", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="organisationmove",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="organisationmove",
            name="from_body",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="organisationmove",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moves",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="organisationmove",
            name="to_body",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationmove",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="move_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationmove",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_body", models.F("to_body")), _negated=True),
                name="move_leads_elsewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationmove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("made_at__isnull", True), ("cancelled_at__isnull", True), _connector="OR"
                ),
                name="move_is_made_or_called_off",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationmove",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at__isnull", True), ("made_at__isnull", True)),
                fields=("organisation",),
                name="one_planned_move",
            ),
        ),
    ]
