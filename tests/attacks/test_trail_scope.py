"""A management team tries to see another authority's events: by URL, by object, by SQL."""

import uuid

import pytest
from django.db import DatabaseError, connections, transaction
from django.urls import reverse

from accounts.roles import Role
from audit.ledger.events import EventType
from audit.ledger.models import AuditEvent
from audit.ledger.scope import scope_to_base
from audit.ledger.writer import append
from audit.trail import reading
from audit.trail.policies import NotInTrail
from tests.factories.accounts import acting_as, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
TRAIL = "/trail/"
SECRET_RECORD = 770_077


@pytest.fixture
def foreigner(db):
    """A practitioner of another authority who has just opened a record."""
    somebody = acting_as(Role.PRACTITIONER)
    with transaction.atomic():
        append(
            EventType.RECORD_VIEWED,
            actor=somebody.actor,
            purpose="working_with",
            target_type="child_record",
            target_id=SECRET_RECORD,
        )
    return somebody


@pytest.fixture
def thief(client, management_team):
    """A client signed in as the management team that should see nothing of it."""
    sign_in(client, management_team.user)
    return client


def rows_seen(sql, params=()):
    with connections["local"].cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def test_another_authoritys_events_are_not_on_the_page(foreigner, thief):
    page = thief.get(TRAIL).content.decode()
    assert str(SECRET_RECORD) not in page
    assert foreigner.user.full_name not in page


def test_a_foreign_persons_key_answers_like_an_unknown_one_and_is_an_event(
    foreigner, thief, events
):
    events.mark()

    answers = [thief.get(TRAIL, {"person": key}) for key in (foreigner.user.key, uuid.uuid4())]

    assert [answer.status_code for answer in answers] == [404, 404]
    foreign, unknown = events.since_mark()
    for event in (foreign, unknown):
        assert (event.action, event.outcome) == ("access.denied", "denied")
        assert event.reason == "person-not-in-user-base"
        assert event.target_id is None


@pytest.mark.parametrize(
    "query",
    [
        "base={base}",
        "actor_base={base}",
        "org={base}",
        "scope=auditor",
        "using=auditor",
        "before=9007199254740991",
        "day_from=2026-01-01%27+OR+1=1--",
        "action=records%27+OR+actor_base={base}--",
    ],
)
def test_no_parameter_widens_the_trail(query, foreigner, thief):
    response = thief.get(f"{TRAIL}?{query.format(base=foreigner.base.pk)}")
    assert response.status_code == 200
    assert str(SECRET_RECORD) not in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "person=1",
        "person=%27",
        "before=0",
        "before=-1",
        "before=x",
        "before=9007199254740992",
        "before=" + "9" * 40,
    ],
)
def test_a_malformed_key_is_not_found(query, thief):
    assert thief.get(f"{TRAIL}?{query}").status_code == 404


def test_a_foreign_person_is_not_found_by_name_either(foreigner, thief, management_team):
    words = {"words": foreigner.user.email, "acting_grant": management_team.grant.pk}
    page = thief.post(reverse("trail:find-person"), words).content.decode()
    assert "Nobody found" in page
    assert str(foreigner.user.key) not in page


def test_the_database_holds_the_line_when_the_explicit_filter_is_forgotten(
    foreigner, management_team
):
    with transaction.atomic(using="local"):
        scope_to_base(management_team.base.pk)
        unfiltered = AuditEvent.objects.using("local")
        assert not unfiltered.filter(target_id=SECRET_RECORD).exists()
        assert not unfiltered.exclude(actor_base=management_team.base.pk).exists()


def test_raw_sql_as_the_local_role_sees_its_own_base_only(foreigner, management_team):
    with transaction.atomic(using="local"):
        scope_to_base(management_team.base.pk)
        bases = rows_seen("SELECT DISTINCT actor_base FROM audit_event")
        stolen = rows_seen(
            "SELECT id FROM audit_event WHERE target_id = %s OR actor_base = %s OR true IS TRUE"
            " AND actor_id = %s",
            [SECRET_RECORD, foreigner.base.pk, foreigner.user.pk],
        )
    assert set(bases) <= {(management_team.base.pk,)}
    assert stolen == []


def test_without_a_base_the_local_role_reads_nothing_at_all(foreigner):
    with pytest.raises(DatabaseError), transaction.atomic(using="local"):
        rows_seen("SELECT count(*) FROM audit_event")


def test_the_base_does_not_outlive_its_transaction(management_team):
    reading.read_trail(filters=reading.latest_days(), by=management_team)
    with pytest.raises(DatabaseError), transaction.atomic(using="local"):
        rows_seen("SELECT count(*) FROM audit_event")


@pytest.mark.parametrize("table", ["audit_payload", "accounts_user", "records_childrecord"])
def test_the_local_role_reads_no_other_table(table):
    with pytest.raises(DatabaseError), transaction.atomic(using="local"):
        rows_seen(f"SELECT count(*) FROM {table}")


def test_the_event_of_a_reading_never_bears_another_base(foreigner, management_team, events):
    with pytest.raises(NotInTrail):
        reading.read_trail(
            filters=reading.TrailFilters(
                day_from=reading.latest_days().day_from,
                day_to=reading.latest_days().day_to,
                person=foreigner.user.key,
            ),
            by=management_team,
        )
    assert "trail.read" not in events.actions()
