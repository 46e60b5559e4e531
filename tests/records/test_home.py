"""The home page says what needs somebody today in the role they act in, and nothing else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import StaffProposal
from accounts.roles import Role
from records.actions.enquiries import open_enquiry
from records.actions.messages import answer_message, send_message
from records.actions.moves import record_move
from records.purposes import Purpose, Reason
from tests.factories.accounts import acting_as, grant, sign_in
from tests.factories.records import InvolvementFactory, ServiceFactory, child
from tests.factories.working import mediated, referral

pytestmark = pytest.mark.django_db

MOST = 12
LOCAL = {Role.MEDIATOR, Role.SHIELD_ADMINISTRATOR, Role.MANAGEMENT_TEAM}


def home(client, by):
    sign_in(client, by.user, by.grant)
    return client.get("/").content.decode()


@pytest.fixture
def stale(practitioner):
    """A child the practitioner said long ago that they work with."""
    made = child("Aoife", "Brennan")
    long_ago = timezone.localdate() - timedelta(days=120)
    InvolvementFactory(
        child=made,
        service=ServiceFactory(organisation=practitioner.organisation),
        practitioner=practitioner.user,
        contact_name="",
        started_on=long_ago,
        last_confirmed_on=long_ago,
    )
    return made


def test_nothing_waits_for_somebody_new(client, practitioner):
    assert "Nothing waits for you" in home(client, practitioner)


def test_a_practitioner_is_shown_what_waits_for_them(client, practitioner, stale, events):
    referral(practitioner)
    referral(practitioner)
    open_enquiry(reason=Reason(Purpose.URGENT_CARE, "REF-1"), by=practitioner)
    there = acting_as(Role.PRACTITIONER)
    service = stale.involvements.get().service
    send_message(child=stale, service=service, text="Ring me", by=there)
    page = home(client, practitioner)
    for words in (
        "2 referrals wait for your answer",
        "1 enquiry of yours is open",
        "1 message waits for you",
        "Aoife Brennan",
    ):
        assert words in page
    assert "Nothing waits" not in page
    assert events.one("involvement.listed").result_ids == [stale.pk]


def test_still_involved_is_one_click_on_the_home_page(client, practitioner, stale):
    home(client, practitioner)
    involvement = stale.involvements.get()
    answer = client.post(
        f"/records/{stale.key}/involvements/confirm/",
        {"involvement": involvement.pk, "asked_on": "home"},
        follow=True,
    )
    assert answer.redirect_chain[-1][0] == "/"
    assert "Aoife Brennan" not in answer.content.decode()


def test_an_answer_to_ones_own_message_waits_until_it_is_read(client, practitioner, stale):
    there = acting_as(Role.PRACTITIONER)
    service = ServiceFactory(organisation=there.organisation)
    InvolvementFactory(child=stale, service=service)
    sent = send_message(child=stale, service=service, text="Ring me", by=practitioner)
    assert "message waits" not in home(client, practitioner)
    answer_message(key=sent.key, text="I rang", by=there)
    assert "1 message waits for you" in home(client, practitioner)
    client.get(f"/records/messages/{sent.key}/")
    assert "message waits" not in home(client, practitioner)


def test_a_team_is_shown_what_its_desks_list(
    client, management_team, other_management_team, practitioner
):
    made = child(authority=management_team.base.authority)
    record_move(
        child=made,
        to=other_management_team.base.authority,
        moved_on=timezone.localdate(),
        by=other_management_team,
    )
    StaffProposal.objects.create(
        employer=management_team.organisation, kind="joiner", staff_ref="N1",
        email="joiner@school.example", given_name="Kit", family_name="Joiner",
        work_phone="01632 960 100", line_manager_name="Sam",
        line_manager_email="sam@authority.example", effective_on=timezone.localdate(),
    )  # fmt: skip
    page = home(client, management_team)
    assert "1 house move waits for your authority\u2019s answer" in page
    assert "1 joiner or mover of a staff feed waits for an answer" in page
    assert "Nothing waits" in home(client, other_management_team)


def test_the_duty_desk_is_shown_its_open_requests(client, practitioner):
    desk = acting_as(Role.MEDIATOR, at=practitioner.base)
    mediated(desk, practitioner.user)
    assert "1 request from a colleague is open" in home(client, desk)


def test_what_waits_elsewhere_is_not_shown(client, practitioner):
    referral(acting_as(Role.PRACTITIONER))
    assert "Nothing waits for you" in home(client, practitioner)


@pytest.mark.parametrize("role", Role)
def test_the_home_page_takes_at_most_twelve_statements(client, practitioner, stale, role):
    by = practitioner
    if role is not Role.PRACTITIONER:
        by = acting_as(role, at=practitioner.base if role in LOCAL else None)
        grant(by.user, Role.PRACTITIONER, practitioner.organisation)  # somebody with two roles
    home(client, by)
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/").status_code == 200
    # The savepoints stand for the two transactions that a request outside a test opens.
    statements = [
        query["sql"] for query in asked.captured_queries if "SAVEPOINT" not in query["sql"]
    ]
    assert len(statements) <= MOST, "\n".join(statements)
