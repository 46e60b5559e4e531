"""Looking up for a colleague: asked first, rung back, both people on every event, then over."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.db.models.functions import Now

from accounts.models import OutboxMessage, User
from accounts.models.users import AccountStatus
from accounts.policies import Refused
from accounts.roles import Role
from records.access import open_record, search_records
from records.actions.enquiries import hand_over_enquiry, open_enquiry
from records.actions.mediation import answer_request, request_mediation, verify_requester
from records.held import HeldSearch, hold_search
from records.mediation import asked_in_name_of, requests_of
from records.models import Enquiry, MediatedRequest, MediationOutcome
from records.purposes import Purpose, Reason
from records.search.terms import SearchTerms, TypedDate
from tests.factories.accounts import acting_as
from tests.factories.records import child
from tests.factories.working import mediated, new_mediation, reason_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(practitioner):
    """The duty desk of the practitioner's authority."""
    return acting_as(Role.MEDIATOR, at=practitioner.base)


def refusal(act):
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.decision.code


def test_at_three_in_the_morning_a_practitioner_without_access_is_helped_by_the_duty_desk(
    operator, practitioner, events
):
    made = child("Aoife", "Brennan", "2015-03-14")
    asked = request_mediation(new=new_mediation(practitioner.user), by=operator)
    assert asked.code == ""
    assert verify_requester(key=asked.request.key, by=operator)
    asked.request.refresh_from_db()
    reason = reason_for(asked.request)
    terms = SearchTerms(
        given_name="Aoife", family_name="Brennan", date_of_birth=TypedDate(14, 3, 2015)
    )
    found = search_records(request=HeldSearch(uuid4(), terms, reason), by=operator)
    assert [each.hit.child_id for each in found.found] == [made.pk]
    open_record(child_key=made.key, reason=reason, by=operator)
    assert answer_request(key=asked.request.key, outcome=MediationOutcome.TOLD, by=operator)
    assert events.actions() == [
        "mediation.requested",
        "enquiry.opened",
        "mediation.verified",
        "search.performed",
        "record.viewed",
        "mediation.answered",
    ]
    for event in events.since_mark():
        assert (event.actor_id, event.on_behalf_of) == (operator.user.pk, practitioner.user.pk)
    assert events.one("record.viewed").detail["mediation_id"] == asked.request.pk
    asked.request.refresh_from_db()
    assert asked.request.child == made
    assert asked.request.verified_at
    assert asked.request.opened_at
    assert asked.request.requested_at <= asked.request.verified_at
    assert asked.request.verified_at <= asked.request.opened_at


def test_the_requester_is_told_that_it_was_asked_in_their_name(operator, practitioner):
    mediated(operator, practitioner.user)
    assert OutboxMessage.objects.get(kind="looked_up_for").user == practitioner.user
    assert [asked.operator for asked in asked_in_name_of(practitioner)] == [operator.user]


def test_nothing_is_looked_up_for_another_without_a_request(operator):
    made, reason = child(), Reason(Purpose.MEDIATED, "MADE-UP")
    assert refusal(lambda: open_enquiry(reason=reason, by=operator)) == "not-requested"
    assert refusal(
        lambda: hold_search(terms=SearchTerms(family_name="Brennan"), reason=reason, by=operator)
    ) == ("not-requested")
    assert refusal(lambda: open_record(child_key=made.key, reason=reason, by=operator)) in {
        "enquiry-over",
        "not-requested",
    }


def test_nothing_is_looked_up_before_the_requester_was_rung_back(operator, practitioner):
    request_mediation(new=new_mediation(practitioner.user), by=operator)
    reason = Reason(Purpose.MEDIATED, "NIGHT-7")
    assert refusal(lambda: open_enquiry(reason=reason, by=operator)) == "not-requested"
    assert not Enquiry.objects.exists()


def test_a_request_of_yesterday_opens_nothing(operator):
    asked = mediated(operator)
    MediatedRequest.objects.filter(pk=asked.pk).update(
        requested_at=Now() - timedelta(hours=24, minutes=1)
    )
    look = lambda: open_record(child_key=child().key, reason=reason_for(asked), by=operator)  # noqa: E731
    assert refusal(look) == "not-requested"


