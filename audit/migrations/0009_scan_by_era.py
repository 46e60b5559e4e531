"""A cursor is of an era; one that stands already is of the first, the only one it can have seen."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0008_alerts_are_passed_up"),
    ]

    operations = [
        migrations.AddField(
            model_name="scancursor",
            name="era",
            field=models.SmallIntegerField(default=1),
            preserve_default=False,
        ),
    ]
