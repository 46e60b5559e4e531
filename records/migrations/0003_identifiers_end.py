"""A wrong identifier is ended and stays; indexes that no query uses, and every import pays for, go.

Only the last day of an identifier may be changed: see contactpoint/grants.py.
"""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0001_initial"),
        ("records", "0002_search_storage"),
    ]

    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="identifier", name="identifier_once_a_child"),
        migrations.AddField(
            model_name="identifier",
            name="ended_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="identifier",
            constraint=models.UniqueConstraint(
                condition=models.Q(ended_on__isnull=True),
                fields=("scheme", "value", "child"),
                name="identifier_once_a_child",
            ),
        ),
        migrations.AlterField(
            model_name="childrecord",
            name="authority",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="accounts.authority",
            ),
        ),
        migrations.AlterField(
            model_name="practiceregistration",
            name="practice",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="registrations",
                to="records.practice",
            ),
        ),
        migrations.AlterField(
            model_name="schoolplace",
            name="school",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="places",
                to="records.school",
            ),
        ),
    ]