def test_a_request_answered_opens_nothing_more(operator):
    asked = mediated(operator)
    answer_request(key=asked.key, outcome=MediationOutcome.NOT_FOUND, by=operator)
    look = lambda: open_record(child_key=child().key, reason=reason_for(asked), by=operator)  # noqa: E731
    assert refusal(look) == "enquiry-over"
    assert not answer_request(key=asked.key, outcome=MediationOutcome.TOLD, by=operator)


def test_one_operator_does_not_look_under_the_request_that_another_took(operator, practitioner):
    asked = mediated(operator, practitioner.user)
    other = acting_as(Role.MEDIATOR, at=operator.organisation)
    look = lambda: open_record(child_key=child().key, reason=reason_for(asked), by=other)  # noqa: E731
    assert refusal(look) == "enquiry-over"
    verify = lambda: verify_requester(key=asked.key, by=other)  # noqa: E731
    assert refusal(verify) == "request-not-yours"
    hand_over = lambda: hand_over_enquiry(key=asked.enquiry.key, to=other.user, by=operator)  # noqa: E731
    assert refusal(hand_over) == "colleague-cannot-take-it"


@pytest.mark.parametrize("status", [AccountStatus.SUSPENDED, AccountStatus.HELD])
def test_a_stopped_account_is_told_nothing(operator, practitioner, status):
    User.objects.filter(pk=practitioner.user.pk).update(status=status, status_reason="for this")
    practitioner.user.refresh_from_db()
    ask = lambda: request_mediation(new=new_mediation(practitioner.user), by=operator)  # noqa: E731
    assert refusal(ask) == "requester-not-in-standing"
    assert not MediatedRequest.objects.exists()


def test_a_role_that_may_not_give_that_reason_is_told_nothing(operator):
    auditor = acting_as(Role.AUDITOR).user
    ask = lambda: request_mediation(new=new_mediation(auditor), by=operator)  # noqa: E731
    assert refusal(ask) == "requester-not-in-standing"


def test_nobody_looks_up_for_themselves(operator):
    ask = lambda: request_mediation(new=new_mediation(operator.user), by=operator)  # noqa: E731
    assert refusal(ask) == "requester-is-oneself"


def test_a_practitioner_takes_no_requests(practitioner):
    ask = lambda: request_mediation(new=new_mediation(None), by=practitioner)  # noqa: E731
    assert refusal(ask) == "role-may-not"


def test_a_caller_without_an_account_says_the_code_when_called_back(operator, events):
    asked = request_mediation(new=new_mediation(None), by=operator)
    assert asked.code not in asked.request.code_hash
    assert "Jo Caller" not in asked.request.caller
    spoken = f"{asked.code[:3]} {asked.code[3:]}"
    assert verify_requester(key=asked.request.key, code=spoken, by=operator)
    assert [view.is_verified for view in requests_of(operator)] == [True]
    kept = "".join(events.payloads().values())
    assert "Jo Caller" in kept
    assert asked.code not in kept


def test_three_wrong_codes_end_the_request(operator, events):
    asked = request_mediation(new=new_mediation(None), by=operator)
    wrong = "000000" if asked.code != "000000" else "111111"
    for _ in range(3):
        assert not verify_requester(key=asked.request.key, code=wrong, by=operator)
    assert not verify_requester(key=asked.request.key, code=asked.code, by=operator)
    assert events.one("mediation.refused").detail["to"] == "not_verified"
    assert events.actions().count("mediation.verified") == 2  # failures, as their outcome says
    assert not Enquiry.objects.exists()


def test_two_requests_about_one_case_stay_apart(operator, practitioner):
    first = mediated(operator, practitioner.user)
    second = mediated(operator, acting_as(Role.PRACTITIONER, at=operator.organisation).user)
    assert first.enquiry != second.enquiry
    answer_request(key=first.key, outcome=MediationOutcome.TOLD, by=operator)
    assert open_enquiry(reason=reason_for(second), by=operator) == second.enquiry


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"requester": None}, "mediation_has_one_requester"),
        ({"called_back_on": ""}, "mediation_calls_back"),
        ({"verified_at": None}, "mediation_looks_once_verified"),
        ({"outcome": "told"}, "mediation_answer_says_when"),
        ({"opened_at": Now() - timedelta(days=1)}, "mediation_requested_before_look"),
    ],
)
def test_what_a_request_may_never_be_is_refused_by_the_database(operator, facts, constraint):
    asked = mediated(operator)
    with pytest.raises(IntegrityError, match=constraint):
        MediatedRequest.objects.filter(pk=asked.pk).update(**facts)
