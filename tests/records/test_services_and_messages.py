"""Reaching the other side: how a service is reached, and a message that only it reads."""

from dataclasses import replace

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from accounts.messages.delivery import text_of
from accounts.models import MessageKind, OutboxMessage
from accounts.policies import Refused
from accounts.roles import Role
from records.actions.messages import answer_message, read_message, send_message
from records.actions.services import amend_service, close_service, create_service
from records.messages import inbox, outbox
from records.models import ChildRecord, MessageText, Service, ServiceMessage
from records.particulars import ServiceParts
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import EmployerFactory, acting_as, sign_in
from tests.factories.records import InvolvementFactory, ServiceFactory, child
from tests.factories.shielding import shielded
from tests.records.test_opening import state_reason

pytestmark = pytest.mark.django_db

PARTS = ServiceParts(
    name="Invented early help",
    kind="early_help",
    phone="01632 960 500",
    opening_hours="Monday to Friday 9am to 5pm",
    out_of_hours_phone="01632 960 501",
    email="help@authority.example",
    is_sensitive=False,
)


@pytest.fixture
def there():
    """Somebody who works for the service, at another authority."""
    return acting_as(Role.PRACTITIONER)


@pytest.fixture
def service(there):
    return ServiceFactory(organisation=there.organisation)


@pytest.fixture
def made(service, there):
    known = child()
    InvolvementFactory(child=known, service=service, practitioner=there.user, contact_name="")
    return known


def write(made, service, by, text="Please ring me on 01632 960 100."):
    return send_message(child=made, service=service, text=text, by=by)


def test_the_team_adds_a_service_with_its_hours_and_its_number_at_night(
    client, management_team, practitioner, events
):
    sign_in(client, management_team.user, management_team.grant)
    typed = {
        "organisation": str(management_team.organisation.key),
        "name": PARTS.name,
        "kind": PARTS.kind,
        "phone": PARTS.phone,
        "opening_hours": PARTS.opening_hours,
        "out_of_hours_phone": PARTS.out_of_hours_phone,
        "email": PARTS.email,
    }
    client.post(reverse("records:new-service"), typed)
    kept = Service.objects.get()
    assert events.one("service.created").target_id == kept.pk
    made = child()
    InvolvementFactory(child=made, service=kept)
    sign_in(client, practitioner.user, practitioner.grant)
    state_reason(client, made)
    record = client.get(reverse("records:record", args=[made.key])).content.decode()
    for words in (PARTS.opening_hours, PARTS.out_of_hours_phone, PARTS.email):
        assert words in record


def test_a_service_is_amended_and_the_event_names_the_fields_alone(client, management_team, events):
    kept = create_service(
        organisation=management_team.organisation, parts=PARTS, by=management_team
    )
    sign_in(client, management_team.user, management_team.grant)
    typed = {
        "name": PARTS.name,
        "kind": PARTS.kind,
        "phone": "01632 960 599",
        "opening_hours": "Always",
        "out_of_hours_phone": PARTS.out_of_hours_phone,
        "email": PARTS.email,
    }
    client.post(reverse("records:service", args=[kept.key]), typed)
    assert events.one("service.amended").detail == {"fields": ["opening_hours", "phone"]}
    now = replace(PARTS, phone="01632 960 599", opening_hours="Always")
    assert not amend_service(service=kept, parts=now, by=management_team)


def test_a_closed_service_is_listed_and_written_to_no_more(management_team, practitioner):
    kept = create_service(
        organisation=management_team.organisation, parts=PARTS, by=management_team
    )
    made = child()
    InvolvementFactory(child=made, service=kept)
    assert close_service(service=kept, by=management_team)
    assert not close_service(service=kept, by=management_team)
    with pytest.raises(Refused) as refused:
        write(made, Service.objects.get(pk=kept.pk), practitioner)
    assert refused.value.decision.code == "service-not-here"


