"""What a person lacks is said in words, to them and their team; it shuts them out, and only it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.conditions import CONDITIONS, PERSONAL, VOUCHED, missing
from accounts.legal_grounds import LEGAL_GROUNDS
from accounts.models import (
    AgreementAcceptance,
    AgreementVersion,
    CourseVersion,
    CriminalRecordCheck,
    IdentityCheck,
    RoleGrant,
    TrainingResult,
    User,
)
from accounts.policies import standing
from accounts.roles import Role
from tests.factories.accounts import (
    ON_FILE,
    EmployerFactory,
    LocalAuthorityFactory,
    UserFactory,
    acting_under,
    complete_file,
    give_totp,
    grant,
    sign_in,
)

pytestmark = pytest.mark.django_db


def codes(user):
    return [condition.code for condition in missing(user)]


def days(number):
    return timezone.localdate() + timedelta(days=number)


def test_a_complete_person_lacks_nothing(practitioner):
    assert missing(practitioner.user) == ()
    assert standing(practitioner).allowed


def test_a_new_person_is_told_everything_that_is_missing():
    user = UserFactory(complete=False, line_manager_name="")
    everything = [one.code for one in CONDITIONS if one.code != "organisation-not-accredited"]
    assert codes(user) == everything


@pytest.mark.parametrize("code", ON_FILE)
def test_each_thing_missing_is_the_one_that_shuts_the_account(code):
    user = UserFactory(complete=False)
    complete_file(user, but=code)
    acting = acting_under(grant(user, Role.PRACTITIONER))
    assert codes(user) == [code]
    decision = standing(acting)
    assert (decision.allowed, decision.code) == (False, code)
    assert not RoleGrant.objects.in_standing().filter(pk=acting.grant.pk).exists()


def test_an_organisation_that_is_not_accredited_is_told_as_such():
    school = EmployerFactory(accredited=False)
    user = UserFactory(employer=school)
    give_totp(user)
    assert codes(user) == ["organisation-not-accredited", "no-live-role"]
    elsewhere = UserFactory()
    grant(elsewhere, Role.PRACTITIONER, LocalAuthorityFactory(accredited=False))
    assert codes(elsewhere) == ["organisation-not-accredited"]


def test_saying_what_is_missing_takes_one_statement(practitioner, django_assert_num_queries):
    with django_assert_num_queries(1):
        missing(practitioner.user)
    with django_assert_num_queries(0):
        standing(practitioner)


def test_the_people_of_a_team_are_judged_in_one_statement(django_assert_num_queries):
    authority = LocalAuthorityFactory()
    for _ in range(5):
        UserFactory(employer=authority)
    with django_assert_num_queries(1):
        people = list(User.objects.with_conditions().filter(employer=authority))
    assert all(person.identity_confirmed for person in people)


@pytest.mark.parametrize(("last_day", "is_missing"), [(0, False), (-1, True)])
def test_a_check_counts_up_to_and_on_its_last_day(last_day, is_missing):
    user = UserFactory(complete=False)
    complete_file(user, but="record-check-missing")
    CriminalRecordCheck.objects.create(
        user=user, checked_on=days(-1000), finding="clear", valid_until=days(last_day)
    )
    assert ("record-check-missing" in codes(user)) is is_missing


def test_the_newest_record_of_a_check_counts():
    user = UserFactory()
    CriminalRecordCheck.objects.create(user=user, checked_on=days(-1), finding="not_clear")
    assert "record-check-missing" in codes(user)
    CriminalRecordCheck.objects.create(
        user=user, checked_on=days(-2), finding="clear", valid_until=days(100)
    )
    assert "record-check-missing" not in codes(user)


@pytest.mark.parametrize(("last_day", "is_missing"), [(0, False), (-1, True)])
def test_training_counts_up_to_and_on_its_last_day(last_day, is_missing):
    user = UserFactory(complete=False)
    complete_file(user, but="training-missing")
    TrainingResult.objects.create(
        user=user,
        version=CourseVersion.objects.current(),
        passed_on=days(-400),
        valid_until=days(last_day),
    )
    assert ("training-missing" in codes(user)) is is_missing


@pytest.mark.parametrize(("by", "is_missing"), [(None, False), (0, False), (-1, True)])
def test_a_new_agreement_binds_everybody_after_its_day(by, is_missing):
    user = UserFactory()
    AgreementVersion.objects.create(
        number=2, text="Again", everybody_by=None if by is None else days(by)
    )
    assert ("agreement-not-accepted" in codes(user)) is is_missing
    AgreementAcceptance.objects.create(user=user, version_id=2)
    assert "agreement-not-accepted" not in codes(user)


def test_a_version_that_binds_nobody_leaves_an_earlier_binding_one_in_force():
    user = UserFactory()
    AgreementVersion.objects.create(number=2, text="Again", everybody_by=days(-1))
    AgreementVersion.objects.create(number=3, text="Better worded")
    assert "agreement-not-accepted" in codes(user)
    AgreementAcceptance.objects.create(user=user, version_id=2)
    assert "agreement-not-accepted" not in codes(user)


@pytest.mark.parametrize(("by", "is_missing"), [(None, False), (0, False), (-1, True)])
def test_a_new_course_binds_everybody_after_its_day(by, is_missing):
    user = UserFactory()
    facts = {"title": "Again", "valid_months": 12}
    newer = CourseVersion.objects.create(
        number=2, everybody_by=None if by is None else days(by), **facts
    )
    assert ("training-missing" in codes(user)) is is_missing
    TrainingResult.objects.create(
        user=user, version=newer, passed_on=days(-1), valid_until=days(300)
    )
    assert "training-missing" not in codes(user)


def test_every_condition_has_its_words_and_whose_turn_it_is():
    assert len({one.code for one in CONDITIONS}) == len(CONDITIONS)
    for one in CONDITIONS:
        assert all([one.title, one.message, one.to_do, one.for_team, one.who])
    assert {one.code for one in PERSONAL} > VOUCHED


def test_every_role_has_a_legal_ground():
    assert set(LEGAL_GROUNDS) == set(Role)
    page = (Path(settings.BASE_DIR) / "docs" / "legal-grounds.md").read_text(encoding="utf-8")
    for role, ground in LEGAL_GROUNDS.items():
        assert f"| {role.label} | {ground.law} | {ground.words} | {ground.once} |" in page


def test_home_is_a_list_of_tasks_while_something_is_missing(client):
    user = UserFactory(complete=False)
    grant(user, Role.PRACTITIONER)
    sign_in(client, user)
    page = client.get("/").content.decode()
    assert "Before you can use ContactPoint" in page
    assert "Nobody has confirmed yet who you are." in page
    assert "4 of 8 things are still missing" in page
    assert "Search for a child" not in page
    complete_file(user)
    assert "Search for a child" in client.get("/").content.decode()


def test_a_page_refuses_with_the_first_thing_missing(client, events):
    user = UserFactory(complete=False)
    grant(user, Role.PRACTITIONER)
    sign_in(client, user)
    response = client.get("/records/search/")
    assert response.status_code == 403
    assert "Show your management team a photo document" in response.content.decode()
    assert events.one("access.denied").reason == "identity-not-confirmed"


def refused_by_the_database(model, **facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**facts)


def test_the_database_keeps_the_promises_of_what_is_on_file():
    user, other = UserFactory(complete=False), UserFactory()
    today = days(0)
    seen = {"how": "in_person", "checked_on": today}
    refused_by_the_database(IdentityCheck, user=user, confirmed_by=user, **seen)
    refused_by_the_database(IdentityCheck, user=user, how="by_letter", checked_on=today)
    IdentityCheck.objects.create(user=user, confirmed_by=other, **seen)
    refused_by_the_database(IdentityCheck, user=user, confirmed_by=other, **seen)
    clear = {"user": user, "checked_on": today, "finding": "clear"}
    refused_by_the_database(CriminalRecordCheck, **clear)
    refused_by_the_database(CriminalRecordCheck, **clear, valid_until=days(-1))
    refused_by_the_database(CriminalRecordCheck, **clear, valid_until=days(9), recorded_by=user)
    passed = {"user": user, "version_id": 1, "passed_on": today}
    refused_by_the_database(TrainingResult, **passed, valid_until=today)
    refused_by_the_database(TrainingResult, **passed, valid_until=days(9), recorded_by=user)
    refused_by_the_database(AgreementVersion, number=2, text="")
    refused_by_the_database(AgreementVersion, number=0, text="Words")
    refused_by_the_database(CourseVersion, number=2, title="Title", valid_months=0)
