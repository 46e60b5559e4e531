"""A management team reads what its people did, in words; reading leaves an event of its own."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import DatabaseError, connections, transaction
from django.db.models import Func, TextField, Value
from django.db.models.functions import Cast
from django.db.models.lookups import Exact
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.acting import job, nobody
from accounts.policies import Refused
from accounts.roles import Role
from audit.ledger.actor import Actor, ActorKind
from audit.ledger.events import EventType, Outcome
from audit.ledger.notes import KeyKind, Signer
from audit.ledger.sealer import seal
from audit.ledger.writer import append
from audit.trail import reading
from audit.trail.groups import ActionGroup
from audit.trail.reading import PAGE_SIZE, TrailFilters, latest_days, read_trail
from tests.audit.faults import commit_fails, event_insert_fails, partition_missing
from tests.factories.accounts import EmployerFactory, UserFactory, acting_as, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
TRAIL = "/trail/"


@pytest.fixture
def practitioner(db):
    """A person of an authority; the ledger's tests beside this file mean a bare actor by it."""
    return acting_as(Role.PRACTITIONER)


def searched(by, **changes):
    said = {
        "purpose": "child_at_risk",
        "query_fields": ["family_name", "date_of_birth"],
        "result_count": 3,
        "result_ids": [9001, 9002, 9003],
    }
    with transaction.atomic():
        return append(EventType.SEARCH_PERFORMED, actor=by.actor, **{**said, **changes})


def opened(by, child=9002):
    with transaction.atomic():
        return append(
            EventType.RECORD_VIEWED,
            actor=by.actor,
            purpose="child_at_risk",
            target_type="child_record",
            target_id=child,
            child_authority="E06000001",
        )


def said(by, event, **more):
    with transaction.atomic():
        return append(event, actor=by.actor, **more)


def asking(**filters):
    today = timezone.localdate()
    return TrailFilters(**{"day_from": today, "day_to": today, **filters})


def trail(by, **filters):
    return read_trail(filters=asking(**filters), by=by)


def work(page):
    """The rows of a page without those that readings of the trail left themselves."""
    return [row for row in page.rows if not row.what.startswith("Read the audit trail")]


def text_of(response):
    return " ".join(unescape(strip_tags(response.content.decode())).split())


def test_a_search_and_an_opening_stand_in_the_trail_in_words(practitioner, management_team):
    searched(practitioner)
    opened(practitioner)

    viewed, search = work(trail(management_team))
    assert search.what == "Searched by family name and date of birth; 3 records shown"
    assert search.records == (9001, 9002, 9003)
    assert viewed.what == "Opened a child record"
    assert viewed.records == (9002,)
    assert viewed.who.name == practitioner.user.full_name
    assert viewed.who.role == "Practitioner"
    assert viewed.who.organisation == practitioner.organisation.name
    assert "harm" in viewed.reason_for_access
    assert viewed.outcome == "Done"


def test_the_page_shows_the_two_events_to_a_reader(client, practitioner, management_team):
    searched(practitioner)
    opened(practitioner)
    sign_in(client, management_team.user)

    response = client.get(TRAIL)

    assert response.status_code == 200
    text = text_of(response)
    assert "Searched by family name and date of birth; 3 records shown" in text
    assert "Opened a child record" in text
    assert practitioner.user.full_name in text
    assert "9001, 9002, 9003" in text
    assert "Printed by" in text
    assert "no-store" in response.headers["Cache-Control"]


def test_reading_the_trail_leaves_an_event_that_says_what_was_asked_for(
    management_team, practitioner, events
):
    today = timezone.localdate()
    trail(
        management_team,
        day_from=today - timedelta(days=2),
        person=practitioner.user.key,
        action=ActionGroup.SEARCHES,
    )

    event = events.one("trail.read")
    assert (event.actor_id, event.actor_base) == (
        management_team.user.pk,
        management_team.base.pk,
    )
    assert event.detail == {
        "day_from": (today - timedelta(days=2)).isoformat(),
        "day_to": today.isoformat(),
        "filters": ["person", "action"],
        "user_id": practitioner.user.pk,
        "actions": "searches",
    }
    assert event.result_count is None


def test_a_reading_is_committed_before_the_reader_sees_anything(management_team):
    page = trail(management_team)
    assert page.rows[0].what.startswith("Read the audit trail of ")
    assert page.rows[0].who.name == management_team.user.full_name


@pytest.mark.parametrize("fault", [event_insert_fails, commit_fails, partition_missing])
def test_no_event_no_trail(fault, client, practitioner, management_team):
    opened(practitioner)
    sign_in(client, management_team.user)
    client.raise_request_exception = False
    connections["local"].close()
    with fault():
        response = client.get(TRAIL)
    assert response.status_code == 500
    assert "Opened a child record" not in text_of(response)


