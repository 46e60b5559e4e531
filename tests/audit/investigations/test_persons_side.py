"""Whoever is suspended reads why, is asked, answers, appeals; and learns no child's whereabouts."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.acting import Acting, job
from accounts.messages.delivery import deliver_due
from accounts.models import OutboxMessage
from accounts.policies import Refused
from accounts.roles import Role
from audit.investigations import actions
from audit.investigations.alerts import raise_alert, suspend_on_alert
from audit.investigations.evidence import Evidence
from audit.investigations.models import AskedOf, CaseFile, Investigation
from audit.investigations.persons_side import answer, appeal
from tests.accounts.accreditation.test_uploads import pdf
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import PASSWORD, acting_as, sign_in

pytestmark = pytest.mark.django_db
WHERE = "The child lives at the user\u2019s own home address."


@pytest.fixture
def nosy() -> Acting:
    return acting_as(Role.PRACTITIONER)


@pytest.fixture
def team(nosy: Acting) -> Acting:
    return acting_as(Role.MANAGEMENT_TEAM, at=nosy.base)


@pytest.fixture
def case(nosy: Acting, team: Acting) -> Investigation:
    """Suspended on an alert, by somebody of the team."""
    evidence = Evidence(
        score=4.0, rules=["R01", "R02"], reasons=[WHERE], not_checked=[], event_ids=[11, 12]
    )
    assert nosy.user is not None
    alert = raise_alert(nosy.user.pk, evidence, by=job("audit.scan"))
    opened = suspend_on_alert(alert=alert, by=team)
    assert opened is not None
    nosy.user.refresh_from_db()
    return opened


def side_of(case: Investigation) -> str:
    return reverse("investigations:your-side", args=[case.key])


def password_shown(person: Acting) -> Client:
    client = Client()
    login = reverse("account_login")
    shown = client.post(login, {"login": person.user.email, "password": PASSWORD}, follow=True)
    assert "Your account is suspended" in words(shown)
    return client


def words(response) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(response.content.decode())))


def test_the_mail_leads_to_the_page_and_says_nothing_else(case, nosy) -> None:
    deliver_due()
    told = next(each for each in mail.outbox if each.to == [nosy.user.email])
    assert side_of(case) in told.body
    assert nosy.user.family_name not in told.body
    assert "address" not in told.body


def test_the_link_alone_shows_nothing_and_leads_on_after_the_password(case, nosy) -> None:
    client = Client()
    first = words(client.get(side_of(case)))
    assert "Show your password first" in first
    assert "reason was found" not in first
    login = {"login": nosy.user.email, "password": PASSWORD}
    stopped = client.post(reverse("account_login"), login, follow=True)
    assert side_of(case) in stopped.content.decode()
    assert "The reasons" in words(client.get(side_of(case)))


def test_the_reasons_say_no_childs_whereabouts(case, nosy, events) -> None:
    client = password_shown(nosy)
    events.mark()
    shown = words(client.get(side_of(case)))
    assert "You made 2 look-ups for which no reason was found" in shown
    assert "family name is your own" in shown
    assert "home address" not in shown
    assert "own home" not in shown
    read = events.one("investigation.read")
    assert (read.actor_id, read.detail["kind"]) == (nosy.user.pk, "own")


def test_a_reason_that_a_person_wrote_is_read_as_it_was_written(nosy, team) -> None:
    case = actions.suspend(user=nosy.user, reasons=["Shared a password."], by=team)
    nosy.user.refresh_from_db()
    shown = words(password_shown(nosy).get(side_of(case)))
    assert "Shared a password." in shown
    assert f"The management team of {nosy.base}. A reviewer is named by" in shown


def test_half_an_hour_after_the_password_it_is_asked_again(case, nosy) -> None:
    client = password_shown(nosy)
    assert "The reasons" in words(client.get(side_of(case)))
    session = client.session
    pk, proved = session["stopped_person"]
    session["stopped_person"] = [pk, proved - timedelta(minutes=31).total_seconds()]
    session.save()
    assert "Show your password first" in words(client.get(side_of(case)))


def test_nobody_reads_or_answers_in_anothers_name(case, team, nosy, events) -> None:
    client = Client()
    sign_in(client, team.user)
    events.mark()
    assert client.get(side_of(case)).status_code == 404
    assert events.one("access.denied").reason == "investigation-not-yours"
    with pytest.raises(Refused):
        answer(case=case, said="It was me.", by=team)
    with pytest.raises(Refused):
        appeal(case=case, said="Unfair.", by=team)


def test_an_answer_with_a_file_reaches_the_case_and_its_reviewer(case, nosy, team, events) -> None:
    actions.take(case=case, by=team)
    client = password_shown(nosy)
    events.mark()
    sent = client.post(
        side_of(case),
        {
            "kind": "answer",
            "said": "A nurse rang me that night.",
            "file": SimpleUploadedFile("rota.pdf", pdf()),
        },
    )
    assert sent.status_code == 302
    assert events.one("investigation.answered").actor_id == nosy.user.pk
    told = OutboxMessage.objects.filter(kind="person_answered")
    assert [each.user for each in told] == [team.user]
    assert "A nurse rang me that night." in words(client.get(side_of(case)))
    reader = Client()
    sign_in(reader, team.user)
    shown = words(reader.get(reverse("investigations:case", args=[case.key])))
    assert "The person answered" in shown
    file = CaseFile.objects.get()
    assert f"File {file.pk}" in shown
    address = reverse("investigations:file", args=[case.key, file.key])
    events.mark()
    handed_out = reader.get(address)
    assert handed_out.content == pdf()
    assert "attachment" in handed_out.headers["Content-Disposition"]
    assert "evidence.read" in events.actions()
    stranger = Client()
    sign_in(stranger, acting_as(Role.MANAGEMENT_TEAM).user)
    assert stranger.get(address).status_code == 404


def test_a_file_that_is_not_what_it_says_is_refused_in_words(case, nosy) -> None:
    shown = password_shown(nosy).post(
        side_of(case),
        {"kind": "answer", "said": "See.", "file": SimpleUploadedFile("a.pdf", b"MZ\x90")},
    )
    assert "The file must be a PDF, ODT, DOCX, PNG or JPEG" in words(shown)
    assert not CaseFile.objects.exists()


def test_an_answer_whose_event_fails_leaves_no_entry_and_no_file(
    case, nosy, settings, tmp_path
) -> None:
    client = password_shown(nosy)
    storage = {**settings.STORAGES["evidence"], "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "evidence": storage}
    posted = {"kind": "answer", "said": "See.", "file": SimpleUploadedFile("a.pdf", pdf())}
    client.raise_request_exception = False
    with event_insert_fails("investigation.answered"):
        assert client.post(side_of(case), posted).status_code == 500
    assert not case.entries.filter(what="investigation.answered").exists()
    assert list(tmp_path.iterdir()) == []
    assert client.post(side_of(case), posted | {"file": SimpleUploadedFile("a.pdf", pdf())})
    assert len(list(tmp_path.iterdir())) == 1


def test_a_question_is_read_on_the_page_and_the_mail_says_only_that_there_is_one(
    case, nosy, team
) -> None:
    actions.take(case=case, by=team)
    actions.ask(case=case, of=AskedOf.PERSON, said="Who rang you at 23:10?", by=team)
    mail.outbox.clear()
    deliver_due()
    told = next(each for each in mail.outbox if "question for you" in each.subject)
    assert told.to == [nosy.user.email]
    assert "23:10" not in told.body
    assert "Who rang you at 23:10?" in words(password_shown(nosy).get(side_of(case)))


def test_a_question_to_the_manager_is_not_for_the_persons_eyes(case, nosy, team) -> None:
    actions.take(case=case, by=team)
    actions.ask(case=case, of=AskedOf.MANAGER, said="Was she on the rota?", by=team)
    told = OutboxMessage.objects.get(kind="manager_asked")
    assert told.address == nosy.user.line_manager_email
    assert "rota" not in words(password_shown(nosy).get(side_of(case)))
    reader = Client()
    sign_in(reader, team.user)
    shown = words(reader.get(reverse("investigations:case", args=[case.key])))
    assert "Asked their line manager" in shown


def test_a_note_of_the_reviewer_is_not_for_the_persons_eyes(case, nosy, team) -> None:
    actions.take(case=case, by=team)
    actions.note(case=case, said="Her sister rang us.", by=team)
    assert "sister" not in words(password_shown(nosy).get(side_of(case)))


def test_an_appeal_goes_to_the_team_and_the_central_team_also_after_the_close(
    case, nosy, team
) -> None:
    central = acting_as(Role.CENTRAL_TEAM)
    actions.take(case=case, by=team)
    wrong = actions.Judgement(
        finding=actions.Finding.NO_CASE, intent=actions.Intent.NONE, data_compromised=False
    )
    actions.find(case=case, judgement=wrong, said="Seen.", by=team)
    actions.close(case=case, said="Done.", by=team)
    client = password_shown(nosy)
    refused = client.post(side_of(case), {"kind": "answer", "said": "But."})
    assert refused.status_code == 200
    assert client.post(side_of(case), {"kind": "appeal", "said": "Unfair."}).status_code == 302
    told = OutboxMessage.objects.filter(kind="case_appealed")
    assert {each.user for each in told} == {team.user, central.user}
    assert "You appealed" in words(client.get(side_of(case)))
