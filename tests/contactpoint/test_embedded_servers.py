"""The embedded servers: who may enter, what is left after a stop and after a kill."""

import re
import stat
from pathlib import Path

import psycopg2
import pytest
import redis

from contactpoint.embedded.servers import DATABASE_VARIABLES
from tests.contactpoint.embedded import (
    PATIENCE,
    Stack,
    alive,
    connect,
    finished,
    python,
    within,
)

pytestmark = pytest.mark.timeout(4 * PATIENCE)


def test_every_role_has_a_password_of_its_own(stack):
    passwords = {
        re.findall(":([^:@]+)@", stack.environment[name])[0] for name in DATABASE_VARIABLES
    }

    assert len(passwords) == len(DATABASE_VARIABLES)


def test_the_app_cannot_enter_as_the_owner(stack):
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        stack.connect("DATABASE_URL", user="idx_owner")


def test_nobody_enters_without_a_password(stack):
    with pytest.raises(psycopg2.OperationalError, match="no password supplied"):
        stack.connect("DATABASE_URL", user="contactpoint_admin", password="")


def test_no_role_is_strong_or_may_become_another(stack):
    with stack.connect("DATABASE_URL").cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'idx%' AND"
            " (rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls OR rolinherit)"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member"
            " WHERE r.rolname LIKE 'idx%'"
        )
        assert cursor.fetchone() == (0,)


def test_only_the_owner_makes_tables(stack):
    with stack.connect("DATABASE_OWNER_URL").cursor() as cursor:
        cursor.execute("CREATE TABLE mine (n int)")
    for variable in DATABASE_VARIABLES.keys() - {"DATABASE_OWNER_URL"}:
        with (
            stack.connect(variable).cursor() as cursor,
            pytest.raises(psycopg2.errors.InsufficientPrivilege),
        ):
            cursor.execute("CREATE TABLE theirs (n int)")


def test_the_database_is_marked_synthetic(stack):
    with stack.connect("DATABASE_URL").cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
            " WHERE datname = current_database()"
        )
        assert cursor.fetchone() == ("contactpoint: synthetic",)


def test_case_and_accents_do_not_depend_on_the_machine(stack):
    with stack.connect("DATABASE_URL").cursor() as cursor:
        cursor.execute("SELECT lower('ÉÀŁ'), current_setting('server_encoding')")
        assert cursor.fetchone() == ("éàł", "UTF8")


def test_no_server_opens_a_port(stack):
    with stack.connect("DATABASE_URL").cursor() as cursor:
        cursor.execute("SELECT current_setting('listen_addresses')")
        assert cursor.fetchone() == ("",)
    with redis.Redis.from_url(stack.environment["REDIS_URL"]) as cache:
        assert cache.config_get("port") == {"port": "0"}


def test_the_cache_asks_for_its_password(stack):
    address = re.sub(":[^:@]+@", "", stack.environment["REDIS_URL"])

    with redis.Redis.from_url(address) as cache, pytest.raises(redis.AuthenticationError):
        cache.ping()


def test_no_password_stands_in_the_process_list(stack):
    commands = [Path(f"/proc/{pid}/cmdline").read_bytes().decode() for pid in stack.pids]
    passwords = [re.search(":([^:@]+)@", url) for url in stack.environment.values()]

    assert all(commands)
    assert not [one for one in passwords if one and any(one[1] in line for line in commands)]


def test_a_failed_statement_is_not_logged_with_what_was_typed(stack, shared_folder):
    with stack.connect("DATABASE_OWNER_URL").cursor() as cursor:
        cursor.execute("CREATE TABLE once (name text PRIMARY KEY)")
        cursor.execute("INSERT INTO once VALUES ('Siobhan Typed')")
        with pytest.raises(psycopg2.IntegrityError):
            cursor.execute("INSERT INTO once VALUES ('Siobhan Typed')")

    log = (shared_folder / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "Siobhan" not in log


def test_only_this_user_reads_sockets_and_secrets(stack, shared_folder):
    assert stat.S_IMODE(stack.sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE((shared_folder / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((shared_folder / "postgres.log").stat().st_mode) == 0o600


def test_a_second_holder_of_the_folder_is_refused_by_name(stack, shared_folder):
    code, said = finished(python("manage.py", "demo", state=shared_folder))

    assert code == 2
    assert f"`a test` (process {stack.holder.pid}) is using" in said


def test_after_a_stop_nothing_is_left_and_data_and_passwords_are(resting_folder):
    with Stack(resting_folder) as first:
        with first.connect("DATABASE_OWNER_URL").cursor() as cursor:
            cursor.execute("CREATE TABLE kept (n int)")
        first.end()
    assert not any(map(alive, first.pids))
    assert not first.sockets.exists()

    with Stack(resting_folder) as second:
        with second.connect("DATABASE_OWNER_URL").cursor() as cursor:
            cursor.execute("SELECT count(*) FROM kept")
        second.end()
    assert first.environment["SECRET_KEY"] == second.environment["SECRET_KEY"]


def test_killing_the_holder_leaves_no_process_and_the_next_start_sweeps_its_sockets(resting_folder):
    with Stack(resting_folder) as killed:
        killed.holder.kill()

        assert within(PATIENCE, lambda: not any(map(alive, killed.pids)))
    assert killed.sockets.exists()
    with Stack(resting_folder) as again:
        again.end()
    assert not killed.sockets.exists()


def test_a_process_number_that_went_to_a_stranger_does_not_stop_the_next_start(resting_folder):
    with Stack(resting_folder) as before:
        before.end()
    (resting_folder / "postgres" / "postmaster.pid").write_text("1\n")

    with Stack(resting_folder) as again:
        connect(again.environment["DATABASE_URL"]).close()
        again.end()
