"""Somebody is locked out, lost a factor, or has a new address: the team helps, and nobody else."""

import re
import time
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.acting import nobody
from accounts.actions import (
    EmailTaken,
    RecoveryRefused,
    apply_email_changes,
    change_email,
    confirm_change,
    reset_factors,
    unlock_account,
    use_recovery,
)
from accounts.messages.delivery import deliver_due
from accounts.models import KnownDevice, OutboxMessage, Recovery, SignInChange, User
from accounts.models.signin_help import Checked
from accounts.models.users import AccountStatus
from accounts.policies import Refused
from accounts.roles import Role
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import (
    PASSWORD,
    UserFactory,
    acting_as,
    acting_under,
    give_totp,
    grant,
    sign_in,
    totp_code,
)

pytestmark = pytest.mark.django_db
NEW = "another-oak-harbour-forty"


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    cache.clear()


@pytest.fixture(autouse=True)
def _the_clock_stands_still():
    """So that no code runs out between two lines of a test."""
    with time_machine.travel(time.time(), tick=False):
        yield


@pytest.fixture
def helper(practitioner):
    """A management team member of the practitioner's own team."""
    return acting_as(Role.MANAGEMENT_TEAM, at=practitioner.base)


@pytest.fixture
def colleague(practitioner):
    """Another one."""
    return acting_as(Role.MANAGEMENT_TEAM, at=practitioner.base)


def lock(user):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = Client().post("/account/login/", {"login": user.email, "password": "wrong"})
    assert answer.status_code == 429


def told(kind):
    return {m.send_to for m in OutboxMessage.objects.select_related("user").filter(kind=kind)}


def refused_with(code, act, **arguments):
    with pytest.raises(Refused) as refused:
        act(**arguments)
    assert refused.value.decision.code == code
    assert refused.value.decision.remedy


class TestUnlocking:
    """The lock is opened by the own team, or by the duty team after calling back."""

    @pytest.mark.parametrize("checked", list(Checked))
    def test_the_own_team_opens_it_however_it_made_sure(
        self, practitioner, helper, events, checked
    ):
        lock(practitioner.user)
        events.mark()
        assert unlock_account(user=practitioner.user, checked=checked, by=helper)
        event = events.one("auth.unlocked")
        assert (event.actor_id, event.target_id) == (helper.user.pk, practitioner.user.pk)
        assert event.detail == {"kind": checked.value}
        assert not AccessAttempt.objects.exists()

    def test_the_duty_team_at_night_calls_back(self, practitioner, central_team, events):
        lock(practitioner.user)
        for checked in (Checked.IN_PERSON, Checked.MANAGER):
            refused_with(
                "call-back-needed", unlock_account,
                user=practitioner.user, checked=checked, by=central_team,
            )  # fmt: skip
        events.mark()
        assert unlock_account(user=practitioner.user, checked=Checked.CALL_BACK, by=central_team)
        event = events.one("auth.unlocked")
        assert (event.actor_id, event.target_id) == (central_team.user.pk, practitioner.user.pk)

    def test_another_authoritys_team_does_not(self, practitioner, other_management_team):
        refused_with(
            "other-user-base", unlock_account,
            user=practitioner.user, checked=Checked.CALL_BACK, by=other_management_team,
        )  # fmt: skip

    def test_nobody_opens_their_own(self, helper):
        refused_with(
            "own-account", unlock_account,
            user=helper.user, checked=Checked.IN_PERSON, by=helper,
        )  # fmt: skip

    def test_without_its_event_the_lock_stays(self, practitioner, helper):
        lock(practitioner.user)
        with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
            unlock_account(user=practitioner.user, checked=Checked.IN_PERSON, by=helper)
        assert AccessAttempt.objects.exists()

    def test_the_page_says_that_somebody_is_locked_and_opens_it(self, client, practitioner, helper):
        lock(practitioner.user)
        sign_in(client, helper.user)
        page = client.get(reverse("accounts:help-person", args=[practitioner.user.key]))
        assert page.context["locked"]
        url = reverse("accounts:unlock", args=[practitioner.user.key])
        assert "Choose how you know" in client.post(url).content.decode()
        done = client.post(url, {"checked": "call_back"}, follow=True)
        assert "The lock is open." in done.content.decode()
        assert not done.context["locked"]
        again = client.post(url, {"checked": "call_back"}, follow=True)
        assert "Nothing was locked." in again.content.decode()


