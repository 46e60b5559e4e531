"""The job reads the log, alerts the team with reasons, and the team suspends or says why not."""

import re
import time
import uuid
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.db import DatabaseError, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.acting import Acting, job
from accounts.models import OutboxMessage, User
from accounts.policies import Refused
from accounts.roles import Role
from audit.detection.models import ScanCursor
from audit.detection.scanning import JOB
from audit.detection.scanning import scan as scan_once
from audit.detection.tasks import scan as scan_task
from audit.investigations.alerts import answer_alert, suspend_on_alert
from audit.investigations.models import Alert, Investigation
from audit.investigations.tasks import escalate_investigations
from audit.ledger.events import EventType
from audit.ledger.writer import append
from tests.audit.faults import event_insert_fails
from tests.factories import records
from tests.factories.accounts import acting_as, sign_in
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def judged_at_once(settings) -> None:
    """No hold, and a cursor at the end of the log."""
    settings.HOLD_SECONDS = 0
    scan()
    assert ScanCursor.objects.filter(pk=JOB).exists()


@pytest.fixture
def nosy() -> Acting:
    return acting_as(Role.PRACTITIONER)


@pytest.fixture
def team(nosy: Acting) -> Acting:
    return acting_as(Role.MANAGEMENT_TEAM, at=nosy.base)


UNREAD = """
    SELECT count(*) FROM public.audit_event
     WHERE xid >= %(xid)s::text::xid8 AND (xid > %(xid)s::text::xid8 OR id > %(id)s)
"""


def scan() -> int:
    """Scans until everything is read. Whatever runs elsewhere on this server, in another test's
    database as well, may hold a scan back: it reads only what is older than all of that.
    """
    judged, patience = scan_once(), time.monotonic() + 60
    while _unread() and time.monotonic() < patience:
        time.sleep(0.05)
        judged += scan_once()
    return judged


def wait_until_older_than_all() -> None:
    """Until nothing that ran when the last event was written is still running."""
    patience = time.monotonic() + 60
    with connections["scan"].cursor() as cursor:
        while time.monotonic() < patience:
            cursor.execute(
                "SELECT xid < pg_snapshot_xmin(pg_current_snapshot()) FROM public.audit_event"
                " ORDER BY xid DESC LIMIT 1"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)


def _unread() -> bool:
    place = ScanCursor.objects.filter(pk=JOB).first()
    asked = {"xid": place.xid if place else 0, "id": place.event_id if place else 0}
    with connections["scan"].cursor() as cursor:
        cursor.execute(UNREAD, asked)
        return bool(cursor.fetchone()[0])


def search(by: Acting, hits: int) -> None:
    with transaction.atomic():
        append(
            EventType.SEARCH_PERFORMED,
            actor=by.actor,
            purpose="child_at_risk",
            query_fields=["family_name"],
            result_count=hits,
            result_ids=list(range(1, hits + 1)),
            detail={"search_key": str(uuid.uuid4())},
        )


def look(by: Acting, child: int | None = None, **facts: object) -> int:
    with transaction.atomic():
        return append(
            EventType.RECORD_VIEWED,
            actor=by.actor,
            purpose="child_at_risk",
            target_type="child_record",
            target_id=child or records.child("Una", "Vale", "2015-03-08").pk,
            facts={"v": 2, **facts},
        ).id


def words(html: bytes) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(html.decode())))


def test_a_look_at_the_own_home_alerts_the_team_with_the_reason(nosy, team, events) -> None:
    event = look(nosy, same_household=True)
    events.mark()
    assert scan() == 1
    alert = Alert.objects.get()
    assert (alert.person, alert.base, alert.event_ids) == (nosy.user, nosy.base, [event])
    assert alert.rules[0] == "R01"
    raised = events.one("alert.raised")
    assert (raised.actor_kind, raised.target_id) == ("job", alert.pk)
    assert [each.user for each in OutboxMessage.objects.filter(kind="alert_waits")] == [team.user]
    nosy.user.refresh_from_db()
    assert nosy.user.status == "active"


