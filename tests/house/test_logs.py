"""Operator logs carry ids and event names only: never what a person typed or a row held."""

import io
import json
import logging

import pytest
import structlog
from django.conf import settings
from django.db import IntegrityError, connection

from accounts.models import Organisation
from contactpoint.celery import app


@pytest.fixture
def lines(monkeypatch):
    """The log as production writes it, line by line."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    formatter = dict(settings.LOGGING["formatters"]["json"])
    handler.setFormatter(formatter.pop("()")(**formatter))
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def break_a_constraint():
    """The database's complaint quotes the row."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Organisation._meta.db_table} (kind, name, is_invented,"
            " closing_reason, duty_phone, created_at)"
            " VALUES ('employer', 'Quoted Name', true, '', '', now())"
        )


@pytest.mark.django_db
def test_an_error_is_logged_by_type_and_place_without_its_words(lines):
    with pytest.raises(IntegrityError) as caught:
        break_a_constraint()
    assert "Quoted Name" in str(caught.value)
    error = (IntegrityError, caught.value, caught.value.__traceback__)
    logging.getLogger("some.library").error("failed", exc_info=error)
    structlog.get_logger("ours").error("request_failed", exc_info=error, exception=caught.value)
    logged = lines()
    assert [line["error"] for line in logged] == ["IntegrityError", "IntegrityError"]
    assert all("break_a_constraint" in " ".join(line["at"]) for line in logged)
    assert "Quoted Name" not in json.dumps(logged)


@pytest.mark.django_db
def test_a_failed_task_is_logged_by_name_without_its_words(lines):
    @app.task(name="tests.breaks")
    def breaks():
        break_a_constraint()

    try:
        breaks.apply()
        logged = [line for line in lines() if line["event"] == "task_failed"]
    finally:
        app.tasks.unregister("tests.breaks")
    assert [line["task"] for line in logged] == ["tests.breaks"]
    assert "Quoted Name" not in json.dumps(lines())