class TestReset:
    """A person who lost everything: a fresh check of identity, a link and a code."""

    def open(self, person, helper):
        opened = reset_factors(user=person.user, identity_how="in_person", by=helper)
        message = OutboxMessage.objects.get(kind="recovery_link", about_id=opened.recovery.pk)
        return opened, message

    def link_in(self, mailoutbox):
        deliver_due()
        bodies = "\n".join(mail.body for mail in mailoutbox)
        return re.findall(r"(/recovery/\S+)", bodies)[-1]

    def test_everything_that_opened_the_account_is_gone(self, client, practitioner, helper, events):
        user = practitioner.user
        give_totp(user)
        sign_in(client, user)
        KnownDevice.objects.create(user=user, token_hash=b"1" * 32)
        opened, _ = self.open(practitioner, helper)
        assert not Authenticator.objects.filter(user=user).exists()
        user.refresh_from_db()
        assert not user.has_usable_password()
        assert KnownDevice.objects.get().ended_because == "credentials"
        assert client.get("/").status_code == 302
        event = events.one("auth.factor_reset")
        assert (event.actor_id, event.target_id) == (helper.user.pk, user.pk)
        assert event.detail == {"kind": "in_person"}
        stored = repr(vars(Recovery.objects.get()))
        assert opened.code not in stored

    def test_the_person_and_the_team_are_told(self, practitioner, helper, colleague):
        self.open(practitioner, helper)
        assert told("sign_in_changed") == {practitioner.user.email}
        assert told("team_sign_in_changed") == {helper.user.email, colleague.user.email}
        assert told("recovery_link") == {practitioner.user.email}

    def test_link_and_code_together_let_the_person_come_back(
        self, client, practitioner, helper, mailoutbox, events
    ):
        opened, _ = self.open(practitioner, helper)
        link = self.link_in(mailoutbox)
        assert opened.code not in "".join(mail.body for mail in mailoutbox)
        assert practitioner.user.full_name in client.get(link).content.decode()
        spaced = f"{opened.code[:4]} {opened.code[4:]}"
        form = {"code": spaced, "password": NEW, "password_again": NEW}
        assert client.post(link, form).url == "/account/login/"
        assert events.since_mark()[-1].action == "auth.password_reset"
        assert client.get(link).status_code == 410
        signed = client.post("/account/login/", {"login": practitioner.user.email, "password": NEW})
        assert signed.status_code == 302
        assert client.get("/").url.startswith("/your-account/second-factor/")

    def test_the_link_alone_opens_nothing(self, client, practitioner, helper, mailoutbox, events):
        opened, _ = self.open(practitioner, helper)
        link = self.link_in(mailoutbox)
        wrong = "00000000" if opened.code != "00000000" else "11111111"
        form = {"code": wrong, "password": NEW, "password_again": NEW}
        events.mark()
        for _ in range(Recovery.MOST_FAILURES - 1):
            assert "The code is wrong" in client.post(link, form).content.decode()
        assert client.post(link, form).status_code == 410
        assert {event.reason for event in events.since_mark()} == {"code-refused"}
        assert client.post(link, {**form, "code": opened.code}).status_code == 410
        assert events.since_mark()[-1].reason == "recovery-not-open"
        practitioner.user.refresh_from_db()
        assert not practitioner.user.has_usable_password()

    def test_a_late_link_does_not_work(self, practitioner, helper):
        opened, _ = self.open(practitioner, helper)
        Recovery.objects.update(expires_at=Now(), token_hash=Recovery.hash_of("known"))
        with pytest.raises(RecoveryRefused):
            use_recovery(token="known", code=opened.code, password=NEW, by=nobody())
        assert not Recovery.objects.open().exists()

    def test_a_second_reset_ends_the_first_link(self, client, practitioner, helper, mailoutbox):
        self.open(practitioner, helper)
        first = self.link_in(mailoutbox)
        self.open(practitioner, helper)
        assert client.get(first).status_code == 410
        assert client.get(self.link_in(mailoutbox)).status_code == 200

    def test_a_suspended_account_does_not_come_back(self, client, practitioner, helper, mailoutbox):
        self.open(practitioner, helper)
        User.objects.filter(pk=practitioner.user.pk).update(
            status=AccountStatus.SUSPENDED, status_reason="for this test"
        )
        assert client.get(self.link_in(mailoutbox)).status_code == 410

    def test_an_unattended_screen_is_not_enough(self, practitioner, helper):
        stale = replace(helper, factor_is_fresh=False)
        refused_with(
            "step-up-needed", reset_factors,
            user=practitioner.user, identity_how="in_person", by=stale,
        )  # fmt: skip

    def test_the_page_asks_for_the_factor_and_comes_back_with_what_was_chosen(
        self, client, practitioner, helper, monkeypatch
    ):
        sign_in(client, helper.user)
        url = reverse("accounts:reset-factors", args=[practitioner.user.key])
        with monkeypatch.context() as patch:
            patch.setattr(settings, "ACCOUNT_REAUTHENTICATION_TIMEOUT", -1)
            asked = client.post(url, {"identity_how": "on_video"})
        assert asked.url.startswith("/account/factors/reauthenticate/?next=")
        shown = client.post(asked.url, {"code": totp_code(), "next": f"{url}?held=1"})
        page = client.get(shown.url)
        assert page.context["form"]["identity_how"].value() == "on_video"
        assert Authenticator.objects.filter(user=practitioner.user).exists()
        done = client.post(url, {"identity_how": "on_video"})
        assert re.search(r"<code>\d{8}</code>", done.content.decode())

    @pytest.mark.parametrize("status", [AccountStatus.INVITED, AccountStatus.CLOSED])
    def test_only_an_active_account_is_reset(self, practitioner, helper, status):
        other = UserFactory(employer=practitioner.organisation, status=status)
        refused_with(
            f"account-{status}", reset_factors, user=other, identity_how="in_person", by=helper
        )

    def test_nobody_resets_their_own_or_elsewhere(self, practitioner, helper):
        refused_with(
            "own-account", reset_factors,
            user=helper.user, identity_how="in_person", by=helper,
        )  # fmt: skip
        stranger = acting_as(Role.MANAGEMENT_TEAM)
        refused_with(
            "other-user-base", reset_factors,
            user=practitioner.user, identity_how="in_person", by=stranger,
        )  # fmt: skip

    def test_without_its_event_nothing_is_reset(self, practitioner, helper):
        with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
            self.open(practitioner, helper)
        assert Authenticator.objects.filter(user=practitioner.user).exists()
        assert not Recovery.objects.exists()

    def test_without_its_event_nobody_comes_back(self, practitioner, helper):
        opened, _ = self.open(practitioner, helper)
        Recovery.objects.update(token_hash=Recovery.hash_of("known"))
        with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
            use_recovery(token="known", code=opened.code, password=NEW, by=nobody())
        assert Recovery.objects.open().exists()


