"""A team corrects what is on file: phone and line manager, a wrong confirmation of identity, a link
with a directory, a message that was given up. Each leaves an event.
"""

from dataclasses import replace
from html import unescape

import pytest
from django.db import DatabaseError, transaction
from django.db.models.functions import Now
from django.test import Client
from django.utils.html import strip_tags

from accounts.acting import job
from accounts.actions import (
    change_contact,
    confirm_identity,
    make_due_moves,
    plan_move,
    send_again,
    withdraw_identity,
)
from accounts.actions.directories import end_directory_link
from accounts.conditions import missing
from accounts.messages import MessageKind, queue_message
from accounts.models import (
    DirectoryLink,
    IdentityCheck,
    IdentityProvider,
    OrganisationMove,
    OutboxMessage,
    StaffProposal,
)
from accounts.policies import Refused
from accounts.roles import Role
from accounts.signin.store import SessionStore
from tests.accounts.test_moving import TOMORROW
from tests.accounts.test_organisations import TODAY
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import (
    EmployerFactory,
    LocalAuthorityFactory,
    UserFactory,
    acting_as,
    grant,
    sign_in,
)

pytestmark = pytest.mark.django_db
MANAGER = {"line_manager_name": "Ola New", "line_manager_email": "ola@authority.example"}


@pytest.fixture
def person(practitioner):
    return practitioner.user


def code_of(refused):
    return refused.value.decision.code


def text_of(response):
    return " ".join(unescape(strip_tags(response.content.decode())).split())


def kept(person):
    return {"line_manager_name": person.line_manager_name} | {
        "line_manager_email": person.line_manager_email
    }


class TestContact:
    """Codes are read out to the work phone, so a change of it is seen by everybody concerned."""

    def test_each_change_is_an_event_and_the_person_is_told(self, person, management_team, events):
        changed = change_contact(
            user=person, work_phone="01632 960 777", **MANAGER, by=management_team
        )
        assert changed == ["work_phone", "line_manager"]
        assert (person.work_phone, person.line_manager_name) == ("01632 960 777", "Ola New")
        amended = [e for e in events.since_mark() if e.action == "account.amended"]
        assert [e.detail for e in amended] == [
            {"fields": ["work_phone"]},
            {"fields": ["line_manager"]},
        ]
        assert OutboxMessage.objects.filter(user=person, kind="account_needs_you").exists()

    def test_what_stays_as_it_is_leaves_no_event(self, person, management_team, events):
        facts = {"work_phone": person.work_phone, **kept(person)}
        assert change_contact(user=person, **facts, by=management_team) == []
        assert events.actions() == []

    def test_an_unattended_screen_is_not_enough(self, person, management_team):
        stale = replace(management_team, factor_is_fresh=False)
        with pytest.raises(Refused) as refused:
            change_contact(user=person, work_phone="01632 960 777", **MANAGER, by=stale)
        assert code_of(refused) == "step-up-needed"

    def test_neither_another_team_nor_oneself(self, person, other_management_team, management_team):
        for user, by, code in (
            (person, other_management_team, "other-user-base"),
            (management_team.user, management_team, "own-account"),
        ):
            with pytest.raises(Refused) as refused:
                change_contact(user=user, work_phone="01632 960 777", **MANAGER, by=by)
            assert code_of(refused) == code

    def test_no_change_without_its_event(self, person, management_team):
        with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
            change_contact(user=person, work_phone="01632 960 777", **MANAGER, by=management_team)
        person.refresh_from_db()
        assert person.work_phone == "01632 960 100"

    def test_on_the_page(self, client, person, management_team):
        sign_in(client, management_team.user)
        page = f"/people/{person.key}/contact/"
        own = {"work_phone": "nobody", **MANAGER, "line_manager_email": person.email}
        said = text_of(client.post(page, own))
        assert "Enter a telephone number" in said
        assert "nobody is their own line manager" in said
        posted = {"work_phone": "01632 960 778", **MANAGER}
        assert "are told" in text_of(client.post(page, posted, follow=True))
        assert "Nothing was changed" in text_of(client.post(page, posted, follow=True))