def test_the_same_look_of_somebody_involved_alerts_nobody(nosy, team) -> None:
    child = records.child("Una", "Vale", "2015-03-08")
    records.InvolvementFactory(
        child=child,
        practitioner=nosy.user,
        recorded_by=nosy.user,
        service__organisation=nosy.base,
    )
    look(nosy, child.pk, same_household=True)
    assert scan() == 1
    assert not Alert.objects.exists()


def with_session(by: Acting) -> Acting:
    return replace(by, actor=replace(by.actor, session_ref=b"a session ref 01"))


def case_of(by: Acting) -> int:
    child = records.child("Una", "Vale", "2015-03-08")
    records.InvolvementFactory(
        child=child,
        practitioner=by.user,
        recorded_by=by.user,
        service__organisation=by.base,
    )
    return child.pk


@pytest.mark.parametrize(("hits", "alerts"), [(4, 0), (1, 1)])
def test_a_wrong_record_of_several_listed_explains_itself_and_the_only_one_does_not(
    nosy, team, hits: int, alerts: int
) -> None:
    by = with_session(nosy)
    search(by, hits)
    look(by, same_household=True)
    look(by, case_of(nosy))
    scan()
    assert Alert.objects.count() == alerts


def test_a_look_for_a_colleague_is_explained_by_their_request_alone(nosy, team) -> None:
    asker = acting_as(Role.PRACTITIONER, at=nosy.base)
    for_them = replace(nosy, actor=replace(nosy.actor, on_behalf_of=asker.user.pk))
    look(for_them, case_of(nosy), test_words=True)
    scan()
    assert Alert.objects.get().person == nosy.user


def test_the_central_team_reads_of_an_alert_and_not_where_a_child_lives(nosy, team) -> None:
    central = acting_as(Role.CENTRAL_TEAM)
    look(nosy, same_household=True)
    scan()
    alert = Alert.objects.get()
    case = suspend_on_alert(alert=alert, by=team)
    assert case is not None
    nosy.user.refresh_from_db()
    assert "home" not in nosy.user.status_reason
    client = Client()
    sign_in(client, central.user)
    for name, keys in (
        ("investigations:cases", []),
        ("investigations:alert", [alert.key]),
        ("investigations:case", [case.key]),
        ("accounts:person", [nosy.user.key]),
    ):
        shown = words(client.get(reverse(name, args=keys)).content)
        assert nosy.user.full_name in shown
        assert "own home" not in shown
    assert "who may look behind a shield" in shown or name == "accounts:person"


def test_a_second_scan_changes_nothing_and_more_of_the_same_adds_to_the_open_alert(
    nosy, team, events
) -> None:
    first = look(nosy, same_household=True)
    scan()
    events.mark()
    assert scan() == 0
    assert events.actions() == []
    second = look(nosy, test_words=True)
    assert scan() == 1
    alert = Alert.objects.get()
    assert alert.event_ids == [first, second]
    assert alert.rules == ["R01", "R16", "R20"]
    assert events.actions() == ["record.viewed", "alert.updated"]
    assert OutboxMessage.objects.filter(kind="alert_waits").count() == 1


def test_a_look_that_is_too_young_waits_and_is_not_forgotten(nosy, team, settings) -> None:
    settings.HOLD_SECONDS = 200
    look(nosy, same_household=True)
    assert scan_once() == 0
    settings.HOLD_SECONDS = 0
    assert scan() == 1
    assert Alert.objects.exists()


def test_a_look_that_commits_late_is_judged_after_those_that_overtook_it(nosy, team) -> None:
    """Numbers are given out when written, places in the order of transactions: none is skipped."""
    late = acting_as(Role.PRACTITIONER, at=nosy.base)
    child = records.child("Una", "Vale", "2015-03-08").pk
    with transaction.atomic():
        look(late, child, same_household=True)
        at_once(lambda: look(nosy, child, same_household=True))  # commits at once, on its own
        at_once(scan_once)
        assert not Alert.objects.exists()
    scan()
    assert {alert.person for alert in Alert.objects.all()} == {late.user, nosy.user}


def test_a_scan_that_dies_before_its_commit_did_nothing_and_the_next_does_all(nosy, team) -> None:
    look(nosy, same_household=True)
    before = ScanCursor.objects.get().event_id
    with event_insert_fails("alert.raised"), pytest.raises(DatabaseError):
        scan()
    assert not Alert.objects.exists()
    assert ScanCursor.objects.get().event_id == before
    assert scan_task() + scan() == 1
    assert Alert.objects.exists()