def add_passkey(user, session_of=None):
    """A new factor as the page adds it; returns it."""
    client = session_of or Client()
    sign_in(client, user)
    url = "/account/factors/totp/activate/"
    Authenticator.objects.filter(user=user, type="totp").update(
        type="webauthn", data={"name": "old", "credential": {}}
    )
    secret = client.get(url).context["form"].secret
    client.post(url, {"code": totp_code(secret)})
    return Authenticator.objects.get(user=user, type="totp")


class TestNewFactors:
    """Whoever adds a factor to a stolen account is noticed before it counts where it matters."""

    def test_the_person_and_the_team_are_told(self, practitioner, helper):
        new = add_passkey(practitioner.user)
        change = SignInChange.objects.get(authenticator_id=new.pk)
        assert (change.kind, change.user) == ("factor_added", practitioner.user)
        assert told("sign_in_changed") == {practitioner.user.email}
        assert told("team_sign_in_changed") == {helper.user.email}

    def test_the_first_factor_of_an_invited_person_is_no_change(self, client):
        user = UserFactory()
        client.post("/account/login/", {"login": user.email, "password": PASSWORD})
        url = "/account/factors/totp/activate/"
        secret = client.get(url).context["form"].secret
        client.post(url, {"code": totp_code(secret)})
        kinds = set(SignInChange.objects.values_list("kind", "authenticator_id"))
        totp = Authenticator.objects.get(user=user, type="totp")
        assert ("factor_added", totp.pk) not in kinds

    def test_a_practitioners_new_factor_counts_at_once(self, practitioner):
        add_passkey(practitioner.user)
        newest = SignInChange.objects.filter(user=practitioner.user)
        assert newest.exists()
        assert not newest.waiting().exists()

    def test_in_a_powerful_role_it_waits_a_day(self, helper, events):
        new = add_passkey(helper.user)
        client = Client()
        sign_in(client, helper.user, helper.grant)
        refused = client.get("/messages/")
        assert refused.status_code == 403
        assert "counts after 24 hours" in refused.content.decode()
        assert events.since_mark()[-1].reason == "new-factor-waits"
        SignInChange.objects.filter(authenticator_id=new.pk).update(effective_at=Now())
        assert client.get("/messages/").status_code == 200

    def test_a_lesser_role_of_the_same_person_does_not_wait(self, helper):
        lesser = grant(helper.user, Role.MEDIATOR)
        add_passkey(helper.user)
        client = Client()
        sign_in(client, helper.user, lesser)
        assert client.get("/").status_code == 200

    def test_a_session_that_has_shown_the_old_factor_goes_on(self, helper):
        client = Client()
        add_passkey(helper.user, session_of=client)
        assert client.get("/messages/").status_code == 200

    def test_a_second_person_shortens_the_wait(self, client, helper, colleague, events):
        new = add_passkey(helper.user)
        change = SignInChange.objects.get(authenticator_id=new.pk)
        sign_in(client, colleague.user)
        page = client.get("/sign-in-help/").content.decode()
        assert helper.user.full_name in page
        events.mark()
        done = client.post("/sign-in-help/confirm/", {"change": change.pk}, follow=True)
        assert "The change is confirmed." in done.content.decode()
        event = events.since_mark()[0]
        assert (event.action, event.actor_id) == ("account.identity_confirmed", colleague.user.pk)
        assert (event.target_id, event.detail) == (helper.user.pk, {"kind": "factor_added"})
        session = Client()
        sign_in(session, helper.user, helper.grant)
        assert session.get("/messages/").status_code == 200
        again = client.post("/sign-in-help/confirm/", {"change": change.pk}, follow=True)
        assert "was not waiting any more" in again.content.decode()

    def test_nobody_is_their_own_second_person(self, helper):
        new = add_passkey(helper.user)
        change = SignInChange.objects.get(authenticator_id=new.pk)
        refused_with("own-account", confirm_change, change=change, by=helper)
        with pytest.raises(IntegrityError), transaction.atomic():
            SignInChange.objects.filter(pk=change.pk).update(
                confirmed_by=helper.user, confirmed_at=Now()
            )

    def test_another_team_confirms_nothing(self, client, helper, other_management_team):
        new = add_passkey(helper.user)
        change = SignInChange.objects.get(authenticator_id=new.pk)
        refused_with("other-user-base", confirm_change, change=change, by=other_management_team)
        sign_in(client, other_management_team.user)
        assert client.post("/sign-in-help/confirm/", {"change": change.pk}).status_code == 404
        assert client.post("/sign-in-help/confirm/", {"change": "x"}).status_code == 404

    def test_a_factor_set_up_after_a_reset_waits_too(self, client, helper, colleague):
        opened = reset_factors(user=helper.user, identity_how="in_person", by=colleague)
        Recovery.objects.update(token_hash=Recovery.hash_of("known"))
        use_recovery(token="known", code=opened.code, password=NEW, by=nobody())
        client.post("/account/login/", {"login": helper.user.email, "password": NEW})
        url = "/account/factors/totp/activate/"
        secret = client.get(url).context["form"].secret
        client.post(url, {"code": totp_code(secret)})
        assert client.get("/messages/").status_code == 403

    def test_no_factor_without_telling(self, helper):
        client = Client()
        sign_in(client, helper.user)
        with event_insert_fails(), pytest.raises(DatabaseError):
            client.post("/account/factors/recovery-codes/generate/")
        assert not SignInChange.objects.exists()


