"""How far a search by address alone has come: its children are shown only after their range."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0003_identifiers_end")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="searchrequest",
            name="address_step",
            field=models.CharField(
                blank=True,
                choices=[
                    ("asked", "Nothing shown"),
                    ("counted", "About how many children was shown"),
                    ("confirmed", "Its children were asked for"),
                ],
                default="",
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="searchrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("address_step", ""),
                    models.Q(
                        ("address_step__in", ["asked", "counted", "confirmed"]), ("is_draft", False)
                    ),
                    _connector="OR",
                ),
                name="search_request_step_is_known",
            ),
        ),
    ]
