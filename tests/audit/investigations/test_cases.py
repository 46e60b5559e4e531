"""An account is suspended, its manager told and a case opened in one act; a team finds out why."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts import ports
from accounts.acting import Acting, job
from accounts.messages.delivery import deliver_due
from accounts.models import OutboxMessage, User
from accounts.policies import Refused
from accounts.roles import Role
from audit.investigations import actions
from audit.investigations.actions import Judgement
from audit.investigations.models import EmployerSanction, Finding, Intent, Investigation
from audit.investigations.table import Act, acts_in, diagram
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import acting_as, sign_in
from tests.factories.teams import member as team_member
from tests.factories.teams import team as team_of

pytestmark = pytest.mark.django_db
WRONG = Judgement(finding=Finding.PROCEDURE, intent=Intent.NONE, data_compromised=False)
RIGHT = Judgement(finding=Finding.NO_CASE, intent=Intent.NONE, data_compromised=False)


@pytest.fixture
def nosy() -> Acting:
    return acting_as(Role.PRACTITIONER)


@pytest.fixture
def team(nosy: Acting) -> Acting:
    return colleague(nosy)


def colleague(by: Acting) -> Acting:
    """A member of the management team of somebody's user base."""
    return acting_as(Role.MANAGEMENT_TEAM, at=by.base)


def suspended(person: Acting, by: Acting, **more) -> Investigation:
    assert person.user is not None
    reasons = more.pop("reasons", ["Same surname as the user.", "No recorded reason."])
    case = actions.suspend(user=person.user, reasons=reasons, by=by, **more)
    assert case is not None
    return case


def test_to_suspend_tells_the_manager_and_opens_the_case_in_one_act(nosy, team, events) -> None:
    events.mark()
    case = suspended(nosy, team)
    assert events.actions() == ["account.suspended", "investigation.opened", "manager.notified"]
    nosy.user.refresh_from_db()
    assert nosy.user.status == "suspended"
    assert (case.base, case.status, case.origin) == (nosy.base, "open", "team")
    told = {(each.kind, each.send_to) for each in OutboxMessage.objects.all()}
    assert told == {
        ("manager_told", nosy.user.line_manager_email),
        ("suspended", nosy.user.email),
        ("case_opened", team.user.email),
    }


def test_no_mail_says_who_it_is_about_or_why(nosy, team) -> None:
    suspended(nosy, team, reasons=["The child lives at the own address."])
    deliver_due()
    assert len(mail.outbox) == 3
    for each in mail.outbox:
        text = f"{each.subject} {each.body}"
        assert nosy.user.family_name not in text
        assert "address" not in text


@pytest.mark.parametrize("fails", ["account.suspended", "investigation.opened", "manager.notified"])
def test_if_one_event_cannot_be_written_nothing_was_done(nosy, team, fails) -> None:
    with event_insert_fails(fails), pytest.raises(DatabaseError, match="fault made by a test"):
        suspended(nosy, team)
    nosy.user.refresh_from_db()
    assert nosy.user.status == "active"
    assert not Investigation.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_without_a_named_manager_it_is_refused_and_says_what_to_do(nosy, team) -> None:
    User.objects.filter(pk=nosy.user.pk).update(line_manager_email="")
    nosy.user.refresh_from_db()
    with pytest.raises(Refused) as refused:
        suspended(nosy, team)
    assert refused.value.decision.code == "no-manager-named"
    assert "Name the line manager" in refused.value.decision.remedy


def test_a_job_suspends_by_rule_and_a_second_time_does_nothing(nosy, team, events) -> None:
    by = job("audit.scan")
    case = suspended(nosy, by, code="gate", event_ids=[11, 12])
    assert (case.origin, case.opened_by, case.event_ids) == ("rule", None, [11, 12])
    events.mark()
    assert actions.suspend(user=nosy.user, reasons=["again"], by=by) is None
    assert events.actions() == []


def test_a_case_goes_from_reviewer_to_finding_to_close_by_a_second_person(nosy, team) -> None:
    case, second = suspended(nosy, team), colleague(nosy)
    actions.take(case=case, by=team)
    actions.note(case=case, said="She looked up a niece to test.", by=team)
    actions.find(case=case, judgement=WRONG, said="Procedure not followed.", by=team)
    actions.refer(case=case, said="To the head teacher.", by=team)
    day = timezone.localdate()
    actions.record_answer(case=case, sanction=EmployerSanction.WARNING, answered_on=day, by=team)
    with pytest.raises(Refused) as refused:
        actions.close(case=case, said="Done.", by=team)
    assert refused.value.decision.code == "second-person-needed"
    actions.close(case=case, said="Agreed.", by=second)
    case.refresh_from_db()
    assert (case.status, case.finding, case.intent) == ("closed", "procedure", "none")
    assert (case.sanction, case.data_compromised) == ("warning", False)
    assert [each.what for each in case.entries.all()] == [
        "investigation.opened",
        "investigation.assigned",
        "investigation.answered",
        "investigation.found",
        "investigation.referred",
        "investigation.answered",
        "investigation.closed",
    ]


