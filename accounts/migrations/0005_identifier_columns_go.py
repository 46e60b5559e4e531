"""The columns that rows have replaced."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_identifiers_into_rows")]

    operations = [
        migrations.RemoveConstraint(
            model_name="organisation",
            name="urn_is_six_digits",
        ),
        migrations.RemoveConstraint(
            model_name="organisation",
            name="ods_code_shape",
        ),
        migrations.RemoveConstraint(
            model_name="organisation",
            name="urn_once",
        ),
        migrations.RemoveConstraint(
            model_name="organisation",
            name="ods_code_once",
        ),
        migrations.RemoveField(
            model_name="organisation",
            name="ods_code",
        ),
        migrations.RemoveField(
            model_name="organisation",
            name="urn",
        ),
    ]