def test_no_query_begins_when_the_event_cannot_be_written(management_team):
    with (
        event_insert_fails(),
        CaptureQueriesContext(connections["local"]) as asked,
        pytest.raises(DatabaseError),
    ):
        trail(management_team)
    assert not [q for q in asked.captured_queries if 'FROM "audit_event"' in q["sql"]]


@pytest.mark.parametrize(
    "role",
    [Role.PRACTITIONER, Role.MEDIATOR, Role.SHIELD_ADMINISTRATOR, Role.ACCREDITATION_OFFICER],
)
def test_others_are_refused_and_the_refusal_is_an_event(client, role, events):
    somebody = acting_as(role)
    assert somebody.user
    sign_in(client, somebody.user)

    assert client.get(TRAIL).status_code == 403
    assert client.get(TRAIL + "?day_from=nonsense").status_code == 403
    assert client.get(reverse("trail:find-person")).status_code == 403

    refusals = [e for e in events.since_mark() if e.action == "access.denied"]
    assert len(refusals) == 3
    assert {(e.reason, e.actor_id) for e in refusals} == {("role-may-not", somebody.user.pk)}
    assert "trail.read" not in events.actions()


def test_a_refusal_stands_in_the_trail_of_the_persons_own_team(
    client, practitioner, management_team
):
    sign_in(client, practitioner.user)
    client.get(TRAIL)

    [row] = work(trail(management_team, action=ActionGroup.REFUSALS))
    assert row.what == (
        "Was refused when asking to read the audit trail: the role does not allow it"
    )
    assert row.outcome == "Refused"


def test_a_team_whose_authority_is_no_longer_accredited_reads_nothing(client, management_team):
    sign_in(client, management_team.user)
    management_team.base.accreditations.update(valid_until=timezone.localdate() - timedelta(days=1))

    response = client.get(TRAIL)

    assert response.status_code == 403
    assert "accredited" in text_of(response)


def test_the_trail_is_filtered_by_person(practitioner, management_team):
    colleague = acting_as(Role.PRACTITIONER, at=practitioner.base)
    opened(practitioner)
    opened(colleague)

    page = trail(management_team, person=colleague.user.key)

    assert [row.who.key for row in page.rows] == [colleague.user.key]
    assert page.person == colleague.user


def test_somebody_employed_beneath_the_authority_can_be_picked_out(management_team):
    school = EmployerFactory.create(parent=management_team.base)
    teacher = acting_as(Role.PRACTITIONER, at=school)
    opened(teacher)

    [row] = trail(management_team, person=teacher.user.key).rows
    assert row.who.organisation == school.name


def test_the_trail_is_filtered_by_kind_of_action(practitioner, management_team):
    searched(practitioner)
    opened(practitioner)

    page = trail(management_team, action=ActionGroup.RECORDS)

    assert [row.what for row in page.rows] == ["Opened a child record"]


def test_the_trail_is_filtered_by_day(practitioner, management_team):
    opened(practitioner)
    yesterday = timezone.localdate() - timedelta(days=1)

    assert trail(management_team, day_from=yesterday, day_to=yesterday).rows == ()


def test_the_newest_week_is_shown_when_nothing_is_asked_for():
    filters = latest_days()
    assert filters.day_to == timezone.localdate()
    assert filters.day_from == filters.day_to - timedelta(days=6)


def test_older_events_are_on_the_next_page_and_none_is_lost(practitioner, management_team):
    written = [opened(practitioner, child=100 + n).id for n in range(PAGE_SIZE + 3)]

    first = trail(management_team, action=ActionGroup.RECORDS)
    second = trail(management_team, action=ActionGroup.RECORDS, before=first.older)

    assert [row.id for row in first.rows + second.rows] == written[::-1]
    assert (len(first.rows), len(second.rows), second.older) == (PAGE_SIZE, 3, None)


def test_the_number_of_statements_does_not_grow_with_the_rows(practitioner, management_team):
    def statements():
        counted = {}
        for alias in ("local", "default"):
            connections[alias].ensure_connection()
        with (
            CaptureQueriesContext(connections["local"]) as local,
            CaptureQueriesContext(connections["default"]) as default,
        ):
            trail(management_team)
        for alias, asked in (("local", local), ("default", default)):
            sql = [q["sql"] for q in asked.captured_queries]
            counted[alias] = len([s for s in sql if s.split()[0] not in {"BEGIN", "COMMIT"}])
        return counted

    opened(practitioner)
    few = statements()
    for _ in range(30):
        opened(acting_as(Role.PRACTITIONER, at=practitioner.base))
    assert statements() == few == {"local": 6, "default": 3}


def test_the_central_team_and_the_auditor_read_the_whole_trail(practitioner):
    opened(practitioner)
    for role in (Role.CENTRAL_TEAM, Role.AUDITOR):
        reader = acting_as(role)
        page = trail(reader, person=practitioner.user.key)
        assert [row.what for row in page.rows] == ["Opened a child record"]
        assert page.whole


