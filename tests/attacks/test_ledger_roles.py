"""What somebody who has taken over a login of the service can do to the ledger: add to it, no more.

Every statement here runs in the real database as the real role.
"""

import pytest
from django.db import DatabaseError, connections, transaction
from django.db.utils import DataError, ProgrammingError

from audit.ledger.actor import Actor, ActorKind
from audit.ledger.events import EventType, Outcome
from audit.ledger.models import AuditEvent, AuditPayload, LedgerIsAppendOnly
from audit.ledger.scope import scope_to_base
from audit.ledger.writer import NoTransaction, append
from tests.audit.owner import owner_cursor

MINIMUM = "action, outcome, actor_kind"
VALUES = "'trail.read', 'success', 'job'"
SERVICE_ROLES = ["idx_app", "idx_local", "idx_auditor", "idx_scan", "idx_count", "idx_sealer"]
GENERATED = {
    "id": "1",
    "era": "2",
    "recorded_at": "now() - interval '1 day'",
    "xid": "'1'::xid8",
}


def somebody(base):
    return Actor(kind=ActorKind.PERSON, id=100 + base, org=base, base=base)


def deny(base):
    with transaction.atomic():
        return append(
            EventType.ACCESS_DENIED,
            actor=somebody(base),
            outcome=Outcome.DENIED,
            reason="role_may_not",
            payload="typed words",
        )


def read_trail(base, alias):
    days = {"day_from": "2026-11-01", "day_to": "2026-11-07"}
    append(EventType.TRAIL_READ, actor=somebody(base), detail=days, using=alias)


def partition_of(cursor, event_id):
    cursor.execute("SELECT tableoid::regclass::text FROM audit_event WHERE id = %s", [event_id])
    return cursor.fetchone()[0]


def attempt(sql, alias="default"):
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db
def test_the_service_signs_in_as_the_weak_role_and_is_nobody_else():
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT session_user, current_user, rolsuper, rolbypassrls, rolcreaterole,"
            " EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid)"
            " FROM pg_roles AS r WHERE rolname = session_user"
        )
        assert cursor.fetchone() == ("idx_app", "idx_app", False, False, False, False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_event SET outcome = 'success'",
        "UPDATE audit_event SET outcome = 'success' WHERE false",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "SELECT action FROM audit_event",
        "SELECT * FROM audit_event",
        "SELECT xid FROM audit_event",
        "SELECT 1 FROM audit_event WHERE actor_id = 41",
        "SELECT id FROM audit_event FOR UPDATE",
        "SELECT * FROM audit_payload",
        "SELECT event_id FROM audit_payload",
        "UPDATE audit_payload SET body = ''",
        "DELETE FROM audit_payload",
        "TRUNCATE audit_payload",
        f"INSERT INTO audit_event ({MINIMUM}) VALUES ({VALUES}) RETURNING action",
        (
            f"INSERT INTO audit_event ({MINIMUM}) VALUES ({VALUES}) ON CONFLICT (id, recorded_at)"
            " DO UPDATE SET action = 'trail.read'"
        ),
        (
            "MERGE INTO audit_event AS e USING (VALUES (1)) AS v (id) ON e.id = v.id"
            " WHEN MATCHED THEN DELETE"
        ),
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "ALTER TABLE audit_event DISABLE TRIGGER no_mod",
        "ALTER TABLE audit_event DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE audit_event ADD COLUMN x text",
        "ALTER TABLE audit_event ALTER COLUMN era SET DEFAULT 9",
        "ALTER TABLE audit_event OWNER TO idx_app",
        "DROP TABLE audit_event",
        "DROP TRIGGER no_mod ON audit_event",
        "DROP FUNCTION audit_refuse() CASCADE",
        (
            "CREATE OR REPLACE FUNCTION public.audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " 'begin return null; end'"
        ),
        (
            "CREATE TRIGGER mine BEFORE INSERT ON audit_event FOR EACH ROW"
            " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        ),
        "CREATE RULE mine AS ON INSERT TO audit_event DO INSTEAD NOTHING",
        "CREATE POLICY mine ON audit_event USING (true)",
        "GRANT UPDATE ON audit_event TO idx_app",
        "SET session_replication_role = replica",
        "SET ROLE idx_owner",
        "SET SESSION AUTHORIZATION idx_owner",
        "SET ROLE idx_auditor",
        "SELECT setval('audit_event_id_seq', 1)",
        "SELECT nextval('audit_event_id_seq')",
        "SELECT last_value FROM audit_event_id_seq",
        "CREATE TABLE audit_part.mine (x int)",
        "CREATE TABLE public.mine (x int)",
        "SELECT * FROM pg_read_file('postgresql.conf')",
        "COPY audit_event FROM PROGRAM 'true'",
        "COPY audit_event TO '/tmp/stolen'",
    ],
)
def test_the_app_login_is_refused(sql):
    deny(3)
    with pytest.raises(ProgrammingError, match=r"permission denied|must be (owner|superuser)"):
        attempt(sql)


