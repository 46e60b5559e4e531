"""The outbox: queued with the act, sent after it, tried again, given up where somebody sees it."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models.functions import Now
from hypothesis import given
from hypothesis import strategies as st
from kombu import pools

from accounts.acting import nobody
from accounts.encryption import decrypt
from accounts.messages import MessageKind, queue_message
from accounts.messages.delivery import ATTEMPTS, PAUSES, deliver, deliver_due, text_of
from accounts.models import OutboxMessage
from accounts.roles import Role
from contactpoint.celery import app
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import UserFactory, acting_as, sign_in

pytestmark = pytest.mark.django_db
NEEDS_YOU = MessageKind.ACCOUNT_NEEDS_YOU
BROKEN = "tests.accounts.test_messages.BrokenBackend"


class BrokenBackend(BaseEmailBackend):
    """A mail server that is away; it quotes the address, as they do."""

    def send_messages(self, email_messages):
        raise ConnectionRefusedError(f"cannot deliver to {email_messages[0].to}")


def queue(to, kind=NEEDS_YOU, by=None, **more) -> OutboxMessage:
    about = to.pk if hasattr(to, "pk") else 1
    with transaction.atomic():
        return queue_message(
            kind=kind, to=to, about_type="user", about_id=about, by=by or nobody(), **more
        )


def make_due(message):
    OutboxMessage.objects.filter(pk=message.pk).update(next_attempt_at=Now())


def test_a_message_waits_in_the_outbox_until_it_is_sent(practitioner, mailoutbox, events):
    message = queue(practitioner.user)
    assert (message.state, message.base) == ("queued", practitioner.base)
    assert mailoutbox == []
    assert deliver(message.pk)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sent", 1)
    assert message.sent_at is not None
    assert [sent.to for sent in mailoutbox] == [[practitioner.user.email]]
    event = events.one("person.notified")
    assert (event.actor_kind, event.target_id) == ("job", practitioner.user.pk)
    assert event.detail == {
        "message_id": message.pk, "kind": "account_needs_you", "attempts": 1,
    }  # fmt: skip


def test_a_message_of_an_act_that_was_undone_is_gone(practitioner):
    with transaction.atomic():
        queue(practitioner.user)
        transaction.set_rollback(True)
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nobody_queues_a_message_outside_the_transaction_of_an_act():
    user = UserFactory()
    with pytest.raises(transaction.TransactionManagementError):
        queue_message(kind=NEEDS_YOU, to=user, about_type="user", about_id=user.pk, by=nobody())


def test_a_message_is_sent_once(practitioner, mailoutbox):
    message = queue(practitioner.user)
    assert [deliver(message.pk), deliver(message.pk), deliver_due()] == [True, False, 0]
    assert len(mailoutbox) == 1


def test_a_worker_leaves_alone_what_another_is_sending(practitioner, mailoutbox):
    message = queue(practitioner.user)
    OutboxMessage.objects.filter(pk=message.pk).update(
        attempts=1, next_attempt_at=Now() + timedelta(minutes=10)
    )
    assert not deliver(message.pk)
    assert mailoutbox == []


def test_what_a_dead_worker_left_is_sent_when_its_claim_runs_out(practitioner, mailoutbox):
    message = queue(practitioner.user)
    OutboxMessage.objects.filter(pk=message.pk).update(
        attempts=1, next_attempt_at=Now() - timedelta(seconds=1)
    )
    assert deliver_due() == 1
    assert len(mailoutbox) == 1


def test_an_address_changed_meanwhile_is_used(practitioner, mailoutbox):
    queue(practitioner.user)
    practitioner.user.email = "new.address@authority.example"
    practitioner.user.save(update_fields=["email"])
    deliver_due()
    assert mailoutbox[0].to == ["new.address@authority.example"]


def test_a_line_manager_without_an_account_is_told_too(management_team, mailoutbox, events):
    message = queue(" Sam.Manager@authority.example ", by=management_team)
    assert (message.user, message.base) == (None, management_team.base)
    deliver_due()
    assert mailoutbox[0].to == ["sam.manager@authority.example"]
    event = events.one("person.notified")
    assert (event.target_type, event.target_id) == (None, None)


def test_a_failure_is_tried_again_after_growing_pauses(practitioner, settings, events):
    settings.EMAIL_BACKEND = BROKEN
    message = queue(practitioner.user)
    assert list(PAUSES) == sorted(PAUSES)
    for tried, pause in enumerate(PAUSES, start=1):
        assert not deliver(message.pk)
        waiting = OutboxMessage.objects.get(
            pk=message.pk,
            next_attempt_at__gt=Now() + pause - timedelta(seconds=30),
            next_attempt_at__lte=Now() + pause,
        )
        assert (waiting.state, waiting.attempts) == ("queued", tried)
        assert waiting.last_error == "ConnectionRefusedError"
        assert deliver_due() == 0
        make_due(message)
    assert events.actions() == []


def test_a_message_is_given_up_after_the_last_try_and_says_so(practitioner, settings, events):
    settings.EMAIL_BACKEND = BROKEN
    message = queue(practitioner.user, MessageKind.PASSWORD_RESET, link="/once/")
    for _ in range(ATTEMPTS):
        deliver(message.pk)
        make_due(message)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.link) == ("failed", ATTEMPTS, "")
    event = events.one("person.notified")
    assert (event.outcome, event.reason) == ("failure", "gave-up")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert deliver_due() == 0


def test_the_words_of_an_error_are_kept_nowhere(practitioner, settings, caplog):
    settings.EMAIL_BACKEND = BROKEN
    message = queue(practitioner.user)
    deliver(message.pk)
    message.refresh_from_db()
    assert practitioner.user.email not in f"{vars(message)} {caplog.text}"
    assert "ConnectionRefusedError" in caplog.text


def test_a_message_whose_event_fails_stays_in_the_outbox(practitioner):
    message = queue(practitioner.user)
    with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
        deliver(message.pk)
    message.refresh_from_db()
    assert message.state == "queued"


def test_one_broken_message_does_not_hold_up_the_others(practitioner, mailoutbox):
    first = queue(practitioner.user)
    OutboxMessage.objects.filter(pk=first.pk).update(kind="a_kind_of_tomorrow")
    queue(practitioner.user)
    assert deliver_due() == 1
    first.refresh_from_db()
    assert (first.state, first.last_error) == ("queued", "ValueError")


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_costs_a_pause_and_no_message(monkeypatch, caplog):
    dead = app.connection_for_write(url="redis+socket:///nonexistent/broker.sock")
    monkeypatch.setattr(app.amqp, "_producer_pool", pools.producers[dead])
    message = queue(UserFactory())
    assert "message_waits_for_sweep" in caplog.text
    mail.outbox.clear()
    assert deliver_due() == 1
    message.refresh_from_db()
    assert message.state == "sent"


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_asked_after_the_commit_with_nothing_but_a_number(monkeypatch):
    broker = app.connection_for_write(url="memory://")
    monkeypatch.setattr(app.amqp, "_producer_pool", pools.producers[broker])
    user = UserFactory()
    with broker, broker.SimpleQueue("default") as line:
        with transaction.atomic():
            message = queue(user)
            assert line.qsize() == 0
        received = line.get(timeout=60)
        received.ack()
    assert received.headers["task"] == "accounts.deliver_message"
    assert received.payload[:2] == [[message.pk], {}]


def test_a_one_time_link_is_kept_unreadable_and_forgotten(practitioner, mailoutbox):
    message = queue(practitioner.user, MessageKind.PASSWORD_RESET, link="/once/secret-token/")
    assert "secret-token" not in repr(vars(message))
    assert decrypt(message.link) == "/once/secret-token/"
    deliver_due()
    assert "http://localhost:8000/once/secret-token/" in mailoutbox[0].body
    message.refresh_from_db()
    assert message.link == ""


@pytest.mark.parametrize("link", ["https://evil.example/", "once/"])
def test_a_link_to_elsewhere_is_refused(practitioner, link):
    with pytest.raises(ValueError, match="path"):
        queue(practitioner.user, MessageKind.PASSWORD_RESET, link=link)


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "both@authority.example"},
        {"user": None},
        {"state": "sent"},
        {"state": "failed"},
        {"state": "unknown"},
        {"state": "sent", "sent_at": Now(), "link": "kept"},
    ],
)
def test_the_database_keeps_rows_honest(practitioner, wrong):
    message = queue(practitioner.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.filter(pk=message.pk).update(**wrong)


class TestText:
    """What a message may say: the same to everybody."""

    @pytest.mark.parametrize("kind", list(MessageKind))
    def test_each_kind_has_a_subject_and_a_text(self, kind):
        subject, body = text_of(kind, "/once/")
        assert subject.startswith("ContactPoint: ")
        assert "\n" not in subject
        assert len(body.split()) > 10
        assert "{{" not in subject + body

    @pytest.mark.parametrize("kind", list(MessageKind))
    @given(words=st.lists(st.text("abcdefgh é'-", min_size=4, max_size=12), min_size=5, max_size=5))
    def test_no_message_says_anything_about_its_recipient(self, kind, words):
        """The text is made from the kind and the link alone: the same whoever receives it."""
        given_name, family_name, title, phone, local = (f"Zq{word}" for word in words)
        person = UserFactory.build(
            given_name=given_name, family_name=family_name, job_title=title, work_phone=phone,
            email=f"{local}@authority.example", employer=None,
        )  # fmt: skip
        message = OutboxMessage(kind=kind, user=person, about_type="user", about_id=987654321)
        said = " ".join(text_of(MessageKind(message.kind), "/once/"))
        secrets = [given_name, family_name, title, phone, person.email, "987654321"]
        assert not [secret for secret in secrets if secret in said]


class TestPage:
    """What a management team sees of it."""

    def test_a_team_sees_the_delivery_state_of_its_own_people(self, client, practitioner, settings):
        manager = acting_as(Role.MANAGEMENT_TEAM, at=practitioner.organisation)
        elsewhere = acting_as(Role.PRACTITIONER)
        sent = queue(practitioner.user)
        deliver(sent.pk)
        settings.EMAIL_BACKEND = BROKEN
        waiting, other = queue(practitioner.user), queue(elsewhere.user)
        deliver(waiting.pk)
        sign_in(client, manager.user)
        page = client.get("/messages/")
        text = page.content.decode()
        assert {message.pk for message in page.context["page"]} == {sent.pk, waiting.pk}
        assert practitioner.user.full_name in text
        assert practitioner.user.email not in text
        assert "ConnectionRefusedError" in text
        only = client.get("/messages/?state=queued").context["page"]
        assert [message.pk for message in only] == [waiting.pk]
        assert other.base != manager.base

    def test_the_central_team_sees_all(self, client, practitioner, central_team):
        messages = [queue(practitioner.user), queue(UserFactory())]
        sign_in(client, central_team.user)
        shown = client.get("/messages/").context["page"]
        assert {message.pk for message in shown} == {message.pk for message in messages}

    def test_a_practitioner_is_refused(self, client, practitioner, events):
        sign_in(client, practitioner.user)
        assert client.get("/messages/").status_code == 403
        assert events.one("access.denied").detail == {"permission": "manage_accounts"}

    def test_fifty_messages_cost_as_many_queries_as_one(
        self, client, practitioner, django_assert_max_num_queries
    ):
        manager = acting_as(Role.MANAGEMENT_TEAM, at=practitioner.organisation)
        for _ in range(50):
            queue(practitioner.user)
        sign_in(client, manager.user)
        with django_assert_max_num_queries(9):
            client.get("/messages/")


class _NotifyStandIn(BaseHTTPRequestHandler):
    """The one call of GOV.UK Notify that we make, answered as its documentation says."""

    answer = 201
    asked: list[dict[str, object]]

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append({"path": self.path, "key": self.headers["Authorization"], **body})
        reply: dict[str, object] = {"id": "740e5834-3a29-46b4-9a6f-16142fde533a"}
        if self.answer != 201:
            reply = {"status_code": self.answer, "errors": [{"error": "X", "message": "Y"}]}
        self.send_response(self.answer)
        self.end_headers()
        self.wfile.write(json.dumps(reply).encode())

    def log_message(self, *args):
        """Nothing on the screen."""


@pytest.fixture
def notify(settings):
    handler = type("Handler", (_NotifyStandIn,), {"asked": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    settings.EMAIL_BACKEND = "accounts.messages.notify.EmailBackend"
    settings.NOTIFY_URL = f"http://127.0.0.1:{server.server_port}"
    settings.NOTIFY_API_KEY = (
        "test-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0"
    )
    settings.NOTIFY_TEMPLATE_ID = "f33517ff-2a88-4f6e-b855-c550268ce08a"
    yield handler
    server.shutdown()
    thread.join()
    server.server_close()


class TestNotify:
    """GOV.UK Notify as the mail's back end, against a server on this machine."""

    def test_a_message_goes_out_with_its_subject_and_body_as_fields(self, practitioner, notify):
        message = queue(practitioner.user)
        assert deliver(message.pk)
        [asked] = notify.asked
        subject, body = text_of(NEEDS_YOU)
        assert asked["path"] == "/v2/notifications/email"
        assert asked["key"].startswith("Bearer ")
        assert asked["email_address"] == practitioner.user.email
        assert asked["template_id"] == "f33517ff-2a88-4f6e-b855-c550268ce08a"
        assert asked["personalisation"] == {"subject": subject, "body": body}
        assert asked["reference"] == f"outbox-{message.pk}"

    @pytest.mark.parametrize("status", [400, 403, 429, 500])
    def test_what_notify_refuses_is_tried_again(self, practitioner, notify, status):
        notify.answer = status
        message = queue(practitioner.user)
        assert not deliver(message.pk)
        message.refresh_from_db()
        assert (message.state, message.last_error) == ("queued", "HTTPError")
        notify.answer = 201
        make_due(message)
        assert deliver(message.pk)

    def test_silence_is_kept_where_it_is_asked_for(self, notify):
        notify.answer = 500
        connection = mail.get_connection(fail_silently=True)
        sent = connection.send_messages([mail.EmailMessage("a", "b", to=["c@authority.example"])])
        assert sent == 0