class TestIdentity:
    """A wrong confirmation shuts the account until somebody confirms anew."""

    def test_it_is_taken_back_once_and_can_be_given_anew(
        self, client, person, management_team, events
    ):
        sign_in(client, person)
        assert client.get("/records/search/").status_code == 200
        events.mark()
        assert withdraw_identity(user=person, reason="another person", by=management_team)
        event = events.one("account.identity_withdrawn")
        assert (event.target_id, event.actor_id) == (person.pk, management_team.user.pk)
        assert client.get("/records/search/").status_code == 403
        assert [one.code for one in missing(person)] == ["identity-not-confirmed"]
        assert not withdraw_identity(user=person, reason="again", by=management_team)

        confirm_identity(user=person, how="in_person", checked_on=TODAY, by=management_team)
        assert client.get("/records/search/").status_code == 200
        assert IdentityCheck.objects.filter(user=person).count() == 2

    def test_only_who_looks_after_the_person_with_a_fresh_factor(
        self, person, management_team, other_management_team
    ):
        stale = replace(management_team, factor_is_fresh=False)
        for user, by, code in (
            (person, other_management_team, "other-user-base"),
            (person, stale, "step-up-needed"),
            (management_team.user, management_team, "own-account"),
        ):
            with pytest.raises(Refused) as refused:
                withdraw_identity(user=user, reason="wrong", by=by)
            assert code_of(refused) == code

    def test_the_database_wants_the_reason(self, person):
        with pytest.raises(DatabaseError), transaction.atomic():
            IdentityCheck.objects.filter(user=person).update(withdrawn_at=Now())

    def test_on_the_page(self, client, person, management_team):
        sign_in(client, management_team.user)
        file = f"/people/{person.key}/file/"
        assert "This is wrong: take it back" in text_of(client.get(file))
        page = f"/people/{person.key}/withdraw-identity/"
        assert "The account is shut at its next request" in text_of(client.get(page))
        said = text_of(client.post(page, {"reason": "a mix-up"}, follow=True))
        assert "was taken back by" in said
        assert "a mix-up" in said
        assert "Nothing was changed" in text_of(client.post(page, {"reason": "x"}, follow=True))


class TestDirectoryLink:
    """A link ended signs nobody in, and the sessions it opened are over."""

    @pytest.fixture
    def link(self, person):
        provider = IdentityProvider.objects.create(
            organisation=person.employer, issuer="https://one.example", client_id="x",
            secret="!", accepted_acr=["mfa"], live_from=Now(),
        )  # fmt: skip
        return DirectoryLink.objects.create(provider=provider, subject="s", user=person)

    def by_directory(self, link):
        client = Client()
        sign_in(client, link.user)
        session = SessionStore(client.cookies["session"].value)
        session["directory"] = link.provider_id
        session.save()
        return client

    def test_the_team_ends_it_and_its_sessions_with_it(
        self, client, person, link, management_team, events
    ):
        theirs, own = self.by_directory(link), Client()
        sign_in(own, person)
        sign_in(client, management_team.user)
        events.mark()
        page = f"/people/{person.key}/directories/{link.provider.key}/end/"
        assert "The link has ended" in text_of(client.post(page, follow=True))
        event = events.one("auth.factor_removed")
        assert event.detail == {
            "factor": "directory",
            "issuer": str(link.provider.key),
            "sessions": 1,
        }
        assert theirs.get("/your-account/").status_code == 302
        assert own.get("/your-account/").status_code == 200
        assert "not linked any more" in text_of(client.post(page, follow=True))

    def test_people_end_their_own(self, client, person, link, events):
        sign_in(client, person)
        assert "Linked with your work account" in text_of(client.get("/your-account/"))
        page = f"/your-account/directories/{link.provider.key}/end/"
        assert "The link has ended" in text_of(client.post(page, follow=True))
        assert events.one("auth.factor_removed").actor_id == person.pk
        assert "not linked any more" in text_of(client.post(page, follow=True))

    def test_nobody_else_ends_it(self, person, link, other_management_team):
        with pytest.raises(Refused):
            end_directory_link(provider=link.provider, user=person, by=other_management_team)
        colleague = acting_as(Role.PRACTITIONER, at=person.employer)
        with pytest.raises(Refused):
            end_directory_link(provider=link.provider, user=person, by=colleague)


class TestOutbox:
    """A message that was given up is tried anew when the team says so."""

    def given_up(self, person, kind=MessageKind.ACCOUNT_NEEDS_YOU):
        with transaction.atomic():
            message = queue_message(
                kind=kind,
                to=person,
                about_type="user",
                about_id=person.pk,
                by=job("accounts.deliver_messages"),
            )
        OutboxMessage.objects.filter(pk=message.pk).update(
            state="failed", attempts=8, last_error="ConnectionRefusedError"
        )
        message.refresh_from_db()
        return message

    def test_it_is_queued_from_the_first_attempt_on(self, client, person, management_team, events):
        message = self.given_up(person)
        sign_in(client, management_team.user)
        assert "Send once more" in text_of(client.get("/messages/"))
        page = f"/messages/{message.pk}/send-again/"
        assert "queued again" in text_of(client.post(page, follow=True))
        message.refresh_from_db()
        assert (message.state, message.attempts, message.last_error) == ("queued", 0, "")
        event = events.one("account.message_resent")
        assert (event.target_id, event.detail["user_id"]) == (message.pk, person.pk)
        assert "was not given up" in text_of(client.post(page, follow=True))

    def test_a_one_time_link_is_not_sent_twice(self, person, management_team):
        message = self.given_up(person, MessageKind.INVITATION)
        with pytest.raises(Refused) as refused:
            send_again(message=message, by=management_team)
        assert code_of(refused) == "message-link-gone"

    def test_another_team_sends_nothing(self, person, other_management_team):
        with pytest.raises(Refused) as refused:
            send_again(message=self.given_up(person), by=other_management_team)
        assert code_of(refused) == "other-user-base"