def test_who_did_no_wrong_gets_the_account_back_and_one_person_closes(nosy, team, events) -> None:
    case = suspended(nosy, team)
    actions.take(case=case, by=team)
    events.mark()
    assert actions.give_back(case=case, said="A referral came late.", by=team)
    assert events.actions() == ["account.reinstated"]
    assert not actions.give_back(case=case, said="Twice.", by=team)
    actions.find(case=case, judgement=RIGHT, said="Explained.", by=team)
    actions.close(case=case, said="Nothing more.", by=team)
    nosy.user.refresh_from_db()
    case.refresh_from_db()
    assert (nosy.user.status, case.status) == ("active", "closed")


def test_no_other_door_gives_back_an_account_that_is_investigated(nosy, team) -> None:
    case, other = suspended(nosy, team), colleague(nosy)
    actions.take(case=case, by=team)
    with pytest.raises(Refused) as refused:
        ports.give_back(nosy.user, "A friend of mine.", other)
    assert refused.value.decision.code == "another-reviewer"
    nosy.user.refresh_from_db()
    assert nosy.user.status == "suspended"
    assert ports.give_back(nosy.user, "Explained.", team)
    actions.find(case=case, judgement=RIGHT, said="Explained.", by=team)
    actions.close(case=case, said="Done.", by=team)
    User.objects.filter(pk=nosy.user.pk).update(status="held", status_reason="dormant")
    nosy.user.refresh_from_db()
    assert ports.give_back(nosy.user, "Back from leave.", other)


def test_a_second_suspension_adds_its_reasons_to_the_case_that_is_open(nosy, team) -> None:
    case = suspended(nosy, team, reasons=["First."], event_ids=[])
    actions.take(case=case, by=team)
    actions.give_back(case=case, said="Explained.", by=team)
    nosy.user.refresh_from_db()
    assert suspended(nosy, team, reasons=["Second."]) == case
    shown = words(page(team, "investigations:case", case.key))
    assert shown.index("Second.") < shown.index("First.")
    assert "Suspended the account while the case was open" in shown


def test_a_case_with_its_finding_can_be_taken_over_and_its_clock_goes_on(nosy, team) -> None:
    case, other = suspended(nosy, team), colleague(nosy)
    actions.take(case=case, by=team)
    actions.find(case=case, judgement=WRONG, said="Seen.", by=team)
    case.refresh_from_db()
    due = case.due_at
    actions.take(case=case, by=other)
    actions.refer(case=case, said="To the employer.", by=other)
    case.refresh_from_db()
    assert (case.status, case.reviewer) == ("found", other.user)
    assert case.due_at >= due


def test_a_correction_of_a_finding_keeps_what_was_said_before(nosy, team) -> None:
    case = suspended(nosy, team)
    actions.take(case=case, by=team)
    actions.find(case=case, judgement=WRONG, said="First.", by=team)
    actions.find(case=case, judgement=RIGHT, said="Corrected.", by=team)
    case.refresh_from_db()
    assert case.finding == "no_case"
    assert case.entries.filter(what="investigation.found").count() == 2


def test_nobody_judges_themselves_their_employee_or_their_teammate(nosy, team) -> None:
    case = suspended(nosy, team)
    User.objects.filter(pk=nosy.user.pk).update(line_manager_email=team.user.email)
    with pytest.raises(Refused) as refused:
        actions.take(case=case, by=team)
    assert refused.value.decision.code == "reviewer-too-close"
    other, shared = colleague(nosy), team_of(nosy.base)
    for person in (other.user, nosy.user):
        team_member(shared, person)
    with pytest.raises(Refused) as refused:
        actions.take(case=case, by=other)
    assert refused.value.decision.code == "reviewer-too-close"


def test_another_base_cannot_act_and_the_central_team_only_reads(nosy, team) -> None:
    case = suspended(nosy, team)
    for by in (acting_as(Role.MANAGEMENT_TEAM), acting_as(Role.CENTRAL_TEAM)):
        with pytest.raises(Refused):
            actions.take(case=case, by=by)
    central = acting_as(Role.CENTRAL_TEAM)
    assert page(central, "investigations:case", case.key).status_code == 200
    stranger = acting_as(Role.MANAGEMENT_TEAM)
    assert page(stranger, "investigations:case", case.key).status_code == 404


