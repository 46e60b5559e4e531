"""New versions of agreement and training: published after a second look, counted, reminded of."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.actions import publish_agreement, remind_of_conditions
from accounts.messages.delivery import text_of
from accounts.models import (
    AgreementAcceptance,
    AgreementVersion,
    CourseVersion,
    CriminalRecordCheck,
    MessageKind,
    OutboxMessage,
    TrainingResult,
    User,
)
from accounts.models.users import AccountStatus
from accounts.policies import Refused
from accounts.roles import Role
from accounts.tasks import remind_of_conditions as task
from accounts.team.lacking import lacking_by_organisation
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import (
    EmployerFactory,
    NationalPartnerFactory,
    UserFactory,
    acting_as,
    complete_file,
    sign_in,
)

pytestmark = pytest.mark.django_db


def days(number):
    return timezone.localdate() + timedelta(days=number)


def boxes(day):
    return {f"everybody_by_{n}": part for n, part in enumerate((day.day, day.month, day.year))}


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


# --- the agreement page ---------------------------------------------------------------------------


def test_a_person_reads_the_agreement_and_accepts_it(client, events):
    user = UserFactory(complete=False)
    complete_file(user, but="agreement-not-accepted")
    sign_in(client, user)
    page = text(client.get("/agreement/"))
    assert "What you never do" in page
    assert "I agree" in page
    assert client.post("/agreement/", {"number": 1}).url == "/"
    assert events.one("agreement.accepted").actor_id == user.pk
    assert "You accepted this version on" in text(client.get("/agreement/"))


def test_a_version_published_while_one_reads_is_not_accepted_unread(client):
    user = UserFactory(complete=False)
    sign_in(client, user)
    client.get("/agreement/")
    AgreementVersion.objects.create(number=2, text="Newer")
    assert "A newer version was published" in text(client.post("/agreement/", {"number": 1}), 403)
    assert "Newer" in text(client.get("/agreement/"))


def test_the_text_falls_into_parts_with_their_headings():
    version = AgreementVersion(text="Lead.\n\nHeading\nBody one.\nBody two.\n\n\n")
    assert version.sections == [("", "Lead."), ("Heading", "Body one.\nBody two.")]


# --- publishing -----------------------------------------------------------------------------------


@pytest.fixture
def central(client, central_team):
    sign_in(client, central_team.user)
    return central_team


AGREEMENT = {"text": "Newer text", "after": 1}
COURSE = {"title": "Newer course", "valid_months": 6, "after": 1}
PAGES = {
    "/requirements/agreement/": (AGREEMENT, AgreementVersion, "agreement.published"),
    "/requirements/course/": (COURSE, CourseVersion, "training.required"),
}


@pytest.mark.parametrize("url", PAGES)
def test_a_version_is_published_after_a_second_look(client, central, events, url):
    typed, model, event = PAGES[url]
    typed = {**typed, **boxes(days(30))}
    look = text(client.post(url, typed))
    assert "Check before you publish" in look
    assert "shut out from the next day on" in look
    assert model.objects.count() == 1
    done = client.post(url, {**typed, "confirmed": "yes"})
    assert done.url == "/requirements/"
    assert model.objects.current().everybody_by == days(30)
    assert events.one(event).detail["version"] == 2


@pytest.mark.parametrize("url", PAGES)
def test_a_version_may_let_older_ones_count_on(client, central, url):
    typed, model, _ = PAGES[url]
    assert "they go on counting" in text(client.post(url, typed))
    client.post(url, {**typed, "confirmed": "yes"})
    assert model.objects.current().everybody_by is None


@pytest.mark.parametrize(
    ("url", "typed", "words"),
    [
        ("/requirements/agreement/", {"text": ""}, "Enter the text of the agreement"),
        ("/requirements/agreement/", boxes(days(-1)), "Enter a day from today on"),
        ("/requirements/course/", {"valid_months": 61}, "less than or equal to 60"),
    ],
)
def test_what_cannot_be_published_says_why(client, central, url, typed, words):
    first, model, _ = PAGES[url]
    page = text(client.post(url, {**first, **typed, "confirmed": "yes"}))
    assert words in page
    assert model.objects.count() == 1


@pytest.mark.parametrize("url", PAGES)
def test_who_publishes_on_top_of_an_unread_version_is_told(client, central, url):
    typed, model, _ = PAGES[url]
    client.post(url, {**typed, "confirmed": "yes"})
    refused = client.post(url, {**typed, "confirmed": "yes"})
    assert "A newer version was published" in text(refused, 403)
    assert model.objects.count() == 2


@pytest.mark.parametrize("url", PAGES)
def test_a_local_team_publishes_nothing(client, management_team, url):
    sign_in(client, management_team.user)
    assert client.get(url).status_code == 403
    assert client.post(url, {**PAGES[url][0], "confirmed": "yes"}).status_code == 403


def test_publishing_asks_for_the_second_factor_again(central_team):
    stale = replace(central_team, factor_is_fresh=False)
    with pytest.raises(Refused) as refused:
        publish_agreement(text="Newer", after=1, everybody_by=None, by=stale)
    assert refused.value.decision.code == "step-up-needed"


# --- who lacks the newest -------------------------------------------------------------------------


def test_a_local_team_counts_its_employers(client, management_team):
    school = EmployerFactory(parent=management_team.base, name="Oak School")
    lacking = UserFactory(employer=school, complete=False)
    UserFactory(employer=school)
    UserFactory(employer=school, complete=False, status=AccountStatus.INVITED)
    UserFactory(employer=EmployerFactory(), complete=False)
    rows = {lack.name: lack for lack in lacking_by_organisation(management_team)}
    assert set(rows) == {"Oak School", management_team.base.name}
    oak = rows["Oak School"]
    assert (oak.people, oak.agreement, oak.training) == (2, 1, 1)
    AgreementAcceptance.objects.create(user=lacking, version_id=1)
    AgreementVersion.objects.create(number=2, text="Newer")
    rows = {lack.name: lack for lack in lacking_by_organisation(management_team)}
    assert rows["Oak School"].agreement == 2


def test_the_central_team_counts_managing_bodies(central_team):
    partner = NationalPartnerFactory(name="Lantern")
    UserFactory(employer=EmployerFactory(parent=partner), complete=False)
    UserFactory(employer=partner)
    rows = {lack.name: lack for lack in lacking_by_organisation(central_team)}
    assert (rows["Lantern"].people, rows["Lantern"].training) == (2, 1)


def test_counting_takes_three_statements(management_team, django_assert_num_queries):
    for _ in range(3):
        UserFactory(employer=EmployerFactory(parent=management_team.base))
    with django_assert_num_queries(3):
        lacking_by_organisation(management_team)


def test_the_page_shows_versions_and_counts(client, management_team):
    UserFactory(employer=management_team.base, complete=False)
    sign_in(client, management_team.user)
    page = text(client.get("/requirements/"))
    assert "Who still lacks the newest version" in page
    assert "1 person lacks it" in page
    assert "Publish a new user agreement" not in page


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MANAGEMENT_TEAM, Role.CENTRAL_TEAM}))
def test_other_roles_count_nobody(role):
    with pytest.raises(Refused):
        lacking_by_organisation(acting_as(role))


# --- reminders ------------------------------------------------------------------------------------


def reminded():
    return OutboxMessage.objects.filter(kind=MessageKind.CONDITION_DUE)


def running_out(days_left, user=None):
    user = user or UserFactory(complete=False)
    check = CriminalRecordCheck.objects.create(
        user=user, checked_on=days(-900), finding="clear", valid_until=days(days_left)
    )
    return user, check


@pytest.mark.parametrize(
    ("days_left", "count"), [(61, 0), (60, 1), (31, 1), (7, 1), (0, 1), (-1, 0)]
)
def test_a_person_is_told_before_their_check_runs_out(days_left, count):
    user, check = running_out(days_left)
    assert remind_of_conditions() == count
    assert remind_of_conditions() == 0
    assert list(reminded().values_list("user", "about_id")) == [(user.pk, check.pk)] * count


@pytest.mark.parametrize(
    ("days_left", "told_days_ago", "again"),
    [(30, 0, 0), (30, 15, 1), (20, 5, 0), (20, 15, 1), (7, 0, 0), (7, 5, 1), (3, 2, 0)],
)
def test_each_of_the_days_brings_one_reminder(days_left, told_days_ago, again):
    running_out(days_left)
    remind_of_conditions()
    reminded().update(queued_at=timezone.now() - timedelta(days=told_days_ago))
    assert remind_of_conditions() == again


def test_nobody_is_reminded_of_what_was_renewed_or_whose_account_is_stopped():
    user, _ = running_out(20)
    CriminalRecordCheck.objects.create(
        user=user, checked_on=days(-1), finding="clear", valid_until=days(1000)
    )
    stopped, _ = running_out(20)
    User.objects.filter(pk=stopped.pk).update(status="held", status_reason="for this test")
    assert remind_of_conditions() == 0


def test_training_that_runs_out_is_reminded_of():
    user = UserFactory(complete=False)
    TrainingResult.objects.create(
        user=user, version_id=1, passed_on=days(-300), valid_until=days(25)
    )
    assert task() == 1


def test_only_those_without_the_new_agreement_are_reminded_of_its_day():
    done, late = UserFactory(), UserFactory()
    AgreementVersion.objects.create(number=2, text="Newer", everybody_by=days(20))
    AgreementAcceptance.objects.create(user=done, version_id=2)
    assert remind_of_conditions() == 1
    assert reminded().get().user == late
    assert remind_of_conditions() == 0


def test_a_reminder_says_nothing_of_the_person():
    subject, body = text_of(MessageKind.CONDITION_DUE)
    assert "runs out soon" in subject
    assert "Sign in" in body
    assert "criminal" not in body


def test_the_event_fails_so_nothing_is_accepted_on_the_page(client):
    user = UserFactory(complete=False)
    sign_in(client, user)
    with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
        client.post("/agreement/", {"number": 1})
    assert not AgreementAcceptance.objects.filter(user=user).exists()
