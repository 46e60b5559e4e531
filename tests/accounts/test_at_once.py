"""Two people act at the same moment: one wins, the other is told; nothing happens twice."""

import pytest

from accounts.actions import (
    close_organisation,
    invite_person,
    merge_organisation,
    move_person,
    plan_move,
)
from accounts.models import Organisation, OrganisationMove, User
from accounts.roles import Role
from tests.accounts.test_organisations import TODAY, YEAR
from tests.factories.accounts import (
    EmployerFactory,
    LocalAuthorityFactory,
    UserFactory,
    acting_as,
)
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officers(transactional_db):
    return acting_as(Role.ACCREDITATION_OFFICER), acting_as(Role.ACCREDITATION_OFFICER)


def test_two_officers_close_one_school(officers, events):
    school = EmployerFactory()
    UserFactory(employer=school)

    def close(by):
        close_organisation(organisation=school, reason="shut", with_people=True, by=by)

    said = at_once(*(lambda by=by: close(by) for by in officers))
    assert sorted(said) == ["done", "organisation-closed"]
    assert events.actions().count("organisation.closed") == 1
    assert events.actions().count("account.closed") == 1


def test_two_schools_are_merged_into_each_other(officers):
    one = EmployerFactory()
    other = EmployerFactory(parent=one.parent)
    first, second = officers
    said = at_once(
        lambda: merge_organisation(organisation=one, into=other, reason="joined", by=first),
        lambda: merge_organisation(organisation=other, into=one, reason="joined", by=second),
    )
    assert sorted(said) == ["done", "organisation-closed"]
    assert Organisation.objects.filter(closed_at__isnull=False).count() == 1


def test_two_officers_plan_different_moves(officers):
    school = EmployerFactory()
    bodies = LocalAuthorityFactory(), LocalAuthorityFactory()

    def plan(to, by):
        plan_move(organisation=school, to=to, effective_on=TODAY + YEAR, reason="county", by=by)

    said = at_once(
        *(lambda to=to, by=by: plan(to, by) for to, by in zip(bodies, officers, strict=True))
    )
    assert sorted(said) == ["done", "move-already-planned"]
    assert OrganisationMove.objects.count() == 1


def test_a_team_invites_while_the_school_is_closed(officers):
    school = EmployerFactory()
    team = acting_as(Role.MANAGEMENT_TEAM, at=school.parent)

    def invite():
        invite_person(
            email="late@school.example",
            given_name="Late",
            family_name="Comer",
            work_phone="01632 960 100",
            line_manager_name="Sam Manager",
            line_manager_email="sam@school.example",
            employer=school,
            by=team,
        )

    def close():
        close_organisation(organisation=school, reason="shut", with_people=True, by=officers[0])

    assert at_once(invite, close)[1] == "done"
    assert not User.objects.filter(employer=school).exclude(status="closed").exists()


def test_two_managers_move_one_person(transactional_db, events):
    school = EmployerFactory()
    places = EmployerFactory(parent=school.parent), EmployerFactory(parent=school.parent)
    teams = [acting_as(Role.MANAGEMENT_TEAM, at=school.parent) for _ in places]
    teacher = UserFactory(employer=school)

    users = [User.objects.select_related("employer__parent").get(pk=teacher.pk) for _ in places]
    said = at_once(
        *(
            lambda user=user, to=to, by=by: move_person(
                user=user, employer=to, reason="new post", by=by
            )
            for user, to, by in zip(users, places, teams, strict=True)
        )
    )
    assert sorted(said) == ["done", "person-moved-already"]
    assert events.actions().count("account.amended") == 1
