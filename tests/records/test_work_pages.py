"""The pages of referrals, house moves and mediated requests, as the people at them use them."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from records.actions.moves import record_move
from records.models import ChildRecord, HouseMove, MediatedRequest, Referral
from tests.factories.accounts import acting_as, sign_in
from tests.factories.records import child
from tests.factories.shielding import shielded
from tests.factories.teams import team
from tests.factories.working import referral
from tests.records.test_opening import state_reason

pytestmark = pytest.mark.django_db


def page(client, name, *args):
    return client.get(reverse(f"records:{name}", args=args)).content.decode()


def post(client, name, *args, **data):
    return client.post(reverse(f"records:{name}", args=args), data, follow=True)


@pytest.fixture
def at_work(client, practitioner):
    sign_in(client, practitioner.user, practitioner.grant)
    return client


def test_a_call_is_recorded_by_typing_who_made_it_and_the_search_follows(at_work):
    response = post(at_work, "new-referral", sender="Dr Rao, Park surgery", channel="telephone")
    kept = Referral.objects.get()
    assert (kept.sender, kept.child) == ("Dr Rao, Park surgery", None)
    assert response.redirect_chain[-1][0] == reverse("records:search")
    assert "Dr Rao" in page(at_work, "referrals")


def test_a_referral_of_yesterday_says_when_it_came(at_work):
    came = {"came_on_0": "2", "came_on_1": "3", "came_on_2": "2026", "came_time": "14:30"}
    post(at_work, "new-referral", sender="Dr Rao", channel="letter", **came)
    assert f"{Referral.objects.get().came_at:%Y-%m-%d %H:%M}" == "2026-03-02 14:30"


def test_one_that_comes_in_the_future_is_a_mistake(at_work):
    came = {"came_on_0": "2", "came_on_1": "3", "came_on_2": "2099"}
    response = post(at_work, "new-referral", sender="Dr Rao", channel="letter", **came)
    assert "cannot have come in the future" in response.content.decode()
    assert not Referral.objects.exists()


def test_from_an_open_record_a_referral_is_about_its_child(at_work, practitioner):
    made = child()
    state_reason(at_work, made)
    post(at_work, "refer-child", made.key, sender="Dr Rao", channel="telephone")
    assert Referral.objects.get().child == made


def test_the_child_of_a_call_is_named_by_one_click_on_the_record(at_work, practitioner):
    kept = referral(practitioner)
    made = child()
    state_reason(at_work, made)
    opened = page(at_work, "record", made.key)
    assert "Yes, the one from Dr Asha Rao" in opened
    response = post(at_work, "name-referred-child", made.key, referral=str(kept.key))
    assert "names this child now" in response.content.decode()
    assert "Yes, the one from" not in page(at_work, "record", made.key)


def test_a_referral_is_answered_and_another_is_passed_on(at_work, practitioner):
    first, second = referral(practitioner), referral(practitioner, sender="Head teacher")
    post(at_work, "referral", first.key, answer="taken_on")
    east = team(practitioner.organisation, "East team")
    post(at_work, "pass-on-referral", second.key, to=f"team-{east.pk}")
    listed = page(at_work, "referrals")
    assert "We take it on" in listed
    assert "Passed on" in listed
    assert "East team" in listed


def test_the_referrals_of_another_organisation_are_not_there(at_work, events):
    kept = referral(acting_as(Role.PRACTITIONER))
    assert at_work.get(reverse("records:referral", args=[kept.key])).status_code == 404
    assert events.one("access.denied").reason == "referral-not-yours"
    assert "Dr Asha Rao" not in page(at_work, "referrals")


def test_a_list_of_referrals_names_no_child(at_work, practitioner):
    kept = referral(practitioner, child("Secret", "Namesake"))
    for shown in (page(at_work, "referrals"), page(at_work, "referral", kept.key)):
        assert "Namesake" not in shown


def test_a_move_is_offered_from_the_record_and_agreed_to_by_the_other_team(
    client, at_work, practitioner, other_management_team
):
    made = child(authority=practitioner.base.authority)
    to = other_management_team.base.authority
    state_reason(at_work, made)
    moved = {"moved_on_0": "1", "moved_on_1": "11", "moved_on_2": "2026"}
    response = post(at_work, "move-child", made.key, to=to.pk, **moved)
    assert f"{to} is asked" in response.content.decode()
    move = HouseMove.objects.get()
    sign_in(client, other_management_team.user, other_management_team.grant)
    assert f"Move {move.pk}" in page(client, "moves")
    opened = post(client, "open-moved", move.key)
    assert "Brennan" in opened.content.decode()
    answered = post(client, "answer-move", move.key, accept="yes")
    assert "Your answer is given: yes" in answered.content.decode()
    assert ChildRecord.objects.get().authority == to


def test_the_answer_no_needs_its_reason(client, practitioner, other_management_team):
    made = child(authority=practitioner.base.authority)
    sign_in(client, practitioner.user, practitioner.grant)
    state_reason(client, made)
    to = other_management_team.base.authority
    moved = {"moved_on_0": "1", "moved_on_1": "11", "moved_on_2": "2026"}
    post(client, "move-child", made.key, to=to.pk, **moved)
    move = HouseMove.objects.get()
    sign_in(client, other_management_team.user, other_management_team.grant)
    asked = client.post(reverse("records:answer-move", args=[move.key]), {})
    assert "Choose why your authority does not agree" in asked.content.decode()
    post(client, "answer-move", move.key, why="placed")
    assert "placed with us" in page(client, "moves")


def test_the_move_of_two_other_authorities_is_not_there(client, practitioner, events):
    one, two = acting_as(Role.MANAGEMENT_TEAM), acting_as(Role.MANAGEMENT_TEAM)
    made = child(authority=one.base.authority)
    move = HouseMove.objects.create(
        child=made, from_authority=one.base.authority, to_authority=two.base.authority,
        awaits=two.base.authority, moved_on="2026-11-01", recorded_by=one.user,
        due_at="2099-01-01T00:00Z",
    )  # fmt: skip
    ours = acting_as(Role.MANAGEMENT_TEAM, at=practitioner.base)
    sign_in(client, ours.user, ours.grant)
    assert client.get(reverse("records:answer-move", args=[move.key])).status_code == 404
    assert events.one("access.denied").reason == "answer-not-yours"


def test_where_a_shielded_child_moved_to_is_shown_to_management_teams_alone(
    client, practitioner, management_team, other_management_team
):
    made = child(authority=management_team.base.authority)
    to = other_management_team.base.authority
    move = record_move(child=made, to=to, moved_on=timezone.localdate(), by=management_team)
    sign_in(client, practitioner.user, practitioner.grant)
    assert f"Move {move.pk}" in page(client, "moves")
    shielded(made, by=acting_as(Role.SHIELD_ADMINISTRATOR, at=practitioner.base))
    assert f"Move {move.pk}" not in page(client, "moves")
    assert client.post(reverse("records:open-moved", args=[move.key])).status_code == 404
    sign_in(client, management_team.user, management_team.grant)
    assert f"Move {move.pk}" in page(client, "moves")


REQUEST = {
    "urgency": "access_down",
    "purpose": "child_at_risk",
    "case_reference": "NIGHT-7",
    "family_name": "Brennan",
    "given_name": "Aoife",
}


def test_the_duty_desk_helps_somebody_whose_access_is_down(client, practitioner, events):
    made = child("Aoife", "Brennan", "2015-03-14")
    desk = acting_as(Role.MEDIATOR, at=practitioner.base)
    sign_in(client, desk.user, desk.grant)
    asked = post(client, "new-mediation", email=practitioner.user.email, **REQUEST)
    assert practitioner.user.work_phone in asked.content.decode()
    kept = MediatedRequest.objects.get()
    post(client, "verify-requester", kept.key)
    form = post(client, "look-for-another", kept.key).content.decode()
    assert 'value="Brennan"' in form
    assert f'value="NIGHT-7 (request {kept.pk})"' in form
    typed = {
        "family_name": "Brennan",
        "given_name": "Aoife",
        "date_of_birth_0": "14",
        "date_of_birth_1": "3",
        "date_of_birth_2": "2015",
        "purpose": "mediated",
        "case_reference": f"NIGHT-7 (request {kept.pk})",
    }
    found = post(client, "search", **typed)
    searched = found.context["search_key"]
    opened = post(client, "open-record", made.key, search=str(searched))
    assert "Aoife Brennan" in opened.content.decode()
    viewed = events.one("record.viewed")
    assert (viewed.actor_id, viewed.on_behalf_of) == (desk.user.pk, practitioner.user.pk)
    ended = post(client, "mediation-request", kept.key, outcome="told")
    assert "Told what they need" in ended.content.decode()
    assert client.get(reverse("records:record", args=[made.key])).status_code == 403
    sign_in(client, practitioner.user, practitioner.grant)
    assert desk.user.full_name in page(client, "asked-for-me")


def test_a_caller_without_an_account_gets_a_code_that_is_shown_in_this_session_alone(
    client, practitioner
):
    desk = acting_as(Role.MEDIATOR, at=practitioner.base)
    sign_in(client, desk.user, desk.grant)
    caller = {
        "caller_name": "Jo Caller",
        "caller_organisation": "Park surgery",
        "call_back_on": "01632 960 111",
    }
    asked = post(client, "new-mediation", **caller, **REQUEST).content.decode()
    [code] = re.findall(r"<strong>(\d{6})</strong>", asked)
    kept = MediatedRequest.objects.get()
    wrong = post(client, "verify-requester", kept.key, code="1").content.decode()
    assert "That is not the code" in wrong
    right = post(client, "verify-requester", kept.key, code=code).content.decode()
    assert "You can look now" in right
    assert code not in right


def test_a_mediator_is_not_offered_to_look_for_another_without_a_request(client, practitioner):
    desk = acting_as(Role.MEDIATOR, at=practitioner.base)
    sign_in(client, desk.user, desk.grant)
    assert "For a practitioner who has no access" not in page(client, "search")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "or their name if they have no account"),
        ({"email": "nobody@authority.example"}, "Nobody has an account with that address"),
        ({"caller_name": "Jo"}, "Enter the number to ring back"),
    ],
)
def test_what_is_missing_of_a_caller_is_said(client, practitioner, typed, words):
    desk = acting_as(Role.MEDIATOR, at=practitioner.base)
    sign_in(client, desk.user, desk.grant)
    assert words in post(client, "new-mediation", **typed, **REQUEST).content.decode()
