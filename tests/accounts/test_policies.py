"""The matrix of role and permission, standing, and one truth told by two shapes: the policy and the
query.
"""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db.models.functions import Now
from django.utils import timezone

from accounts.acting import job, nobody, operator, person
from accounts.models import (
    AgreementVersion,
    CourseVersion,
    CriminalRecordCheck,
    Organisation,
    RoleGrant,
    User,
)
from accounts.models.users import AccountStatus
from accounts.policies import Refused, can, require_permission, standing
from accounts.roles import PERMISSIONS, Permission, Role
from accounts.states import SanctionLevel
from tests.factories.accounts import (
    EmployerFactory,
    LocalAuthorityFactory,
    SanctionFactory,
    UserFactory,
    acting_as,
    acting_under,
    grant,
)

pytestmark = pytest.mark.django_db

# Written out a second time on purpose: a change of the table must be made here too, and be seen.
COLUMNS = [
    Role.PRACTITIONER,
    Role.MANAGEMENT_TEAM,
    Role.ACCREDITATION_OFFICER,
    Role.SHIELD_ADMINISTRATOR,
    Role.MEDIATOR,
    Role.CENTRAL_TEAM,
    Role.AUDITOR,
    Role.APPLICANT,
]
MATRIX = """
                        prac mgmt accr shld medi cent audi appl
search                  yes  yes  -    yes  yes  -    -    -
search_by_address       -    yes  -    yes  yes  -    -    -
open_record             yes  yes  -    yes  yes  -    -    -
create_record           yes  yes  -    -    -    -    -    -
amend_record            yes  yes  -    -    -    -    -    -
dispute_field           yes  yes  -    yes  yes  -    -    -
record_involvement      yes  yes  -    -    -    -    -    -
receive_referral        yes  yes  -    -    yes  -    -    -
send_message            yes  yes  -    -    yes  -    -    -
mediate                 -    -    -    -    yes  -    -    -
answer_move             -    yes  -    -    -    -    -    -
keep_services           -    yes  -    -    -    -    -    -
request_shield          yes  yes  -    yes  yes  -    -    -
decide_shield           -    -    -    yes  -    -    -    -
lift_shield             -    yes  -    yes  -    -    -    -
override_shield         -    yes  -    yes  yes  -    -    -
import_records          -    yes  -    -    -    -    -    -
read_local_trail        -    yes  -    -    -    -    -    -
read_whole_trail        -    -    -    -    -    yes  yes  -
read_local_figures      -    yes  -    -    -    -    -    -
read_national_figures   -    -    -    -    -    yes  yes  -
govern_detection        -    -    -    -    -    yes  -    -
manage_accounts         -    yes  -    -    -    yes  -    -
suspend_account         -    yes  -    -    -    yes  -    -
investigate             -    yes  -    -    -    yes  -    -
accredit                -    -    yes  -    -    -    -    -
publish_requirements    -    -    -    -    -    yes  -    -
register_organisation   -    yes  yes  -    -    yes  -    -
apply_for_accreditation -    -    -    -    -    -    -    yes
keep_directories        -    -    -    -    -    yes  -    -
keep_teams              -    yes  -    -    -    -    -    -
"""
CELLS = [
    (role, Permission(row.split()[0]), answer == "yes")
    for row in MATRIX.strip().split("\n")[1:]
    for role, answer in zip(COLUMNS, row.split()[1:], strict=True)
]


@pytest.mark.parametrize(("role", "permission", "allowed"), CELLS)
def test_each_role_may_what_the_matrix_says(role, permission, allowed):
    acting = acting_as(role)
    assert can(acting, permission).allowed is allowed
    if not allowed:
        with pytest.raises(Refused) as refused:
            require_permission(acting, permission)
        assert refused.value.decision.code == "role-may-not"


def test_the_matrix_is_complete():
    assert {(role, permission) for role, permission, _ in CELLS} == {
        (role, permission) for role in Role for permission in Permission
    }
    assert set(PERMISSIONS) == set(Role)


@pytest.mark.parametrize("permission", Permission)
def test_nobody_and_jobs_may_nothing(permission):
    assert can(nobody(), permission).code == "not-signed-in"
    assert not can(job("accounts.expire_grants"), permission).allowed
    assert not can(person(UserFactory(), None), permission).allowed


