"""A person is invited, sets a password once, and the account is theirs; any other link is a plain
page.
"""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.core import mail as django_mail
from django.db import DatabaseError, transaction
from django.db.models.functions import Now

from accounts.acting import nobody
from accounts.actions import (
    EmailTaken,
    InvitationRefused,
    accept_invitation,
    close_account,
    invite_again,
    invite_person,
)
from accounts.conditions import missing
from accounts.messages.delivery import deliver
from accounts.models import Invitation, OutboxMessage, User
from accounts.models.users import AccountStatus
from accounts.policies import Refused
from accounts.roles import Role
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import PASSWORD, LocalAuthorityFactory, UserFactory, acting_as

pytestmark = pytest.mark.django_db


def invite(by, **changes):
    facts = {
        "email": "New.Person@Authority.Example",
        "given_name": "New",
        "family_name": "Person",
        "work_phone": "01632 960 101",
        "line_manager_name": "Sam Manager",
        "line_manager_email": "sam@authority.example",
        "employer": by.organisation,
        **changes,
    }
    return invite_person(**facts, by=by)


def test_a_team_invites_somebody_of_its_own(management_team, events):
    invited = invite(management_team)
    user = User.objects.get(email="new.person@authority.example")
    assert (user.status, user.has_usable_password()) == (AccountStatus.INVITED, False)
    event = events.one("account.invited")
    assert (event.target_id, event.detail["organisation_id"]) == (user.pk, user.employer_id)
    assert invited.token not in repr(vars(event))
    stored = Invitation.objects.get(user=user)
    assert invited.token.encode() not in bytes(stored.token_hash)
    assert re.fullmatch(r"\d{8}", invited.code)
    assert invited.code not in stored.code_hash
    assert invited.code not in repr(vars(event))


def test_the_mail_holds_the_link_and_nothing_of_the_person(
    management_team, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks():
        invited = invite(management_team)
    message = OutboxMessage.objects.get(kind="invitation")
    assert message.user == invited.user
    assert deliver(message.pk)
    [mail] = django_mail.outbox
    assert f"/invitations/{invited.token}/" in mail.body
    said = f"{mail.subject} {mail.body}"
    assert [
        word
        for word in ("New", "Person", "Manager", invited.code)
        if re.search(rf"\b{word}\b", said)
    ] == []
    message.refresh_from_db()
    assert message.link == ""


def test_the_page_names_nobody_before_the_code_is_shown(client, management_team):
    invited = invite(management_team)
    text = page(client, invited.token).content.decode()
    assert "New Person" not in text
    assert str(management_team.organisation) not in text


def test_a_wrong_code_is_counted_and_said(client, management_team, events):
    invited = invite(management_team)
    events.mark()
    response = accept(client, invited, code=wrong(invited))
    assert response.status_code == 200
    assert "you have 4 more tries" in response.content.decode()
    event = events.one("account.invitation_refused")
    assert (event.reason, event.target_id) == ("wrong-code", invited.user.pk)
    assert event.detail["attempts"] == 1
    spaced = f"{invited.code[:4]} {invited.code[4:]}"
    assert accept(client, invited, code=spaced).status_code == 302


def test_after_five_wrong_codes_the_invitation_is_dead_and_its_sender_told(
    client, management_team, events
):
    invited = invite(management_team)
    for _ in range(4):
        assert accept(client, invited, code=wrong(invited)).status_code == 200
    events.mark()
    assert_over(accept(client, invited, code=wrong(invited)), invited.token)
    assert events.actions() == ["account.invitation_refused", "account.invitation_revoked"]
    assert events.one("account.invitation_revoked").reason == "too-many-wrong-codes"
    assert_over(accept(client, invited), invited.token)
    told = OutboxMessage.objects.get(kind="invitation_dead")
    assert told.user == management_team.user
    again = invite_again(user=invited.user, by=management_team)
    assert accept(client, again).status_code == 302


def test_a_password_too_like_the_person_is_refused_after_the_code(client, management_team):
    invited = invite(management_team)
    like = "new.person@authority.example"
    assert accept(client, invited, like, code=wrong(invited)).status_code == 200
    response = accept(client, invited, like)
    assert "too similar" in response.content.decode()
    stored = Invitation.objects.get(user=invited.user)
    assert (stored.used_at, stored.wrong_codes) == (None, 1)


def test_nobody_is_invited_twice_or_from_elsewhere(management_team, other_management_team):
    invite(management_team)
    with pytest.raises(EmailTaken):
        invite(management_team)
    with pytest.raises(Refused):
        invite(management_team, email="x@y.example", employer=other_management_team.organisation)


def test_nobody_is_invited_to_an_organisation_that_is_not_accredited(central_team):
    with pytest.raises(Refused) as refused:
        invite(central_team, employer=LocalAuthorityFactory(accredited=False))
    assert refused.value.decision.code == "organisation-not-accredited"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MANAGEMENT_TEAM, Role.CENTRAL_TEAM}))
def test_other_roles_invite_nobody(role):
    with pytest.raises(Refused):
        invite(acting_as(role))