def test_a_job_and_a_stranger_are_named_for_what_they_are(management_team):
    auditor = acting_as(Role.AUDITOR)
    said(job("accounts.clear_sessions"), EventType.COMMAND_RUN, detail={"command": "clear"})
    said(nobody(), EventType.AUTH_PASSWORD_RESET_REQUESTED)

    stranger, clearing = work(trail(auditor))[:2]  # the whole trail holds other tests' events too

    assert (clearing.who.name, clearing.what) == (
        "Job: accounts.clear_sessions",
        "Ran a command: clear",
    )
    assert stranger.who.name == "Somebody not signed in"


def test_an_account_that_is_gone_is_shown_by_its_recorded_number(management_team):
    gone = Actor(kind=ActorKind.PERSON, id=987_654, base=management_team.base.pk, org=876_543)
    with transaction.atomic():
        append(EventType.AUTH_LOGOUT, actor=gone)

    [row] = work(trail(management_team))
    assert row.who.name == "Account 987654, as recorded"
    assert row.who.organisation == "Organisation 876543, as recorded"
    assert row.who.key is None


def test_the_account_acted_on_is_named_only_to_its_own_team(management_team, practitioner):
    for target in (practitioner.user.pk, UserFactory().pk):
        said(
            management_team,
            EventType.ACCOUNT_AMENDED,
            target_type="user",
            target_id=target,
            detail={"fields": ["work_phone"]},
        )

    stranger, own = work(trail(management_team))
    assert own.about == practitioner.user.full_name
    assert own.what == "Amended an account: work phone"
    assert stranger.about == ""


def test_what_was_typed_is_never_in_the_trail(client, practitioner, management_team):
    searched(practitioner, payload="Wilhelmina Featherstonehaugh")
    sign_in(client, management_team.user)
    assert "Featherstonehaugh" not in client.get(TRAIL).content.decode()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("day_from_0=31&day_from_1=2&day_from_2=2026", "From must be a real date"),
        ("day_from_0=1", "Enter the month"),
        ("day_from=2024-01-01", "Choose at most 92 days at a time"),
        ("day_from=2099-01-01", "From must be today or in the past"),
        ("day_to=2026-01-01&day_from=2026-01-02", "To must be the same day as From or later"),
        ("day_from=99999999999999999999-1-1", "From must be a real date"),
        ("action=everything", "Select a valid choice"),
    ],
)
def test_wrong_filters_are_explained_and_nothing_is_read(
    query, message, client, management_team, events
):
    sign_in(client, management_team.user)
    events.mark()

    response = client.get(f"{TRAIL}?{query}")

    assert message in text_of(response)
    assert "Events, newest first" not in text_of(response)
    assert "trail.read" not in events.actions()


def test_days_are_typed_into_three_boxes(client, practitioner, management_team):
    opened(practitioner)
    sign_in(client, management_team.user)
    today = timezone.localdate()
    boxes = {f"day_from_{n}": part for n, part in enumerate((today.day, today.month, today.year))}

    response = client.get(TRAIL, boxes)

    assert "Opened a child record" in text_of(response)
    assert response.context["page"].filters.day_from == today


def test_an_empty_trail_says_what_to_do(client, management_team):
    sign_in(client, management_team.user)
    assert "Nothing was recorded that fits" in text_of(client.get(f"{TRAIL}?action=shields"))


def test_links_carry_keys_dates_and_codes_only(client, practitioner, management_team):
    for _ in range(PAGE_SIZE + 1):
        opened(practitioner)
    sign_in(client, management_team.user)

    response = client.get(TRAIL, {"person": practitioner.user.key, "action": "records"})

    older = response.context["links"]["older"]
    assert set(older.split("?")[1].replace("=", "&").split("&")[::2]) == {
        "person",
        "day_from",
        "day_to",
        "action",
        "before",
    }
    assert len(client.get(older).context["page"].rows) == 1


def test_a_person_is_found_by_a_posted_name_and_opened_by_an_opaque_key(
    client, management_team, practitioner
):
    sign_in(client, management_team.user)
    form = {"words": practitioner.user.email.upper(), "acting_grant": management_team.grant.pk}

    response = client.post(reverse("trail:find-person"), form)

    assert f"?person={practitioner.user.key}" in response.content.decode()
    assert response.context["people"] == [practitioner.user]


def test_a_failed_act_is_tagged_as_failed(management_team, practitioner):
    said(
        practitioner,
        EventType.AUTH_LOGIN_FAILED,
        outcome=Outcome.FAILURE,
        reason="wrong-code",
    )
    [row] = work(trail(management_team))
    assert (row.what, row.outcome) == ("Failed to sign in: wrong code", "Failed")