def test_a_case_is_its_reviewers_until_somebody_takes_it_over(nosy, team) -> None:
    case, other = suspended(nosy, team), colleague(nosy)
    actions.take(case=case, by=team)
    with pytest.raises(Refused) as refused:
        actions.note(case=case, said="Me too.", by=other)
    assert refused.value.decision.code == "another-reviewer"
    actions.take(case=case, by=other)
    actions.note(case=case, said="Now it is mine.", by=other)


def test_the_table_is_the_only_way_and_says_so(nosy, team) -> None:
    case = suspended(nosy, team)
    with pytest.raises(Refused) as refused:
        actions.close(case=case, said="At once.", by=team)
    assert refused.value.decision.code == "not-in-this-state"
    assert acts_in("closed") == []
    assert diagram() in Path("docs/investigations.md").read_text(encoding="utf-8")


def test_the_database_itself_lets_nobody_review_themselves(nosy, team) -> None:
    case = suspended(nosy, team)
    with pytest.raises(IntegrityError), transaction.atomic():
        Investigation.objects.filter(pk=case.pk).update(reviewer=nosy.user)


def test_a_step_that_is_late_goes_to_the_central_team_once(nosy, team, events) -> None:
    central = acting_as(Role.CENTRAL_TEAM)
    case = suspended(nosy, team)
    assert actions.escalate_overdue() == 0
    Investigation.objects.filter(pk=case.pk).update(due_at=timezone.now() - timedelta(hours=1))
    events.mark()
    assert actions.escalate_overdue() == 1
    assert actions.escalate_overdue() == 0
    assert events.actions() == ["investigation.escalated"]
    late = OutboxMessage.objects.filter(kind="case_overdue")
    assert {each.user for each in late} == {central.user, team.user}


def page(by: Acting, name: str, *args, posted=None):
    client = Client()
    sign_in(client, by.user)
    address = reverse(name, args=args)
    if posted is None:
        return client.get(address)
    fields = dict(
        re.findall(r'name="(acting_grant)" value="(\d+)"', client.get(address).content.decode())
    )
    return client.post(address, {**fields, **posted})


def words(response) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(response.content.decode())))


def test_a_team_sees_its_cases_and_reading_one_is_an_event(nosy, team, events) -> None:
    case = suspended(nosy, team)
    listed = words(page(team, "investigations:cases"))
    assert f"Case {case.pk}: {nosy.user.full_name}" in listed
    assert "Same surname as the user." in listed
    assert events.one("investigation.read").detail == {"kind": "list"}
    events.mark()
    shown = words(page(team, "investigations:case", case.key))
    assert "No recorded reason." in shown
    assert "Take this case" in shown
    assert events.one("investigation.read").target_id == case.pk


def test_the_home_page_says_that_a_case_waits(nosy, team) -> None:
    assert "investigation waits" not in words(page(team, "accounts:home"))
    suspended(nosy, team)
    assert "1 investigation waits for your team" in words(page(team, "accounts:home"))


def test_a_person_never_sees_the_case_about_them(team) -> None:
    member = colleague(team)
    case = suspended(member, team)
    User.objects.filter(pk=member.user.pk).update(status="active", status_reason="")
    member.user.refresh_from_db()
    assert f"Case {case.pk}" not in words(page(member, "investigations:cases"))
    assert page(member, "investigations:case", case.key).status_code == 404


def test_a_finding_is_asked_on_three_axes_and_each_must_be_answered(nosy, team) -> None:
    case = suspended(nosy, team)
    actions.take(case=case, by=team)
    refused = words(page(team, "investigations:act", case.key, "find", posted={"said": "x"}))
    for what in ("Choose what happened", "Choose the intent", "Choose whether data"):
        assert what in refused
    done = page(
        team,
        "investigations:act",
        case.key,
        "find",
        posted={"finding": "misuse", "intent": "curiosity", "compromised": "yes", "said": "Seen."},
    )
    assert done.status_code == 302
    case.refresh_from_db()
    assert (case.finding, case.intent, case.data_compromised) == ("misuse", "curiosity", True)


def test_the_cases_of_a_team_cost_ten_statements_however_many(nosy, team) -> None:
    for _ in range(12):
        suspended(acting_as(Role.PRACTITIONER, at=nosy.base), team)
    client = Client()
    sign_in(client, team.user)
    client.get(reverse("investigations:cases"))
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("investigations:cases"))
    # A test's transactions are savepoints; outside of it they are no statements of the page.
    assert len([each for each in asked if "SAVEPOINT" not in each["sql"]]) <= 10