class TestNewAddress:
    """Where links go, and what one signs in with."""

    def test_a_practitioners_address_changes_at_once_and_both_are_told(
        self, practitioner, helper, events
    ):
        old = practitioner.user.email
        change_email(user=practitioner.user, email=" New@Authority.example", by=helper)
        practitioner.user.refresh_from_db()
        assert practitioner.user.email == "new@authority.example"
        event = events.one("auth.email_changed")
        assert (event.actor_id, event.target_id) == (helper.user.pk, practitioner.user.pk)
        assert {old, "new@authority.example"} <= told("sign_in_changed")
        assert told("team_sign_in_changed") == {helper.user.email}
        assert old not in repr(vars(event)) + repr(events.payloads())

    def test_in_a_powerful_role_it_waits_a_day_or_for_a_second_person(
        self, helper, colleague, events
    ):
        third = acting_as(Role.MANAGEMENT_TEAM, at=helper.base)
        change = change_email(user=helper.user, email="new@authority.example", by=colleague)
        assert User.objects.get(pk=helper.user.pk).email == helper.user.email
        refused_with("own-change", confirm_change, change=change, by=colleague)
        assert confirm_change(change=change, by=third)
        assert User.objects.get(pk=helper.user.pk).email == "new@authority.example"
        assert events.actions() == ["account.identity_confirmed", "auth.email_changed"]

    def test_after_a_day_the_job_carries_it_out_once(self, helper, colleague, events):
        change_email(user=helper.user, email="new@authority.example", by=colleague)
        assert apply_email_changes() == 0
        SignInChange.objects.update(effective_at=Now() - timedelta(seconds=1))
        assert [apply_email_changes(), apply_email_changes()] == [1, 0]
        assert events.one("auth.email_changed").actor_kind == "job"

    def test_an_address_of_somebody_else_is_refused(self, client, practitioner, helper):
        other = UserFactory()
        with pytest.raises(EmailTaken):
            change_email(user=practitioner.user, email=other.email.upper(), by=helper)
        sign_in(client, helper.user)
        url = reverse("accounts:change-email", args=[practitioner.user.key])
        page = client.post(url, {"email": other.email})
        assert "Another account has this e-mail address" in page.content.decode()

    def test_an_address_taken_while_it_waited_is_left_alone(self, helper, colleague):
        change = change_email(user=helper.user, email="new@authority.example", by=colleague)
        UserFactory(email="new@authority.example")
        third = acting_as(Role.MANAGEMENT_TEAM, at=helper.base)
        with pytest.raises(EmailTaken):
            confirm_change(change=change, by=third)
        SignInChange.objects.update(effective_at=Now())
        assert apply_email_changes() == 0

    def test_the_old_address_signs_nobody_in_any_more(self, client, practitioner, helper):
        """allauth keeps addresses in a table of its own once a reset was asked for."""
        old = practitioner.user.email
        give_totp(practitioner.user)
        client.post("/account/password/reset/", {"email": old})
        change_email(user=practitioner.user, email="new@authority.example", by=helper)
        sent = OutboxMessage.objects.filter(kind=MESSAGE_RESET).count()
        wrong = client.post("/account/login/", {"login": old, "password": PASSWORD})
        assert wrong.status_code == 200
        client.post("/account/password/reset/", {"email": old})
        assert OutboxMessage.objects.filter(kind=MESSAGE_RESET).count() == sent
        right = client.post(
            "/account/login/", {"login": "new@authority.example", "password": PASSWORD}
        )
        assert right.status_code == 302

    def test_without_its_event_the_address_stays(self, practitioner, helper):
        with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
            change_email(user=practitioner.user, email="new@authority.example", by=helper)
        assert not User.objects.filter(email="new@authority.example").exists()
        assert not SignInChange.objects.exists()


MESSAGE_RESET = "password_reset"


class TestPages:
    """Finding whom to help."""

    def test_a_person_is_found_by_address_which_stands_in_no_url(
        self, client, practitioner, helper
    ):
        sign_in(client, helper.user)
        found = client.post("/sign-in-help/", {"email": practitioner.user.email.upper()})
        assert found.url == f"/sign-in-help/{practitioner.user.key}/"

    def test_somebody_of_another_base_is_not_found_and_not_shown(
        self, client, practitioner, other_management_team, events
    ):
        sign_in(client, other_management_team.user)
        page = client.post("/sign-in-help/", {"email": practitioner.user.email})
        assert "Nobody in your user base" in page.content.decode()
        url = reverse("accounts:help-person", args=[practitioner.user.key])
        assert client.get(url).status_code == 403
        assert events.one("access.denied").reason == "other-user-base"

    def test_the_central_team_finds_everybody(self, client, practitioner, central_team):
        sign_in(client, central_team.user)
        found = client.post("/sign-in-help/", {"email": practitioner.user.email})
        assert found.status_code == 302

    def test_standing_costs_no_further_statement(self, helper, django_assert_num_queries):
        with django_assert_num_queries(2):
            acting_under(helper.grant)