def test_a_query_that_takes_too_long_is_stopped_and_says_what_to_do(
    client, practitioner, management_team, monkeypatch
):
    query = reading._query
    slowly = Exact(Cast(Func(20, function="pg_sleep"), TextField()), Value(""))
    monkeypatch.setattr(reading, "_query", lambda *asked: query(*asked).filter(slowly))
    monkeypatch.setattr(reading, "STATEMENT_MILLISECONDS", 50)
    sign_in(client, management_team.user)

    response = client.get(TRAIL)

    assert response.status_code == 200
    assert "choose fewer days" in text_of(response)
    assert "Events, newest first" not in text_of(response)


def test_a_command_reads_no_trail(practitioner):
    with pytest.raises(Refused):
        trail(job("nightly"))


def test_one_record_shows_who_searched_it_and_who_opened_it(practitioner, management_team):
    searched(practitioner)
    opened(practitioner, child=9002)
    opened(practitioner, child=9004)

    rows = work(trail(management_team, record=9002))

    assert [row.what.split()[0] for row in rows] == ["Opened", "Searched"]


def test_of_another_base_nothing_is_found_by_record(practitioner, management_team):
    opened(acting_as(Role.PRACTITIONER), child=9077)
    assert work(trail(management_team, record=9077)) == []


def test_pages_of_one_record_join_without_gap_or_overlap(practitioner, management_team):
    for _ in range(PAGE_SIZE + 3):
        opened(practitioner, child=9005)
    first = trail(management_team, record=9005)
    second = trail(management_team, record=9005, before=first.older)
    shown = [row.id for row in (*first.rows, *second.rows)]
    assert len(shown) == len(set(shown)) == PAGE_SIZE + 3
    assert second.older is None


def test_events_are_shown_by_how_they_ended(practitioner, management_team):
    opened(practitioner)
    said(practitioner, EventType.AUTH_LOGIN_FAILED, outcome=Outcome.FAILURE, reason="wrong-code")
    [row] = work(trail(management_team, outcome=Outcome.FAILURE))
    assert row.outcome == "Failed"


def test_events_are_shown_by_the_organisation_acted_for(practitioner, management_team):
    opened(practitioner)
    rows = trail(management_team, organisation=practitioner.organisation.key).rows
    assert {row.who.organisation for row in rows} == {practitioner.organisation.name}
    assert "Opened a child record" in {row.what for row in rows}


def test_an_organisation_of_another_base_is_not_found(client, management_team, events):
    elsewhere = acting_as(Role.PRACTITIONER)
    sign_in(client, management_team.user)
    response = client.get(TRAIL, {"organisation": elsewhere.organisation.key})
    assert response.status_code == 404
    assert events.one("access.denied").reason == "organisation-not-in-user-base"


def test_an_organisation_is_found_by_a_posted_name(client, management_team):
    sign_in(client, management_team.user)
    form = {"words": management_team.base.name, "acting_grant": management_team.grant.pk}
    response = client.post(reverse("trail:find-person"), form)
    assert f"?organisation={management_team.base.key}" in response.content.decode()


def test_a_sealed_event_says_so_and_offers_its_proof(client, practitioner, management_team, events):
    event = opened(practitioner)
    seal(Signer.generate("index.example/audit", KeyKind.LOG))
    sign_in(client, management_team.user)

    page = client.get(TRAIL, {"record": 9002})
    answer = client.get(reverse("trail:proof", args=[event.id]))

    assert re.search(r"Sealed as leaf [0-9,]+, not witnessed yet", text_of(page))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    [proved] = answer.json()["events"]
    assert json.loads(proved["event"])["id"] == event.id
    assert events.one("audit.bundled").detail == {"event_ids": [event.id]}


def test_an_event_not_yet_sealed_has_no_proof_and_says_what_to_do(
    client, practitioner, management_team, events
):
    event = opened(practitioner)
    sign_in(client, management_team.user)
    assert "Not sealed yet" in text_of(client.get(TRAIL))
    answer = client.get(reverse("trail:proof", args=[event.id]))
    assert answer.status_code == 409
    assert "Wait a minute" in text_of(answer)


def test_the_proof_of_an_event_of_another_base_is_not_found(client, management_team, events):
    event = opened(acting_as(Role.PRACTITIONER))
    sign_in(client, management_team.user)
    assert client.get(reverse("trail:proof", args=[event.id])).status_code == 404
    assert events.one("access.denied").reason == "event-not-in-user-base"


@pytest.mark.parametrize("number", ["0", "-4", "x", "9" * 30])
def test_a_record_number_that_cannot_be_is_an_error_beside_the_field(
    client, management_team, number
):
    sign_in(client, management_team.user)
    response = client.get(TRAIL, {"record": number})
    assert response.status_code == 200
    assert response.context["page"] is None
    assert response.context["form"].errors["record"]