@pytest.mark.django_db
@pytest.mark.parametrize(("column", "value"), GENERATED.items())
@pytest.mark.parametrize("overriding", ["", "OVERRIDING SYSTEM VALUE", "OVERRIDING USER VALUE"])
def test_the_app_login_cannot_name_what_the_database_fills_in(column, value, overriding):
    with pytest.raises(ProgrammingError, match=r"permission denied|GENERATED ALWAYS"):
        attempt(
            f"INSERT INTO audit_event ({MINIMUM}, {column}) {overriding} VALUES ({VALUES}, {value})"
        )


@pytest.mark.django_db
def test_the_app_login_cannot_reach_a_partition(as_owner):
    as_owner.execute(
        "SELECT min(inhrelid::regclass::text) FROM pg_inherits"
        " WHERE inhparent = 'public.audit_event'::regclass"
    )
    (partition,) = as_owner.fetchone()
    assert partition.startswith("audit_part.")
    for sql in (
        (
            f"INSERT INTO {partition} ({MINIMUM}, id, recorded_at, era, xid, detail)"
            f" VALUES ({VALUES}, 1, now(), 1, '1', '{{}}')"
        ),
        f"SELECT id FROM {partition}",
        f"UPDATE {partition} SET reason = 'x'",
        f"TRUNCATE {partition}",
        f"DROP TABLE {partition}",
        f"ALTER TABLE public.audit_event DETACH PARTITION {partition}",
    ):
        with pytest.raises(ProgrammingError, match=r"permission denied|must be (owner|superuser)"):
            attempt(sql)


@pytest.mark.django_db
def test_the_app_login_can_add_an_event_and_see_its_number():
    appended = deny(3)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT recorded_at FROM audit_event WHERE id = %s", [appended.id])
        assert cursor.fetchone() == (appended.recorded_at,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("alias", "sql"),
    [
        (alias, sql)
        for alias in ("local", "auditor")
        for sql in (
            "UPDATE audit_event SET outcome = 'success'",
            "DELETE FROM audit_event",
            "TRUNCATE audit_event",
            "DELETE FROM audit_payload",
            (
                "INSERT INTO audit_payload (event_id, recorded_at, salt, body)"
                " VALUES (0, now(), decode(repeat('00', 16), 'hex'), '')"
            ),
            "SET ROLE idx_owner",
            "SELECT audit_ensure_partitions(1)",
            "ALTER TABLE audit_event DISABLE ROW LEVEL SECURITY",
            "SELECT count(*) FROM audit_part.audit_event_y2026m11",
        )
    ]
    + [
        ("local", "SELECT * FROM audit_payload"),
        ("local", "SET row_security = off; TABLE audit_event"),
    ],
)
def test_a_reading_login_is_refused(alias, sql):
    deny(3)
    with pytest.raises(
        ProgrammingError, match=r"permission denied|must be owner|row-level security"
    ):
        attempt(sql, alias)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("column", "value"), GENERATED.items())
@pytest.mark.parametrize("alias", ["local", "auditor"])
def test_a_reading_login_cannot_name_what_the_database_fills_in(alias, column, value):
    with pytest.raises(ProgrammingError, match="permission denied"):
        attempt(
            f"INSERT INTO audit_event ({MINIMUM}, {column}) OVERRIDING SYSTEM VALUE"
            f" VALUES ({VALUES}, {value})",
            alias,
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("relation", ["event", "payload", "partition"])
@pytest.mark.parametrize(
    "verb", ["UPDATE {} SET recorded_at = now()", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_the_owner_is_refused_too(relation, verb):
    appended = deny(3)
    with owner_cursor() as cursor:
        target = {
            "event": "audit_event",
            "payload": "audit_payload",
            "partition": partition_of(cursor, appended.id),
        }[relation]
        with pytest.raises(Exception, match="the ledger is append-only") as refused:
            cursor.execute(verb.format(target))
    assert refused.value.pgcode == "42501"


@pytest.mark.django_db
def test_every_guard_fires_always_on_the_table_and_on_every_partition(as_owner):
    as_owner.execute(
        "SELECT c.oid::regclass::text, array_agg(t.tgname::text ORDER BY t.tgname)"
        "  FROM pg_class AS c JOIN pg_trigger AS t ON t.tgrelid = c.oid"
        " WHERE t.tgname <> 'test_fault' AND t.tgenabled = 'A' GROUP BY 1"
    )
    guarded = dict(as_owner.fetchall())
    as_owner.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit_event'::regclass"
    )
    partitions = [name for (name,) in as_owner.fetchall()]
    assert len(partitions) >= 4
    for table in ["audit_event", *partitions]:
        assert guarded[table] == ["checked", "no_mod", "no_trunc"]
    assert guarded["audit_payload"] == ["no_mod", "no_trunc"]


@pytest.mark.django_db
@pytest.mark.parametrize("role", SERVICE_ROLES)
def test_a_login_holds_these_privileges_and_no_others(role, as_owner):
    as_owner.execute(
        "SELECT t, p FROM unnest(array['audit_event', 'audit_payload']) AS t, unnest(array["
        " 'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p"
        " WHERE has_table_privilege(%(role)s, t, p) OR has_any_column_privilege(%(role)s, t,"
        "       CASE WHEN p IN ('DELETE', 'TRUNCATE', 'TRIGGER') THEN 'UPDATE' ELSE p END)",
        {"role": role},
    )
    held = {f"{privilege} {table}" for table, privilege in as_owner.fetchall()}
    insert, read = "INSERT audit_event", "SELECT audit_event"
    assert (
        held
        == {
            "idx_app": {insert, read, "INSERT audit_payload"},
            "idx_local": {insert, read},
            "idx_auditor": {insert, read, "SELECT audit_payload"},
            "idx_scan": {insert, read},
            "idx_count": set(),
            "idx_sealer": {read},
        }[role]
    )


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*SERVICE_ROLES, "public"])
def test_no_login_has_anything_in_the_schema_of_the_partitions(role, as_owner):
    as_owner.execute(
        "SELECT has_schema_privilege(%(role)s, 'audit_part', 'USAGE')"
        " OR has_schema_privilege(%(role)s, 'audit_part', 'CREATE')"
        " OR bool_or(has_table_privilege(%(role)s, c.oid, 'DELETE, TRUNCATE, TRIGGER')"
        "            OR has_any_column_privilege(%(role)s, c.oid, 'SELECT, INSERT, UPDATE'))"
        " FROM pg_class AS c WHERE c.relnamespace = 'audit_part'::regnamespace AND c.relkind = 'r'",
        {"role": role},
    )
    assert as_owner.fetchone() == (False,)