def test_the_demo_operator_exists_on_invented_data_only(as_owner):
    demo = operator(None, None, "import_records")
    assert not can(demo, Permission.IMPORT_RECORDS).allowed
    as_owner.execute("SELECT current_database()")
    (name,) = as_owner.fetchone()
    as_owner.execute(f"COMMENT ON DATABASE {name} IS 'contactpoint: synthetic'")
    try:
        assert can(demo, Permission.IMPORT_RECORDS).allowed
    finally:
        as_owner.execute(f"COMMENT ON DATABASE {name} IS NULL")


def withdrawn(organisation: Organisation) -> None:
    organisation.accreditations.update(
        status="withdrawn", withdrawn_at=Now(), withdrawal_reason="for this test"
    )


def lapse_own(acting):
    withdrawn(acting.organisation)


def lapse_employer(acting):
    User.objects.filter(pk=acting.user.pk).update(
        employer=EmployerFactory(parent=LocalAuthorityFactory(), accredited=False)
    )


def lapse_managing_body(acting):
    withdrawn(acting.base)


def stop(status):
    def stop_account(acting):
        User.objects.filter(pk=acting.user.pk).update(status=status, status_reason="for this test")

    return stop_account


def sanctioned(level, whose):
    def sanction(acting):
        SanctionFactory(organisation=whose(acting), level=level)

    return sanction


def end_grant(acting):
    RoleGrant.objects.filter(pk=acting.grant.pk).update(
        granted_at=Now() - timedelta(days=2), until=Now() - timedelta(days=1)
    )


def move(acting):
    User.objects.filter(pk=acting.user.pk).update(employer_since=Now())


def lose_factors(acting):
    Authenticator.objects.filter(user=acting.user).delete()


def fail_check(acting):
    CriminalRecordCheck.objects.create(
        user=acting.user, checked_on=timezone.localdate(), finding="not_clear"
    )


def bind_everybody(versions, **facts):
    """A new version whose last day of grace was yesterday."""

    def publish(acting):
        number = versions.objects.current().number + 1
        yesterday = timezone.localdate() - timedelta(days=1)
        versions.objects.create(number=number, everybody_by=yesterday, **facts)

    return publish


def lose_manager(acting):
    User.objects.filter(pk=acting.user.pk).update(line_manager_email="")


SHUT = {
    "its organisation is withdrawn": (lapse_own, "organisation-not-accredited"),
    "its employer is not accredited": (lapse_employer, "organisation-not-accredited"),
    "its managing body is withdrawn": (lapse_managing_body, "organisation-not-accredited"),
    "its organisation is switched off": (
        sanctioned(SanctionLevel.OFF, lambda acting: acting.organisation),
        "organisation-off",
    ),
    "its managing body is switched off": (
        sanctioned(SanctionLevel.OFF, lambda acting: acting.base),
        "organisation-off",
    ),
    "its employer is switched off": (
        sanctioned(SanctionLevel.OFF, lambda acting: acting.user.employer),
        "organisation-off",
    ),
    "it is suspended": (stop(AccountStatus.SUSPENDED), "account-suspended"),
    "it is held": (stop(AccountStatus.HELD), "account-held"),
    "it is closed": (stop(AccountStatus.CLOSED), "account-closed"),
    "its role has ended": (end_grant, "no-live-role"),
    "its holder moved to another post": (move, "no-live-role"),
    "its factors are gone": (lose_factors, "second-factor-missing"),
    "its holder's check is no longer clear": (fail_check, "record-check-missing"),
    "a course binds everybody": (
        bind_everybody(CourseVersion, title="Again", valid_months=12),
        "training-missing",
    ),
    "an agreement binds everybody": (
        bind_everybody(AgreementVersion, text="Again"),
        "agreement-not-accepted",
    ),
    "no manager is named": (lose_manager, "manager-not-named"),
}


@pytest.mark.parametrize("case", SHUT)
def test_an_account_may_nothing_when(case):
    shut, code = SHUT[case]
    school = EmployerFactory()
    user = UserFactory(employer=school)
    acting = acting_under(grant(user, Role.PRACTITIONER, school))
    assert standing(acting).allowed

    shut(acting)

    acting = acting_under(acting.grant)
    assert standing(acting).code == code
    for permission in Permission:
        assert can(acting, permission).code == code
    assert not RoleGrant.objects.in_standing().filter(pk=acting.grant.pk).exists()


@pytest.mark.parametrize("role", Role)
def test_the_query_finds_who_the_policy_allows(role):
    acting = acting_as(role)
    assert standing(acting).allowed
    assert RoleGrant.objects.in_standing().filter(pk=acting.grant.pk).exists()
