"""The code of an invitation, told over another channel than its link, and its wrong guesses."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_accreditation_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="code_hash",
            field=models.CharField(default="", editable=False, max_length=128),
        ),
        migrations.AddField(
            model_name="invitation",
            name="wrong_codes",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
    ]