def read_actor_bases(alias="local"):
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT DISTINCT actor_base FROM audit_event")
        return {base for (base,) in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
def test_a_local_team_sees_its_own_base_whatever_the_query():
    deny(901)
    deny(902)
    with transaction.atomic(using="local"):
        scope_to_base(901)
        assert read_actor_bases() == {901}
        rows = AuditEvent.objects.using("local").filter(actor_base=902)
        assert list(rows) == []
        with connections["local"].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM audit_event WHERE actor_base <> 901 OR true OR xid IS NULL"
            )
            everything = cursor.fetchone()[0]
            cursor.execute("SELECT count(*) FROM audit_event WHERE actor_base = 901")
            assert cursor.fetchone()[0] == everything


@pytest.mark.django_db(transaction=True)
def test_a_local_read_without_a_base_raises_instead_of_answering():
    deny(901)
    with pytest.raises(DatabaseError, match=r"index\.base|invalid input syntax"):
        read_actor_bases()


@pytest.mark.django_db(transaction=True)
def test_the_base_ends_with_its_transaction():
    deny(901)
    with transaction.atomic(using="local"):
        scope_to_base(901)
        assert read_actor_bases() == {901}
    with pytest.raises(DataError):
        read_actor_bases()


@pytest.mark.django_db(transaction=True)
def test_a_base_is_not_set_outside_a_transaction():
    with pytest.raises(NoTransaction):
        scope_to_base(901)


@pytest.mark.django_db(transaction=True)
def test_a_local_team_writes_that_it_read_but_only_for_its_own_base(events):
    with transaction.atomic(using="local"):
        scope_to_base(901)
        read_trail(901, "local")
        with pytest.raises(ProgrammingError, match="row-level security"):
            read_trail(902, "local")
        transaction.set_rollback(True, using="local")
    with transaction.atomic(using="local"):
        scope_to_base(901)
        read_trail(901, "local")
    assert [event.actor_base for event in events.since_mark()] == [901]


@pytest.mark.django_db(transaction=True)
def test_the_auditor_reads_every_base_and_the_payloads_and_leaves_events():
    first, second = deny(901), deny(902)
    with transaction.atomic(using="auditor"):
        read_trail(1, "auditor")
    assert {901, 902} <= read_actor_bases("auditor")
    payloads = AuditPayload.objects.using("auditor").filter(event_id__in=[first.id, second.id])
    assert [payload.body for payload in payloads] == ["typed words", "typed words"]


@pytest.mark.django_db
def test_the_read_models_refuse_to_write():
    row = AuditEvent(id=1, action="trail.read")
    rows = AuditEvent.objects.all()
    attempts = [
        row.save,
        row.delete,
        rows.delete,
        lambda: rows.update(action="trail.read"),
        lambda: AuditEvent.objects.create(action="trail.read"),
        lambda: AuditEvent.objects.bulk_create([row]),
        lambda: AuditEvent.objects.bulk_update([row], ["action"]),
        lambda: AuditEvent.objects.get_or_create(id=1),
        lambda: AuditEvent.objects.update_or_create(id=1),
        AuditPayload(event_id=1).save,
        AuditPayload.objects.all().delete,
    ]
    for write in attempts:
        with pytest.raises(LedgerIsAppendOnly):
            write()
