"""A team puts on file what only somebody else can say about a person; the two founders do it for
each other, once.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.acting import installer, operator, person
from accounts.actions import (
    accept_agreement,
    confirm_identity,
    install_central_body,
    publish_agreement,
    publish_course,
    record_check,
    record_training,
)
from accounts.actions.installation import NewPerson
from accounts.actions.vouching import months_after
from accounts.conditions import missing
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
from accounts.models.users import AccountStatus
from accounts.policies import Refused, standing
from accounts.roles import Role
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import UserFactory, acting_as, acting_under, give_totp, reference_data

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


@pytest.fixture
def newcomer(practitioner):
    """An active account of the practitioner's authority with nothing on file."""
    return UserFactory(employer=practitioner.base, complete=False)


def confirm(user, by, **changes):
    facts = {"how": IdentityCheck.How.ON_VIDEO, "checked_on": TODAY(), **changes}
    return confirm_identity(user=user, **facts, by=by)


def check(user, by, finding="clear", checked_on=None):
    return record_check(user=user, checked_on=checked_on or TODAY(), finding=finding, by=by)


def train(user, by, passed_on=None):
    newest = CourseVersion.objects.current()
    return record_training(user=user, version=newest, passed_on=passed_on or TODAY(), by=by)


ACTS: dict[str, Callable[..., Any]] = {"identity": confirm, "check": check, "training": train}


def test_a_team_member_confirms_who_a_person_is(newcomer, management_team, events):
    made = confirm(newcomer, management_team)
    assert (made.confirmed_by, made.how) == (management_team.user, "on_video")
    event = events.one("account.identity_confirmed")
    assert (event.target_id, event.actor_id) == (newcomer.pk, management_team.user.pk)
    assert event.detail == {"kind": "on_video"}


def test_who_confirms_second_is_told(newcomer, management_team, events):
    confirm(newcomer, management_team)
    with pytest.raises(Refused) as refused:
        confirm(newcomer, acting_as(Role.MANAGEMENT_TEAM, at=management_team.base))
    assert refused.value.decision.code == "identity-already-confirmed"
    assert events.actions() == ["account.identity_confirmed"]


def test_a_check_counts_for_three_years(newcomer, management_team, events):
    made = check(newcomer, management_team, checked_on=date(2024, 2, 29))
    assert made.valid_until == date(2027, 2, 28)
    event = events.one("check.recorded")
    assert event.detail == {"status": "clear", "valid_until": "2027-02-28"}
    assert event.target_id == newcomer.pk


def test_a_check_that_is_not_clear_shuts_the_account_out(practitioner, management_team, events):
    check(practitioner.user, management_team, finding="not_clear")
    assert events.one("check.recorded").detail == {"status": "not_clear"}
    assert standing(acting_under(practitioner.grant)).code == "record-check-missing"


def test_training_counts_as_long_as_its_version_says(newcomer, management_team, events):
    assert train(newcomer, management_team, TODAY() - timedelta(days=3))
    result = TrainingResult.objects.get(user=newcomer)
    version = CourseVersion.objects.current()
    assert result.valid_until == months_after(result.passed_on, version.valid_months)
    assert events.one("training.recorded").detail == {
        "version": version.number,
        "valid_until": result.valid_until.isoformat(),
    }


def test_the_same_training_recorded_twice_is_one_event(newcomer, management_team, events):
    assert train(newcomer, management_team)
    assert not train(newcomer, management_team)
    assert events.actions() == ["training.recorded"]


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 12, 15), 12, date(2024, 12, 15)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2024, 11, 30), 3, date(2025, 2, 28)),
    ],
)
def test_months_are_counted_as_people_count_them(day, months, later):
    assert months_after(day, months) == later


@pytest.mark.parametrize("act", ACTS)
def test_nobody_vouches_for_themselves(act, management_team):
    with pytest.raises(Refused) as refused:
        ACTS[act](management_team.user, management_team)
    assert refused.value.decision.code == "own-account"


@pytest.mark.parametrize("act", ACTS)
def test_another_team_vouches_for_nobody_here(act, newcomer, other_management_team):
    with pytest.raises(Refused) as refused:
        ACTS[act](newcomer, other_management_team)
    assert refused.value.decision.code == "other-user-base"


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MANAGEMENT_TEAM, Role.CENTRAL_TEAM}))
def test_other_roles_vouch_for_nobody(act, newcomer, role):
    with pytest.raises(Refused) as refused:
        ACTS[act](newcomer, acting_as(role))
    assert refused.value.decision.code == "role-may-not"


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_put_on_file_before_the_invitation_is_accepted(act, newcomer, management_team):
    User.objects.filter(pk=newcomer.pk).update(status=AccountStatus.INVITED)
    newcomer.refresh_from_db()
    with pytest.raises(Refused) as refused:
        ACTS[act](newcomer, management_team)
    assert refused.value.decision.code == "account-invited"


