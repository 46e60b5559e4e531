"""URN, ODS and GSS codes that stand in columns become rows."""

from typing import Any

from django.db import migrations

COLUMNS = {"urn": "urn", "ods": "ods_code"}


def into_rows(apps: Any, schema_editor: Any) -> None:
    """Every code that stands in a column, and the GSS code of every authority, as a row."""
    using = schema_editor.connection.alias
    identifiers = apps.get_model("accounts", "OrganisationIdentifier").objects.using(using)
    for organisation in apps.get_model("accounts", "Organisation").objects.using(using):
        held = {scheme: getattr(organisation, column) for scheme, column in COLUMNS.items()}
        held["gss"] = organisation.authority_id or ""
        for scheme, value in held.items():
            if value:
                identifiers.create(organisation=organisation, scheme=scheme, value=value)


def back_into_columns(apps: Any, schema_editor: Any) -> None:
    """What holds today goes back; history has no place in columns."""
    using = schema_editor.connection.alias
    identifiers = apps.get_model("accounts", "OrganisationIdentifier").objects.using(using)
    organisations = apps.get_model("accounts", "Organisation").objects.using(using)
    for held in identifiers.filter(scheme__in=COLUMNS, valid_until__isnull=True):
        column = COLUMNS[held.scheme]
        organisations.filter(pk=held.organisation_id).update(**{column: held.value})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_organisation_identifiers")]

    operations = [migrations.RunPython(into_rows, back_into_columns)]
