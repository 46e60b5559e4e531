"""The hand-written table and the code agree, and nothing is missing from either."""

import csv

from django.core.management import get_commands

from accounts.roles import Permission, Role, permissions_of
from contactpoint.celery import app
from contactpoint.permissions_page import PAGE, page
from tests.house.permissions import ANSWERS, EVERYBODY, FILE, SANCTIONS, lines
from tests.house.test_commands import BY_SOMEBODY, OF_THE_SYSTEM, OURS, SYNTHETIC_ONLY
from tests.house.urls import routes

HOW = "add a line to tests/expected_permissions.csv (docs/how-to/add-a-page.md)"


def test_every_role_may_what_the_table_says_and_nothing_else():
    table = lines("permission")
    assert set(table) == set(Permission), HOW
    for name, line in table.items():
        allowed = {role for role, answer in line.roles.items() if answer}
        assert allowed == {role for role in Role if Permission(name) in permissions_of(role)}, name


def test_every_address_has_a_line():
    assert set(lines("url")) == {route.name for route in routes()}, HOW


def test_an_address_is_open_to_strangers_only_where_the_table_says_so():
    public = {name for name, line in lines("url").items() if line.everybody == "public"}
    assert {route.name for route in routes() if route.open} == public


def test_every_command_of_ours_has_a_line_that_names_its_door():
    table = lines("command")
    assert set(table) == {name for name, room in get_commands().items() if room in OURS}, HOW
    doors = {name: line.everybody for name, line in table.items()}
    assert {name for name, door in doors.items() if door == "operator"} == OF_THE_SYSTEM
    assert {name for name, door in doors.items() if door == "synthetic"} == set(SYNTHETIC_ONLY)
    assert {name for name, door in doors.items() if not door} == set(BY_SOMEBODY)


def test_every_task_has_a_line():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith(("celery.", "tests."))}
    assert set(lines("task")) == ours, HOW


def test_the_table_is_written_in_its_own_few_words():
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [(row["kind"], row["name"]) for row in rows]
    assert len(names) == len(set(names))
    for row in rows:
        answers = [row[who].partition(":") for who in (*Role.values, "no_role")]
        given = {answer for answer, _, _ in answers}
        assert {state for _, _, state in answers} <= {"", "always", *SANCTIONS}, row
        assert row["everybody"] in EVERYBODY, row
        assert given <= ANSWERS, row
        assert row["open_under"] in {"", *SANCTIONS}, row
        assert not (row["everybody"] and given - {""}), row
        assert row["everybody"] or given - {""}, row


def test_the_page_in_the_documentation_is_the_code():
    assert PAGE.read_text(encoding="utf-8") == page(), "run ./manage.py permissions_page"