def test_nothing_is_put_on_file_before_it_happened(newcomer, management_team):
    tomorrow = TODAY() + timedelta(days=1)
    for act in (
        lambda: confirm(newcomer, management_team, checked_on=tomorrow),
        lambda: check(newcomer, management_team, checked_on=tomorrow),
        lambda: train(newcomer, management_team, tomorrow),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.decision.code == "date-in-the-future"


@pytest.mark.parametrize("act", ACTS)
def test_the_event_fails_so_nothing_is_on_file(act, newcomer, management_team):
    with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
        ACTS[act](newcomer, management_team)
    for model in (IdentityCheck, CriminalRecordCheck, TrainingResult):
        assert not model.objects.filter(user=newcomer).exists()


# --- the agreement --------------------------------------------------------------------------------


def test_a_person_accepts_the_agreement_they_have_read(client, newcomer, events):
    by = person(newcomer, None)
    assert accept_agreement(number=1, by=by)
    assert not accept_agreement(number=1, by=by)
    event = events.one("agreement.accepted")
    assert (event.actor_id, event.target_id) == (newcomer.pk, newcomer.pk)
    assert event.detail == {"version": 1}


def test_a_version_that_was_replaced_while_one_read_it_is_not_accepted(newcomer):
    AgreementVersion.objects.create(number=2, text="Newer")
    for number in (1, 3):
        with pytest.raises(Refused) as refused:
            accept_agreement(number=number, by=person(newcomer, None))
        assert refused.value.decision.code == "version-superseded"
    assert not AgreementAcceptance.objects.filter(user=newcomer).exists()


def test_nobody_accepts_for_somebody_else_or_by_a_command(newcomer):
    for by in (operator(newcomer, None, "some_command"), operator(None, None, "seed_demo")):
        with pytest.raises(Refused) as refused:
            accept_agreement(number=1, by=by)
        assert refused.value.decision.code == "agreement-is-personal"


def test_a_stopped_account_accepts_nothing():
    stopped = UserFactory(complete=False, status=AccountStatus.SUSPENDED)
    with pytest.raises(Refused) as refused:
        accept_agreement(number=1, by=person(stopped, None))
    assert refused.value.decision.code == "account-suspended"


def test_the_event_fails_so_nothing_is_accepted(newcomer):
    with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
        accept_agreement(number=1, by=person(newcomer, None))
    assert not AgreementAcceptance.objects.filter(user=newcomer).exists()


def agree(by, after=1, everybody_by=None):
    return publish_agreement(text="Newer", after=after, everybody_by=everybody_by, by=by)


def course(by, after=1, everybody_by=None):
    facts = {"title": "Newer", "valid_months": 6}
    return publish_course(**facts, after=after, everybody_by=everybody_by, by=by)


PUBLISH: dict[str, Callable[..., Any]] = {"agreement.published": agree, "training.required": course}


@pytest.mark.parametrize("event", PUBLISH)
def test_the_central_team_publishes_a_version(event, central_team, events):
    day = TODAY() + timedelta(days=30)
    version = PUBLISH[event](central_team, everybody_by=day)
    assert (version.number, version.published_by) == (2, central_team.user)
    assert events.one(event).detail == {"version": 2, "due_at": day.isoformat()}


@pytest.mark.parametrize("event", PUBLISH)
def test_who_publishes_second_is_told(event, central_team, events):
    PUBLISH[event](central_team)
    with pytest.raises(Refused) as refused:
        PUBLISH[event](central_team)
    assert refused.value.decision.code == "version-superseded"
    assert events.actions() == [event]


@pytest.mark.parametrize("event", PUBLISH)
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CENTRAL_TEAM}))
def test_nobody_else_publishes(event, role):
    with pytest.raises(Refused) as refused:
        PUBLISH[event](acting_as(role))
    assert refused.value.decision.code == "role-may-not"


@pytest.mark.parametrize("event", PUBLISH)
def test_the_event_fails_so_nothing_is_published(event, central_team):
    with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
        PUBLISH[event](central_team)
    assert AgreementVersion.objects.count() == CourseVersion.objects.count() == 1


# --- the two founders -----------------------------------------------------------------------------


@pytest.fixture
def founders(db):
    """Both have accepted their invitation, set up a factor and accepted the agreement."""
    reference_data()
    install_central_body(
        name="Central Body",
        duty_phone="01632 960 999",
        evidence="SI-1",
        valid_from=TODAY(),
        valid_until=TODAY() + timedelta(days=100),
        founders=(
            NewPerson("first@central.example", "Alex", "First", "01632 960 201"),
            NewPerson("second@central.example", "Billie", "Second", "01632 960 202"),
        ),
        by=installer(),
    )
    User.objects.update(status=AccountStatus.ACTIVE)
    people = list(User.objects.order_by("email"))
    for one in people:
        give_totp(one)
        accept_agreement(number=1, by=person(one, None))
    return people


def as_central(user):
    return acting_under(RoleGrant.objects.get(user=user, permission__codename="central_team"))


def vouch_for(user, by):
    for act in ACTS.values():
        act(user, as_central(by))


def test_the_two_founders_bring_each_other_into_full_standing(founders):
    first, second = founders
    assert [one.code for one in missing(first)] == [
        "identity-not-confirmed",
        "record-check-missing",
        "training-missing",
    ]
    vouch_for(second, by=first)
    assert standing(as_central(second)).allowed
    vouch_for(first, by=second)
    assert missing(first) == missing(second) == ()
    assert IdentityCheck.objects.get(user=second).confirmed_by == first


def test_a_founder_without_standing_vouches_for_nobody_else(founders):
    first, _ = founders
    other = UserFactory(employer=first.employer, complete=False)
    for act in ACTS.values():
        with pytest.raises(Refused):
            act(other, as_central(first))
        with pytest.raises(Refused):
            act(first, as_central(first))


def test_the_founders_exception_holds_for_the_first_record_only(founders):
    first, second = founders
    check(second, as_central(first), finding="not_clear")
    with pytest.raises(Refused):
        check(second, as_central(first))


def test_a_founder_without_factor_or_agreement_vouches_for_nobody(founders):
    first, second = founders
    first.authenticator_set.all().delete()
    with pytest.raises(Refused) as refused:
        confirm(second, as_central(first))
    assert refused.value.decision.code == "second-factor-missing"


def test_no_later_member_of_the_central_team_is_a_founder(founders):
    later = UserFactory(employer=founders[0].employer, complete=False)
    with pytest.raises(Refused):
        confirm(later, as_central(founders[0]))
