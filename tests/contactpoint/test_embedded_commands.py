"""`./manage.py` in a checkout without configuration, and where it must not help itself."""

from pathlib import Path

import pytest

from tests.contactpoint.embedded import PATIENCE, finished, python

pytestmark = pytest.mark.timeout(PATIENCE + 60)


def manage(*arguments: str, state: Path, **variables: str) -> tuple[int, str]:
    """Run `manage.py`; its exit code and all it said."""
    return finished(python("manage.py", *arguments, state=state, **variables))


def test_help_starts_nothing(tmp_path):
    code, said = manage("help", "demo", state=tmp_path / "state")

    assert code == 0
    assert "--children" in said
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("value", ["1", "true", "yes please"])
def test_production_starts_nothing(tmp_path, value):
    code, said = manage("migrate", state=tmp_path / "state", CONTACTPOINT_PRODUCTION=value)

    assert code == 1
    assert "Set the SECRET_KEY environment variable" in said
    assert not (tmp_path / "state").exists()


def test_a_given_database_is_used_and_nothing_starts(tmp_path):
    given = {
        "DATABASE_URL": "postgres://nobody@/none?host=%2Fnonexistent",
        "REDIS_URL": "unix:///x",
    }

    code, said = manage("migrate", state=tmp_path, SECRET_KEY="x", FIELD_KEY="x", **given)

    assert code == 1
    assert "/nonexistent" in said
    assert list(tmp_path.iterdir()) == []


def test_the_demo_refuses_a_given_database(tmp_path):
    code, said = manage("demo", state=tmp_path, DATABASE_URL="postgres://nobody@/none")

    assert code == 2
    assert "unset DATABASE_URL" in said
