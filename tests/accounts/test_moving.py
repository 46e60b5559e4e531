"""An employer moves to another managing body on its day; a person moves to another employer.

Who manages whom follows at once; roles that reach across the new border end.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.actions import (
    cancel_move,
    close_organisation,
    make_due_moves,
    move_person,
    plan_move,
    suspend_account,
)
from accounts.models import OrganisationMove, RoleGrant
from accounts.policies import Refused
from accounts.roles import Role
from tests.accounts.test_organisations import TODAY
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import (
    EmployerFactory,
    LocalAuthorityFactory,
    NationalPartnerFactory,
    UserFactory,
    acting_as,
    acting_under,
    grant,
)

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def officer(accreditation_officer):
    return accreditation_officer


@pytest.fixture
def school():
    return EmployerFactory()


def plan(school, to, by, on=TODAY):
    return plan_move(organisation=school, to=to, effective_on=on, reason="new county", by=by)


def come_due(move):
    """Its day has come, as the database sees it."""
    OrganisationMove.objects.filter(pk=move.pk).update(effective_on=TODAY)


def code_of(refused):
    return refused.value.decision.code


def test_from_its_day_on_the_new_team_manages_and_the_old_one_does_not(officer, school, events):
    old, new = school.parent, NationalPartnerFactory()
    teacher = UserFactory(employer=school)
    old_team, new_team = (acting_as(Role.MANAGEMENT_TEAM, at=body) for body in (old, new))
    move = plan(school, new, officer, TOMORROW)
    assert make_due_moves() == 0
    with pytest.raises(Refused):
        suspend_account(user=teacher, reason="not mine yet", by=new_team)
    come_due(move)
    events.mark()
    assert make_due_moves() == 1
    assert make_due_moves() == 0

    event = events.one("organisation.amended")
    assert (event.actor_kind, event.reason) == ("job", "moved")
    assert event.detail == {
        "fields": ["managing_body"],
        "organisation_id": new.pk,
        "from": str(old.pk),
        "to": str(new.pk),
    }
    teacher.employer.refresh_from_db()
    with pytest.raises(Refused) as refused:
        suspend_account(user=teacher, reason="no longer mine", by=acting_under(old_team.grant))
    assert code_of(refused) == "other-user-base"
    assert suspend_account(user=teacher, reason="mine now", by=new_team)
    move.refresh_from_db()
    assert (move.from_body, move.to_body) == (old, new)


def test_a_move_of_today_is_made_at_once(officer, school, events):
    new = LocalAuthorityFactory()
    plan(school, new, officer)
    school.refresh_from_db()
    assert school.parent == new
    assert [event.reason for event in events.since_mark()] == ["move-planned", "moved"]


def test_roles_that_reach_across_the_new_border_end_and_others_stay(officer, school):
    old = school.parent
    teacher, helper = UserFactory(employer=school), UserFactory(employer=old)
    stays = grant(teacher, Role.PRACTITIONER, school)
    grant(teacher, Role.MANAGEMENT_TEAM, old)
    grant(helper, Role.PRACTITIONER, school)
    keeps = grant(helper, Role.PRACTITIONER, old)
    plan(school, LocalAuthorityFactory(), officer)
    left = RoleGrant.objects.filter(user__in=[teacher, helper])
    assert set(left) == {stays, keeps}


def test_one_move_is_planned_at_a_time_and_can_be_called_off_once(officer, school, events):
    move = plan(school, LocalAuthorityFactory(), officer, TOMORROW)
    with pytest.raises(Refused) as refused:
        plan(school, LocalAuthorityFactory(), officer, TOMORROW)
    assert code_of(refused) == "move-already-planned"
    events.mark()
    cancel_move(move=move, by=officer)
    assert events.one("organisation.amended").reason == "move-cancelled"
    with pytest.raises(Refused) as refused:
        cancel_move(move=move, by=officer)
    assert code_of(refused) == "move-over"
    come_due(move)
    assert make_due_moves() == 0


def test_a_body_closed_before_the_day_takes_nobody_over(officer, school, events):
    old, new = school.parent, LocalAuthorityFactory()
    move = plan(school, new, officer, TOMORROW)
    close_organisation(organisation=new, reason="reorganised", by=officer)
    come_due(move)
    events.mark()
    assert make_due_moves() == 0
    school.refresh_from_db()
    assert school.parent == old
    assert events.one("organisation.amended").reason == "organisation-closed"
    assert not OrganisationMove.objects.planned().exists()


def test_what_cannot_be_moved(officer, school):
    yesterday = TODAY - timedelta(days=1)
    for organisation, to, on, code in (
        (LocalAuthorityFactory(), LocalAuthorityFactory(), TODAY, "cannot-be-managed-there"),
        (school, EmployerFactory(), TODAY, "cannot-be-managed-there"),
        (school, school.parent, TODAY, "managed-there-already"),
        (school, LocalAuthorityFactory(), yesterday, "day-is-past"),
        (school, LocalAuthorityFactory(accredited=False), TODAY, "organisation-not-accredited"),
    ):
        with pytest.raises(Refused) as refused:
            plan(organisation, to, officer, on)
        assert code_of(refused) == code


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ACCREDITATION_OFFICER}))
def test_other_roles_move_no_organisation(school, role):
    with pytest.raises(Refused):
        plan(school, LocalAuthorityFactory(), acting_as(role))


def test_a_person_moves_within_the_user_base_and_leaves_the_old_standing(school, events):
    team = acting_as(Role.MANAGEMENT_TEAM, at=school.parent)
    other_school = EmployerFactory(parent=school.parent)
    teacher: Any = UserFactory(employer=school)
    grant(teacher, Role.PRACTITIONER, school)
    grant(teacher, Role.MEDIATOR, school.parent)
    move_person(user=teacher, employer=other_school, reason="new post", by=team)
    teacher.refresh_from_db()
    assert teacher.employer == other_school
    assert not RoleGrant.objects.filter(user=teacher).exists()
    assert events.actions() == ["account.amended", "role.revoked", "role.revoked"]
    event = events.one("account.amended")
    assert event.detail == {
        "fields": ["employer"],
        "from": str(school.pk),
        "to": str(other_school.pk),
    }


def test_a_local_team_moves_nobody_out_of_or_into_its_user_base(school, central_team):
    team = acting_as(Role.MANAGEMENT_TEAM, at=school.parent)
    elsewhere = EmployerFactory()
    mine, theirs = UserFactory(employer=school), UserFactory(employer=elsewhere)
    for person, employer in ((mine, elsewhere), (theirs, school)):
        with pytest.raises(Refused) as refused:
            move_person(user=person, employer=employer, reason="poached", by=team)
        assert code_of(refused) == "other-user-base"
    grant(mine, Role.MEDIATOR, school.parent)
    move_person(user=mine, employer=elsewhere, reason="agreed by both", by=central_team)
    assert not RoleGrant.objects.filter(user=mine).exists()


def test_of_two_teams_that_move_one_person_the_second_is_told(school):
    team = acting_as(Role.MANAGEMENT_TEAM, at=school.parent)
    first, second = EmployerFactory(parent=school.parent), EmployerFactory(parent=school.parent)
    teacher = UserFactory(employer=school)
    same = type(teacher).objects.select_related("employer__parent").get(pk=teacher.pk)
    move_person(user=teacher, employer=first, reason="new post", by=team)
    with pytest.raises(Refused) as refused:
        move_person(user=same, employer=second, reason="new post", by=team)
    assert code_of(refused) == "person-moved-already"


def test_the_event_fails_so_nothing_moved(officer, school):
    old, team = school.parent, acting_as(Role.MANAGEMENT_TEAM, at=school.parent)
    teacher, near = UserFactory(employer=school), EmployerFactory(parent=old)
    with event_insert_fails():
        with pytest.raises(DatabaseError), transaction.atomic():
            plan(school, LocalAuthorityFactory(), officer)
        with pytest.raises(DatabaseError), transaction.atomic():
            move_person(user=teacher, employer=near, reason="new post", by=team)
    school.refresh_from_db()
    teacher.refresh_from_db()
    assert (school.parent, teacher.employer) == (old, school)
    assert not OrganisationMove.objects.exists()