class TestTheDayOfAMove:
    """The first request of the day finds the move made, whether the minute's job has run or not."""

    def test_an_employer_moves_at_the_first_request(self, client, accreditation_officer, events):
        school, new = EmployerFactory(), LocalAuthorityFactory()
        teacher = UserFactory(employer=school)
        grant(teacher, Role.PRACTITIONER, school.parent)  # reaches across the border to be
        sign_in(client, teacher)
        plan_move(
            organisation=school, to=new, effective_on=TOMORROW, reason="new county",
            by=accreditation_officer,
        )  # fmt: skip
        assert client.get("/records/search/").status_code == 200
        OrganisationMove.objects.update(effective_on=TODAY)
        events.mark()
        assert client.get("/records/search/").status_code == 403
        school.refresh_from_db()
        assert school.base.pk == new.pk
        assert "organisation.amended" in events.actions()
        assert not teacher.rolegrant_set.exists()
        assert make_due_moves() == 0

    def test_the_old_team_is_out_and_the_new_team_in_at_once(self, accreditation_officer):
        school, new = EmployerFactory(), LocalAuthorityFactory()
        teacher = UserFactory(employer=school)
        old_team, new_team = Client(), Client()
        sign_in(old_team, acting_as(Role.MANAGEMENT_TEAM, at=school.parent).user)
        sign_in(new_team, acting_as(Role.MANAGEMENT_TEAM, at=new).user)
        plan_move(
            organisation=school, to=new, effective_on=TOMORROW, reason="new county",
            by=accreditation_officer,
        )  # fmt: skip
        page = f"/people/{teacher.key}/"
        assert [old_team.get(page).status_code, new_team.get(page).status_code] == [200, 403]
        OrganisationMove.objects.update(effective_on=TODAY)
        assert [old_team.get(page).status_code, new_team.get(page).status_code] == [403, 200]

    def test_a_mover_of_the_feed_loses_the_old_standing(self, client):
        mover = acting_as(Role.PRACTITIONER)
        sign_in(client, mover.user)
        StaffProposal.objects.create(
            employer=mover.organisation, kind="mover", staff_ref="T1", user=mover.user,
            effective_on=TOMORROW,
        )  # fmt: skip
        assert client.get("/records/search/").status_code == 200
        StaffProposal.objects.update(effective_on=TODAY)
        assert client.get("/records/search/").status_code == 403
        assert not mover.user.rolegrant_set.exists()

    def test_a_move_that_cannot_be_made_stops_nobody(self, client, accreditation_officer):
        school = EmployerFactory()
        plan_move(
            organisation=school, to=LocalAuthorityFactory(), effective_on=TOMORROW, reason="new",
            by=accreditation_officer,
        )  # fmt: skip
        somebody = acting_as(Role.PRACTITIONER)
        sign_in(client, somebody.user)
        OrganisationMove.objects.update(effective_on=TODAY)
        with event_insert_fails():
            assert client.get("/your-account/").status_code == 200
        school.refresh_from_db()
        assert OrganisationMove.objects.planned().exists()
        assert client.get("/your-account/").status_code == 200
        assert not OrganisationMove.objects.planned().exists()


@pytest.mark.django_db(transaction=True)
def test_the_team_reads_what_was_done_to_an_account(client, practitioner, management_team):
    change_contact(
        user=practitioner.user, work_phone="01632 960 779", **MANAGER, by=management_team
    )
    sign_in(client, management_team.user)
    person = client.get(f"/people/{practitioner.user.key}/").content.decode()
    address = unescape(person.split('href="/trail/?about=')[1].split('"')[0])
    said = text_of(client.get(f"/trail/?about={address}"))
    assert "Amended an account: work phone" in said
    assert "Opened the file of an account" in said
    assert f"Only what was done to the account of {practitioner.user.full_name}" in said
    stranger = UserFactory()
    assert client.get(f"/trail/?about={stranger.key}").status_code == 404