def test_one_case_costs_fifteen_statements_whatever_was_done(nosy, team) -> None:
    case = suspended(nosy, team, event_ids=[1, 2])
    client = Client()
    sign_in(client, team.user)
    address = reverse("investigations:case", args=[case.key])
    client.get(address)
    counts = []
    for step in (actions.take, None):
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        counts.append(len([each for each in asked if "SAVEPOINT" not in each["sql"]]))
        if step:
            step(case=case, by=team)
        for number in range(5):
            actions.note(case=case, said=f"Note {number}", by=team)
    assert max(counts) <= 15, counts


def test_a_reviewer_is_not_offered_the_case_that_is_theirs(nosy, team) -> None:
    case = suspended(nosy, team)
    assert "Take this case" in words(page(team, "investigations:case", case.key))
    actions.take(case=case, by=team)
    assert "Take this case" not in words(page(team, "investigations:case", case.key))
    with pytest.raises(Refused, match="already-reviewer"):
        actions.take(case=case, by=team)
    colleague = acting_as(Role.MANAGEMENT_TEAM, at=nosy.base)
    assert "Take this case" in words(page(colleague, "investigations:case", case.key))


def test_the_case_says_who_was_told_and_whether_it_reached_them(nosy, team) -> None:
    case = suspended(nosy, team)
    shown = words(page(team, "investigations:case", case.key))
    assert f"{nosy.user.line_manager_email}: somebody they manage was suspended. Waiting." in shown
    deliver_due()
    shown = words(page(team, "investigations:case", case.key))
    assert f"{nosy.user.full_name}: their account was suspended. Sent " in shown


def of_the_queue(team, show: str = "") -> list[int]:
    """The cases of a filter, in the order in which they are shown."""
    client = Client()
    sign_in(client, team.user)
    shown = client.get(reverse("investigations:cases"), {"show": show} if show else {})
    return [int(number) for number in re.findall(r">Case (\d+):", shown.content.decode())]


def test_what_is_late_comes_first_then_the_highest_risk_then_what_is_due(nosy, team) -> None:
    late, risky, soon, new = (
        suspended(acting_as(Role.PRACTITIONER, at=nosy.base), team) for _ in range(4)
    )
    now = timezone.now()
    for case, due, risk in ((late, -1, 0), (risky, 40, 5.0), (soon, 20, 0), (new, 30, 0)):
        Investigation.objects.filter(pk=case.pk).update(
            due_at=now + timedelta(hours=due), risk=risk
        )
    assert of_the_queue(team) == [late.pk, risky.pk, soon.pk, new.pk]
    assert of_the_queue(team, "overdue") == [late.pk]
    assert of_the_queue(team, "due") == [soon.pk]
    actions.take(case=soon, by=team)
    assert of_the_queue(team, "mine") == [soon.pk]
    assert of_the_queue(team, "new") == [late.pk, risky.pk, new.pk]
    assert of_the_queue(team, "closed") == []
    assert of_the_queue(team, "no-such-list") == of_the_queue(team)
    listed = words(page(team, "investigations:cases"))
    assert "Overdue (1)" in listed
    assert "Mine (1)" in listed


def test_the_central_team_tells_its_own_cases_from_those_of_all_teams(nosy, team) -> None:
    central = acting_as(Role.CENTRAL_TEAM)
    case = suspended(nosy, team)
    assert of_the_queue(central) == [case.pk]
    assert of_the_queue(central, "team") == []


def test_a_long_queue_is_shown_by_pages(nosy, team) -> None:
    for _ in range(51):
        suspended(acting_as(Role.PRACTITIONER, at=nosy.base), team)
    assert len(of_the_queue(team)) == 50
    client = Client()
    sign_in(client, team.user)
    second = client.get(reverse("investigations:cases"), {"show": "new", "page": "2"})
    assert len(re.findall(r">Case (\d+):", second.content.decode())) == 1
    assert "New: 51 cases" in words(second)


def test_a_suspension_is_confirmed_by_its_reviewer_and_only_while_it_stands(nosy, team) -> None:
    case = suspended(nosy, team)
    actions.take(case=case, by=team)
    assert actions.confirm(case=case, said="Nothing explains it.", by=team)
    actions.give_back(case=case, said="A referral came late.", by=team)
    assert not actions.confirm(case=case, said="Twice.", by=team)
    assert case.entries.filter(what="investigation.confirmed").count() == 1


def test_accounts_are_suspended_by_investigations_alone() -> None:
    callers = [
        str(path)
        for path in Path().glob("*/**/*.py")
        if path.parts[0] in {"accounts", "records", "audit", "contactpoint"}
        and "suspend_account(" in path.read_text(encoding="utf-8")
    ]
    assert sorted(callers) == ["accounts/actions/accounts.py", "audit/investigations/actions.py"]


def test_a_finding_of_the_table_leads_nowhere_but_where_it_says() -> None:
    assert [act for act in Act if act in acts_in("open")] == [Act.TAKE]