def test_a_team_keeps_no_service_of_another_base(management_team, service):
    for act in (
        lambda: create_service(organisation=EmployerFactory(), parts=PARTS, by=management_team),
        lambda: amend_service(service=service, parts=PARTS, by=management_team),
        lambda: close_service(service=service, by=management_team),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.decision.code == "service-of-another-base"


def test_a_practitioner_does_not_keep_the_directory(practitioner):
    with pytest.raises(Refused):
        create_service(organisation=practitioner.organisation, parts=PARTS, by=practitioner)


def test_a_message_reaches_the_service_and_its_answer_comes_back(
    made, service, practitioner, there, events
):
    sent = write(made, service, practitioner)
    told = OutboxMessage.objects.filter(kind="service_message")
    assert {message.send_to for message in told} == {service.email, there.user.email}
    assert [(each.id, each.is_new) for each in inbox(there)] == [(sent.pk, True)]
    assert read_message(message=sent, by=there) == ("Please ring me on 01632 960 100.", "")
    assert [each.is_new for each in inbox(there)] == [False]
    assert answer_message(key=sent.key, text="I rang.", by=there)
    assert not answer_message(key=sent.key, text="Again.", by=there)
    assert OutboxMessage.objects.get(kind="service_answer").user == practitioner.user
    assert [each.is_new for each in outbox(practitioner)] == [True]
    sent.refresh_from_db()
    assert read_message(message=sent, by=practitioner)[1] == "I rang."
    assert [each.is_new for each in outbox(practitioner)] == [False]
    assert events.actions() == ["message.sent", "message.read", "message.answered", "message.read"]
    assert events.one("message.sent").detail == {"child_id": made.pk, "service_id": service.pk}


def test_the_text_is_kept_where_it_can_be_erased_and_nowhere_readable(
    made, service, practitioner, there, events
):
    sent = write(made, service, practitioner, "Only for you")
    assert "Only for you" not in str(list(MessageText.objects.values()))
    assert "Only for you" not in str(list(ServiceMessage.objects.values()))
    assert "Only for you" not in str(events.one("message.sent").__dict__)
    assert "Only for you" in "".join(events.payloads().values())
    MessageText.objects.filter(message=sent).delete()
    assert read_message(message=sent, by=there) == ("", "")


@pytest.mark.parametrize("kind", [MessageKind.SERVICE_MESSAGE, MessageKind.SERVICE_ANSWER])
def test_the_mail_says_nothing_of_it(kind):
    subject, body = text_of(kind)
    assert "child" not in subject
    assert "never say in an e-mail what it is about" in body


def test_nobody_else_reads_it(made, service, practitioner, there, events):
    sent = write(made, service, practitioner)
    for stranger in (
        acting_as(Role.PRACTITIONER),
        acting_as(Role.PRACTITIONER, at=practitioner.organisation),
        acting_as(Role.CENTRAL_TEAM),
    ):
        with pytest.raises(Refused):
            read_message(message=sent, by=stranger)
        with pytest.raises(Refused):
            answer_message(key=sent.key, text="No.", by=stranger)
    assert MessageText.objects.count() == 1


def test_a_service_that_does_not_work_with_the_child_is_not_written_to(made, practitioner):
    with pytest.raises(Refused) as refused:
        write(made, ServiceFactory(organisation=practitioner.organisation), practitioner)
    assert refused.value.decision.code == "service-not-involved"


def test_a_service_that_is_not_named_answers_without_its_name(
    client, made, service, practitioner, there
):
    Service.objects.filter(pk=service.pk).update(is_sensitive=True, name="Invented clinic")
    sign_in(client, practitioner.user, practitioner.grant)
    state_reason(client, made)
    involvement = made.involvements.get()
    address = reverse("records:write-to-service", args=[made.key, involvement.pk])
    assert "Invented clinic" not in client.get(address).content.decode()
    client.post(address, {"text": "Please ring me."})
    sent = ServiceMessage.objects.get()
    answer_message(key=sent.key, text="We will.", by=there)
    for page in (
        client.get(reverse("records:service-messages")),
        client.get(reverse("records:service-message", args=[sent.key])),
    ):
        shown = page.content.decode()
        assert "A sensitive service" in shown
        assert "Invented clinic" not in shown
        assert there.user.full_name not in shown


def test_behind_a_shield_nobody_is_written_to_and_no_name_is_learned(
    client, made, service, practitioner
):
    sent = write(made, service, practitioner)
    desk = acting_as(Role.SHIELD_ADMINISTRATOR, at=practitioner.base)
    ChildRecord.objects.filter(pk=made.pk).update(authority=practitioner.base.authority)
    made.refresh_from_db()
    shielded(made, by=desk)
    sign_in(client, practitioner.user, practitioner.grant)
    state_reason(client, made)
    involvement = made.involvements.get()
    address = reverse("records:write-to-service", args=[made.key, involvement.pk])
    answer = client.get(address)
    assert answer.status_code == 404
    for page in (
        answer,
        client.get(reverse("records:service-messages")),
        client.get(reverse("records:service-message", args=[sent.key])),
    ):
        assert service.name not in page.content.decode()


def test_the_service_reads_and_answers_on_its_page(client, made, service, practitioner, there):
    sent = write(made, service, practitioner)
    sign_in(client, there.user, there.grant)
    assert "New" in client.get(reverse("records:service-messages")).content.decode()
    address = reverse("records:service-message", args=[sent.key])
    assert "Please ring me" in client.get(address).content.decode()
    assert "Enter your message" in client.post(address, {"text": ""}).content.decode()
    client.post(address, {"text": "I rang."})
    assert "I rang." in client.get(address).content.decode()


def test_a_guess_at_a_message_is_an_event(client, made, service, practitioner, there, events):
    sent = write(made, service, practitioner)
    stranger = acting_as(Role.PRACTITIONER)
    sign_in(client, stranger.user, stranger.grant)
    answer = client.get(reverse("records:service-message", args=[sent.key]))
    assert answer.status_code == 404
    assert events.one("access.denied").reason == "message-not-yours"


def test_without_its_event_nothing_is_sent(made, service, practitioner):
    with event_insert_fails(), pytest.raises(Exception, match="event cannot be written"):
        write(made, service, practitioner)
    assert not ServiceMessage.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_an_answer_is_somebodys(made, service, practitioner):
    sent = write(made, service, practitioner)
    with pytest.raises(IntegrityError, match="message_answered_by_somebody"):
        ServiceMessage.objects.filter(pk=sent.pk).update(answered_at=timezone.now())
