"""Codes of organisations moved from columns into rows, on tables that hold some: nothing is lost on
the way there, to the newest release, and back.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)
ALIAS, NAME = "rehearsal", "test_contactpoint_rehearsal"
COLUMNS = ("accounts", "0003_organisation_identifiers")
CODES = {("E06000001", "gss"), ("123456", "urn"), ("654321", "urn"), ("RX1", "ods")}


@pytest.fixture
def rehearsal(as_owner: Any, worker_id: str) -> Iterator[Any]:
    """An empty database of its own beside that of the other tests."""
    name = f"{NAME}_{worker_id}"
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    connections.databases[ALIAS] = {**owner.settings_dict, "NAME": name}
    try:
        connections[ALIAS].connect()  # pytest-django opens only those it knew before
        yield connections[ALIAS]
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.databases[ALIAS]
        with owner.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrate(connection: Any, *targets: tuple[str, str]) -> Any:
    """Brings the database to these migrations; the models as they are there."""
    executor = MigrationExecutor(connection)
    wanted = list(targets) or [
        node for node in executor.loader.graph.leaf_nodes() if node[0] == "accounts"
    ]
    return executor.migrate(wanted).apps


def fill(apps: Any) -> None:
    """An authority, a national partner and three employers; one of these has no code at all."""
    authority = apps.get_model("accounts", "Authority").objects.using(ALIAS)
    town = authority.create(gss_code="E06000001", name="Oakham")
    organisation = apps.get_model("accounts", "Organisation").objects.using(ALIAS)
    council = organisation.create(kind="local_authority", name="Oakham", authority=town)
    trust = organisation.create(kind="national_partner", name="A trust")
    for name, codes in (
        ("Mill Lane", {"urn": "123456"}),
        ("High Street", {"urn": "654321", "ods_code": "RX1"}),
        ("No code", {}),
    ):
        parent = trust if name == "No code" else council
        organisation.create(kind="employer", name=name, parent=parent, **codes)


def rows(apps: Any) -> set[tuple[str, str]]:
    held = apps.get_model("accounts", "OrganisationIdentifier").objects.using(ALIAS)
    return set(held.values_list("value", "scheme"))


def test_codes_in_columns_become_rows_and_columns_again(rehearsal):
    fill(migrate(rehearsal, COLUMNS))

    newest = migrate(rehearsal)
    assert rows(newest) == CODES
    assert newest.get_model("accounts", "Organisation").objects.using(ALIAS).count() == 5
    of_two = newest.get_model("accounts", "OrganisationIdentifier").objects.using(ALIAS)
    assert of_two.filter(organisation__name="High Street").count() == 2

    before = migrate(rehearsal, COLUMNS)
    organisations = before.get_model("accounts", "Organisation").objects.using(ALIAS)
    codes = organisations.filter(kind="employer").values_list("name", "urn", "ods_code")
    assert set(codes) == {
        ("Mill Lane", "123456", ""),
        ("High Street", "654321", "RX1"),
        ("No code", "", ""),
    }
