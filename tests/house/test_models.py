"""Every table says what the app role may do to it, and the database agrees."""

import pytest
from django.apps import apps
from django.db import connection

from contactpoint.grants import APP_ROLE, tables

pytestmark = pytest.mark.django_db


def managed_models():
    return [model for model in apps.get_models() if model._meta.managed]


def test_every_model_has_a_line_in_grants():
    assert {model._meta.label for model in managed_models()} == set(tables())


@pytest.mark.parametrize("label", sorted(tables()))
def test_the_app_role_has_exactly_the_privileges_listed(label):
    model = apps.get_model(label)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(array_agg(p ORDER BY p), '{}') FROM unnest(%s::text[]) p"
            " WHERE has_table_privilege(%s, %s, p)",
            [
                ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"],
                APP_ROLE,
                connection.ops.quote_name(model._meta.db_table),
            ],
        )
        (held,) = cursor.fetchone()
        cursor.execute(
            "SELECT format('%%s (%%s)', privilege_type, column_name)"
            " FROM information_schema.column_privileges"
            " WHERE table_name = %s AND grantee = %s AND privilege_type <> ALL (%s)",
            [model._meta.db_table, APP_ROLE, held],
        )
        held += [privilege for (privilege,) in cursor.fetchall()]
    listed = {part.strip() for part in tables()[label].split(",") if part.strip()}
    assert set(held) == listed


def test_people_organisations_and_children_cannot_be_deleted_by_the_app():
    for label in ("accounts.User", "accounts.Organisation", "records.ChildRecord"):
        assert "DELETE" not in tables()[label]


def test_nobody_can_be_made_a_superuser():
    user = apps.get_model("accounts.User")
    assert not {"is_superuser", "is_staff", "groups", "user_permissions"} & {
        field.name for field in user._meta.get_fields()
    }