def test_the_team_suspends_in_one_act_for_the_reasons_of_the_alert(nosy, team, events) -> None:
    look(nosy, same_household=True)
    scan()
    alert = Alert.objects.get()
    events.mark()
    case = suspend_on_alert(alert=alert, by=team)
    assert case is not None
    assert events.actions() == [
        "account.suspended",
        "investigation.opened",
        "manager.notified",
        "alert.answered",
    ]
    alert.refresh_from_db()
    assert (alert.investigation, alert.answered_by) == (case, team.user)
    assert case.event_ids == alert.event_ids
    nosy.user.refresh_from_db()
    assert nosy.user.status == "suspended"


def test_or_it_says_why_not_and_the_next_look_alerts_anew(nosy, team) -> None:
    look(nosy, same_household=True)
    scan()
    answer_alert(alert=Alert.objects.get(), said="A duty visit; the referral came late.", by=team)
    look(nosy, same_household=True)
    scan()
    assert Alert.objects.count() == 2
    assert Alert.objects.open().count() == 1
    assert not Investigation.objects.exists()


def test_an_alert_that_nobody_answers_goes_to_the_central_team_once(nosy, team, events) -> None:
    central = acting_as(Role.CENTRAL_TEAM)
    look(nosy, same_household=True)
    scan()
    assert escalate_investigations() == 0
    Alert.objects.update(due_at=timezone.now() - timedelta(hours=1))
    events.mark()
    assert escalate_investigations() == 1
    assert escalate_investigations() == 0
    assert events.actions() == ["investigation.escalated"]
    late = OutboxMessage.objects.filter(kind="case_overdue")
    assert {each.user for each in late} == {central.user, team.user}


def test_nobody_answers_about_themselves_or_for_another_base(nosy, team) -> None:
    look(nosy, same_household=True)
    scan()
    alert = Alert.objects.get()
    User.objects.filter(pk=nosy.user.pk).update(line_manager_email=team.user.email)
    for by in (team, acting_as(Role.MANAGEMENT_TEAM), acting_as(Role.CENTRAL_TEAM)):
        with pytest.raises(Refused):
            answer_alert(alert=alert, said="Fine.", by=by)


def test_the_pages_show_the_alert_and_both_answers(nosy, team, events) -> None:
    look(nosy, same_household=True)
    scan()
    alert, client = Alert.objects.get(), Client()
    sign_in(client, team.user)
    listed = words(client.get(reverse("investigations:cases")).content)
    assert f"Alert {alert.pk}: {nosy.user.full_name}" in listed
    events.mark()
    page = client.get(reverse("investigations:alert", args=[alert.key])).content
    assert "own home address" in words(page)
    assert "Not checked: no home address is held" in words(page)
    assert events.one("alert.read").target_id == alert.pk
    grant = re.search(r'name="acting_grant" value="(\d+)"', page.decode())
    assert grant is not None
    fields = {"acting_grant": grant[1]}
    without = client.post(reverse("investigations:answer-alert", args=[alert.key]), fields)
    assert "Enter why the account is not suspended" in words(without.content)
    done = client.post(reverse("investigations:suspend-on-alert", args=[alert.key]), fields)
    assert done.status_code == 302
    case = Investigation.objects.get()
    assert done.url == reverse("investigations:case", args=[case.key])
    assert "own home address" in words(client.get(done.url).content)


def test_a_first_scan_begins_at_the_end_of_the_log(nosy, team) -> None:
    ScanCursor.objects.using("owner").all().delete()
    look(nosy, same_household=True)
    wait_until_older_than_all()
    assert scan() == 0
    assert not Alert.objects.exists()
    assert ScanCursor.objects.get().moved_at <= timezone.now()


def test_jobs_are_never_looked_at(team) -> None:
    by = job("records.check_shields")
    with transaction.atomic():
        append(
            EventType.RECORD_VIEWED,
            actor=by.actor,
            purpose="child_at_risk",
            target_type="child_record",
            target_id=1,
        )
    assert scan() == 0