def page(client, token, **posted):
    url = f"/invitations/{token}/"
    return client.post(url, posted) if posted else client.get(url)


def accept(client, invited, password=PASSWORD, code=None):
    """The invited person shows the code that was read out and sets a password."""
    return page(
        client,
        invited.token,
        code=code or invited.code,
        password=password,
        password_again=password,
    )


def wrong(invited):
    """A code that is not the one."""
    return f"{(int(invited.code) + 1) % 10**8:08}"


def test_the_invited_person_sets_a_password_and_signs_in(client, management_team, events):
    invited = invite(management_team)
    events.mark()
    done = accept(client, invited)
    assert (done.status_code, done.url) == (302, "/account/login/")
    assert SESSION_KEY not in client.session
    invited.user.refresh_from_db()
    assert invited.user.status == AccountStatus.ACTIVE
    assert invited.user.check_password(PASSWORD)
    event = events.one("account.activated")
    assert [c.code for c in missing(invited.user)][1:4] == [
        "identity-not-confirmed",
        "record-check-missing",
        "training-missing",
    ]
    assert (event.actor_kind, event.actor_id) == ("person", invited.user.pk)
    assert event.actor_base == management_team.base.pk
    client.post("/account/login/", {"login": invited.user.email, "password": PASSWORD})
    assert client.get("/").url.startswith("/your-account/second-factor/")


def assert_over(response, token):
    assert response.status_code == 410
    text = response.content.decode()
    assert "This invitation does not work" in text
    assert "New Person" not in text
    assert token not in text


def test_an_invitation_works_once(client, management_team, events):
    invited = invite(management_team)
    accept(client, invited)
    events.mark()
    assert_over(page(client, invited.token), invited.token)
    assert_over(accept(client, invited, "another-oak-harbour-forty"), invited.token)
    event = events.one("account.invitation_refused")
    assert (event.actor_kind, event.reason) == ("anonymous", "invitation-not-open")
    assert User.objects.get(given_name="New").check_password(PASSWORD)


def test_an_invitation_works_for_three_days(client, management_team):
    invited = invite(management_team)
    stored = Invitation.objects.get(user=invited.user)
    assert stored.expires_at - stored.invited_at < timedelta(hours=72, seconds=5)
    assert stored.expires_at - stored.invited_at > timedelta(hours=71, minutes=59)
    Invitation.objects.update(expires_at=Now() - timedelta(seconds=1))
    assert_over(accept(client, invited), invited.token)


def test_an_unknown_link_looks_like_a_used_one(client, management_team):
    invited = invite(management_team)
    accept(client, invited)
    assert page(client, "nothing").content == page(client, invited.token).content


def test_a_new_invitation_replaces_the_old_one(client, management_team, events):
    old = invite(management_team)
    new = invite_again(user=old.user, by=management_team)
    assert_over(page(client, old.token), old.token)
    assert page(client, new.token).status_code == 200
    assert_over(accept(client, old), old.token)
    accept(client, new)
    with pytest.raises(Refused) as refused:
        invite_again(user=old.user, by=management_team)
    assert refused.value.decision.code == "account-not-invited"


def test_a_closed_account_cannot_be_opened_by_its_invitation(client, management_team):
    invited = invite(management_team)
    close_account(user=invited.user, reason="never came", by=management_team)
    assert_over(page(client, invited.token), invited.token)


@pytest.mark.parametrize(
    ("password", "again", "message"),
    [
        ("short", "short", "too short"),
        ("qwerty123456", "qwerty123456", "too common"),
        (PASSWORD, "something-else-entirely", "not the same"),
        ("", "", "Enter a password"),
    ],
)
def test_an_unusable_password_is_refused_with_the_reason(
    client, management_team, password, again, message
):
    invited = invite(management_team)
    typed = {"password": password, "password_again": again}
    response = page(client, invited.token, code=invited.code, **typed)
    assert response.status_code == 200
    assert message in response.content.decode()
    invited.user.refresh_from_db()
    assert invited.user.status == AccountStatus.INVITED


def test_the_event_fails_so_nothing_happened(management_team):
    invited = invite(management_team)
    opening = {"token": invited.token, "code": invited.code, "password": PASSWORD}
    count = User.objects.count(), Invitation.objects.count()
    with event_insert_fails():
        with pytest.raises(DatabaseError), transaction.atomic():
            accept_invitation(**opening, by=nobody())
        with pytest.raises(DatabaseError), transaction.atomic():
            invite(management_team, email="second@authority.example")
        with pytest.raises(DatabaseError), transaction.atomic():
            invite_again(user=invited.user, by=management_team)
    assert count == (User.objects.count(), Invitation.objects.count())
    assert accept_invitation(**opening, by=nobody()) == invited.user


def test_a_refused_link_raises(events):
    with pytest.raises(InvitationRefused):
        accept_invitation(token="nothing", code="1", password=PASSWORD, by=nobody())
    assert events.actions() == ["account.invitation_refused"]


def test_the_app_can_delete_neither_invitation_nor_account():
    user = UserFactory()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        User.objects.filter(pk=user.pk)._raw_delete("default")
