"""Anybody may say what they saw, unnamed if they want; it opens a case and suspends nobody."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.acting import Acting
from accounts.models import OutboxMessage
from accounts.policies import Refused
from accounts.roles import Role
from audit.investigations import actions
from audit.investigations.models import Investigation, Origin, Report
from audit.investigations.persons_side import plain_reasons
from audit.investigations.reports import (
    Suspicion,
    answer_report,
    escalate_reports,
    open_on_report,
    raise_suspicion,
    report_from_outside,
    reports_visible_to,
    status_of,
)
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import acting_as, sign_in

pytestmark = pytest.mark.django_db
WORDS = "four words of mine"


@pytest.fixture(autouse=True)
def central() -> Acting:
    """Whom every report can reach; and nobody was counted yet."""
    cache.clear()
    return acting_as(Role.CENTRAL_TEAM)


@pytest.fixture
def nosy() -> Acting:
    return acting_as(Role.PRACTITIONER)


@pytest.fixture
def team(nosy: Acting) -> Acting:
    return acting_as(Role.MANAGEMENT_TEAM, at=nosy.base)


def about(person: Acting, **more: object) -> Suspicion:
    return Suspicion(about=person.user.email, said="Looked up a neighbour.", **more)


def posted(**changes: str) -> dict[str, str]:
    form = {"about": "Somebody at the school", "said": "Looked up a neighbour."}
    return {**form, "passphrase": WORDS, **changes}


def words(response) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(response.content.decode())))


def page(by: Acting, name: str, *args, posted=None):
    client = Client()
    sign_in(client, by.user)
    address = reverse(f"investigations:{name}", args=args)
    if posted is None:
        return client.get(address)
    return client.post(address, {"acting_grant": str(by.grant.pk), **posted})


def test_a_report_reaches_the_team_of_the_person_and_suspends_nobody(
    nosy, team, central, events
) -> None:
    events.mark()
    report_from_outside(new=about(nosy), base=None, passphrase=WORDS)
    report = Report.objects.get()
    assert (report.person, report.base, report.sender) == (nosy.user, nosy.base, None)
    assert events.actions() == ["report.received"]
    nosy.user.refresh_from_db()
    assert nosy.user.status == "active"
    told = OutboxMessage.objects.filter(kind="report_waits")
    assert [each.user for each in told] == [team.user]
    assert central.user not in {each.user for each in told}


def test_who_reports_from_outside_leaves_no_trace_of_themselves(nosy, events) -> None:
    client = Client(REMOTE_ADDR="203.0.113.77")
    events.mark()
    shown = client.post(reverse("investigations:report"), posted(about=nosy.user.email))
    assert "Your reference:" in words(shown)
    event = events.one("report.received")
    assert (event.source_ip, event.actor_id, event.session_ref) == (None, None, None)
    report = Report.objects.get()
    assert (report.contact, report.sender) == ("", None)
    for value in (report.said, report.about, report.passphrase):
        assert "neighbour" not in value
        assert nosy.user.email not in value
        assert WORDS not in value


def test_the_reference_has_128_bits_and_is_kept_nowhere() -> None:
    reference = report_from_outside(new=Suspicion(about="x", said="y"), base=None, passphrase=WORDS)
    assert len(bytes.fromhex(reference)) == 16
    assert reference.encode() not in bytes(Report.objects.get().reference)


def test_reference_and_passphrase_show_the_status_and_nothing_else(nosy, team) -> None:
    reference = report_from_outside(new=about(nosy), base=None, passphrase=WORDS)
    client = Client()
    address = reverse("investigations:report-status")
    shown = words(client.post(address, {"reference": reference, "passphrase": WORDS}))
    assert "Your report was received." in shown
    assert "neighbour" not in shown
    assert nosy.user.family_name not in shown
    for wrong in ({"passphrase": "four words of hers"}, {"reference": "0" * 32}):
        refused = client.post(address, {"reference": reference, "passphrase": WORDS, **wrong})
        assert "No report has this reference and this passphrase" in words(refused)


def test_the_status_follows_the_case(nosy, team) -> None:
    reference = report_from_outside(new=about(nosy), base=None, passphrase=WORDS)
    assert status_of(reference=reference.upper(), passphrase=WORDS) == "received"
    case = open_on_report(report=Report.objects.get(), person=nosy.user, by=team)
    dashed = "-".join(reference[at : at + 4] for at in range(0, 32, 4))
    assert status_of(reference=dashed, passphrase=WORDS) == "looked-at"
    actions.take(case=case, by=team)
    right = actions.Judgement(
        finding=actions.Finding.NO_CASE, intent=actions.Intent.NONE, data_compromised=False
    )
    actions.find(case=case, judgement=right, said="Explained.", by=team)
    actions.close(case=case, said="Done.", by=team)
    assert status_of(reference=reference, passphrase=WORDS) == "finished"


def test_one_address_fills_no_desk() -> None:
    client, address = Client(), reverse("investigations:report")
    answers = [client.post(address, posted()).status_code for _ in range(6)]
    assert answers == [200, 200, 200, 200, 200, 429]
    assert Report.objects.count() == 5
    other = Client(REMOTE_ADDR="203.0.113.78")
    assert other.post(address, posted()).status_code == 200


def test_passphrases_cannot_be_tried_by_the_thousand() -> None:
    client, address = Client(), reverse("investigations:report-status")
    tried = {"reference": "0" * 32, "passphrase": WORDS}
    answers = [client.post(address, tried).status_code for _ in range(11)]
    assert answers[-2:] == [200, 429]


def test_a_report_becomes_a_case_and_the_account_goes_on(nosy, team, events) -> None:
    report_from_outside(new=about(nosy), base=None, passphrase=WORDS)
    report = Report.objects.get()
    assert f"Report {report.pk}" in words(page(team, "cases"))
    events.mark()
    shown = words(page(team, "shown-report", report.key))
    assert "Looked up a neighbour." in shown
    assert "report.read" in events.actions()
    done = page(team, "open-on-report", report.key, posted={"email": nosy.user.email})
    case = Investigation.objects.get()
    assert done.url == reverse("investigations:case", args=[case.key])
    assert (case.origin, case.base, case.status) == (Origin.SAID, nosy.base, "open")
    nosy.user.refresh_from_db()
    assert nosy.user.status == "active"
    case_page = words(page(team, "case", case.key))
    assert "Why the case was opened" in case_page
    assert "Looked up a neighbour." in case_page
    assert f"Report {report.pk}" not in words(page(team, "cases"))


def test_a_case_that_began_with_a_report_can_still_lead_to_a_suspension(nosy, team) -> None:
    report_from_outside(new=about(nosy), base=None, passphrase=WORDS)
    case = open_on_report(report=Report.objects.get(), person=nosy.user, by=team)
    assert actions.suspend(user=nosy.user, reasons=["Own address."], by=team) == case
    case.refresh_from_db()
    assert plain_reasons(case) == [
        "Somebody reported a concern about how your account was used. Ask whoever decides what."
    ]


def test_a_report_is_answered_without_a_case_only_with_a_reason(nosy, team, events) -> None:
    report_from_outside(new=about(nosy), base=None, passphrase=WORDS)
    report = Report.objects.get()
    refused = words(page(team, "answer-report", report.key, posted={"said": ""}))
    assert "Enter what is to be written down" in refused
    events.mark()
    page(team, "answer-report", report.key, posted={"said": "She was on the rota."})
    assert events.one("report.answered").detail == {"status": "no-case"}
    shown = words(page(team, "shown-report", report.key))
    assert "no case. She was on the rota." in shown
    with pytest.raises(Refused) as twice:
        answer_report(report=report, said="Again.", by=team)
    assert twice.value.decision.code == "not-in-this-state"


def test_a_colleague_raises_a_suspicion_and_learns_no_address_by_it(nosy, team) -> None:
    mate = acting_as(Role.PRACTITIONER, at=nosy.organisation)
    answers = [
        page(mate, "raise-suspicion", posted={"about": address, "said": "At night, again."})
        for address in (nosy.user.email, "nobody@authority.example")
    ]
    assert [each.url for each in answers] == ["/", "/"]
    known, unknown = Report.objects.order_by("pk")
    assert (known.person, known.sender, known.base) == (nosy.user, mate.user, nosy.base)
    assert (unknown.person, unknown.base) == (None, mate.base)


@pytest.mark.parametrize("by_name", [False, True])
def test_a_report_about_the_team_itself_goes_to_the_central_team(
    nosy, team, central, by_name
) -> None:
    new = Suspicion(about="The head", said="x", powerful=True) if by_name else about(team)
    report_from_outside(new=new, base=nosy.base, passphrase=WORDS)
    report = Report.objects.get()
    assert report.base is None
    assert list(reports_visible_to(central)) == [report]
    other = acting_as(Role.MANAGEMENT_TEAM, at=nosy.base)
    assert not reports_visible_to(other).exists()
    assert page(other, "shown-report", report.key).status_code == 404


def test_nobody_reads_or_answers_a_report_about_themselves_or_of_their_own(nosy, team) -> None:
    other = acting_as(Role.MANAGEMENT_TEAM, at=nosy.base)
    sent = raise_suspicion(new=about(nosy), by=other)
    assert sent not in reports_visible_to(other)
    assert sent in reports_visible_to(team)


def test_if_the_event_cannot_be_written_nothing_was_reported() -> None:
    with event_insert_fails("report.received"), pytest.raises(DatabaseError):
        report_from_outside(new=Suspicion(about="x", said="y"), base=None, passphrase=WORDS)
    assert not Report.objects.exists()


def test_a_report_that_nobody_answers_goes_to_the_central_team_once(
    nosy, team, central, events
) -> None:
    report_from_outside(new=about(nosy), base=None, passphrase=WORDS)
    assert escalate_reports() == 0
    Report.objects.update(due_at=timezone.now() - timedelta(hours=1))
    events.mark()
    assert escalate_reports() == 1
    assert escalate_reports() == 0
    assert events.actions() == ["investigation.escalated"]
    told = OutboxMessage.objects.filter(kind="case_overdue")
    assert {each.user for each in told} == {central.user, team.user}


def test_the_central_team_opens_a_case_that_the_own_team_owns_and_prompts_it(
    nosy, team, central
) -> None:
    page(central, "open-case", posted={"email": nosy.user.email, "said": "Night after night."})
    case = Investigation.objects.get()
    assert (case.origin, case.base) == (Origin.CENTRAL, nosy.base)
    assert OutboxMessage.objects.filter(kind="case_opened", user=team.user).count() == 1
    assert page(central, "prompt", case.key).status_code == 200
    page(central, "prompt", case.key, posted={"said": "Who looks at it?"})
    assert OutboxMessage.objects.filter(kind="case_prompted", user=team.user).count() == 1
    shown = words(page(team, "case", case.key))
    assert "Asked the management team" in shown
    assert "Who looks at it?" in shown
    assert page(team, "prompt", case.key).status_code == 403
    with pytest.raises(Refused):
        actions.take(case=case, by=central)


def test_another_team_opens_no_case_about_the_person(nosy) -> None:
    stranger = acting_as(Role.MANAGEMENT_TEAM)
    with pytest.raises(Refused):
        actions.open_case(person=nosy.user, reason="x", origin=Origin.SAID, by=stranger)
