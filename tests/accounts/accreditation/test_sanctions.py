"""Access is cut in steps, with the impact known before, obeyed at the next request, given back the
same way.
"""

from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts import ports
from accounts.access import preview_sanction
from accounts.actions import (
    ImpactChanged,
    Seen,
    grant_role,
    invite_person,
    lift_sanction,
    revoke_role,
    sanction_organisation,
)
from accounts.impact import Impact, impact_of
from accounts.models import Sanction
from accounts.policies import Refused, can, standing
from accounts.roles import READING, Permission, Role, permissions_of
from accounts.states import SanctionLevel
from records.actions.enquiries import close_enquiry, open_enquiry
from records.purposes import Purpose, Reason
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import (
    EmployerFactory,
    LocalAuthorityFactory,
    SanctionFactory,
    UserFactory,
    acting_as,
    acting_under,
    grant,
    sign_in,
)

pytestmark = pytest.mark.django_db
REASON = "no criminal-record checks are made"
OFF, READ_ONLY, NO_NEW_USERS = (
    SanctionLevel.OFF, SanctionLevel.READ_ONLY, SanctionLevel.NO_NEW_USERS,
)  # fmt: skip


def sanction(organisation, level, by, before=None):
    seen = Seen(before, impact_of(organisation).users)
    return sanction_organisation(
        organisation=organisation, level=level, reason=REASON, seen=seen, by=by
    )


def lift(organisation, before, by):
    seen = Seen(before, impact_of(organisation).users)
    return lift_sanction(organisation=organisation, reason="put right", seen=seen, by=by)


def refused(code, act, *given, **more):
    with pytest.raises(Refused) as refusal, transaction.atomic():
        act(*given, **more)
    assert refusal.value.decision.code == code


def test_a_sanction_goes_up_and_down_in_steps(accreditation_officer, events):
    body = LocalAuthorityFactory()
    before = None
    for level in (NO_NEW_USERS, READ_ONLY, OFF, READ_ONLY):
        sanction(body, level, accreditation_officer, before)
        before = level
    lift(body, READ_ONLY, accreditation_officer)
    assert events.actions() == ["accreditation.sanctioned"] * 4 + ["accreditation.restored"]
    steps = [(e.detail["from"], e.detail["to"]) for e in events.since_mark()]
    assert steps[0] == ("none", "no_new_users")
    assert steps[-1] == ("read_only", "none")
    assert Sanction.objects.count() == 4
    assert not Sanction.objects.live().exists()


def test_the_impact_counts_people_sessions_and_open_enquiries(
    client, accreditation_officer, monkeypatch
):
    body = LocalAuthorityFactory()
    school = EmployerFactory(parent=body)
    inside, beneath = UserFactory(employer=body), UserFactory(employer=school)
    guest = UserFactory()
    grant(guest, Role.PRACTITIONER, school)
    UserFactory(employer=body, status="closed")
    sign_in(client, beneath)
    answered = []

    def five(ids):
        answered.append(ids)
        return 5

    monkeypatch.setattr(ports.open_enquiries, "_answer", five)
    impact = preview_sanction(organisation=body, by=accreditation_officer)
    assert impact == Impact(users=3, sessions=1, enquiries=5)
    assert answered == [{inside.pk, beneath.pk, guest.pk}]
    assert impact.words == "3 people, 1 session and 5 open enquiries"


def test_the_preview_counts_the_open_enquiries_of_its_people_and_of_nobody_else(
    accreditation_officer,
):
    """With the real counter of the records room: closed ones and other people's do not count."""
    touched = acting_as(Role.PRACTITIONER)
    colleague = acting_as(Role.PRACTITIONER, at=touched.organisation)
    stranger = acting_as(Role.PRACTITIONER)
    for by, case in ((touched, "A-1"), (touched, "A-2"), (colleague, "A-1"), (stranger, "A-1")):
        open_enquiry(reason=Reason(Purpose.CHILD_AT_RISK, case), by=by)
    closed = open_enquiry(reason=Reason(Purpose.CHILD_AT_RISK, "A-3"), by=touched)
    close_enquiry(key=closed.key, by=touched)
    impact = preview_sanction(organisation=touched.organisation, by=accreditation_officer)
    assert impact.enquiries == 3


def test_another_number_of_people_than_was_shown_stops_it(accreditation_officer, events):
    body = LocalAuthorityFactory()
    seen = Seen(None, impact_of(body).users)
    UserFactory(employer=body)
    with pytest.raises(ImpactChanged) as changed, transaction.atomic():
        sanction_organisation(
            organisation=body, level=OFF, reason=REASON, seen=seen, by=accreditation_officer
        )
    assert changed.value.impact.users == seen.users + 1
    assert events.actions() == []
    assert not Sanction.objects.exists()


def test_the_second_officer_is_told(accreditation_officer):
    body = LocalAuthorityFactory()
    sanction(body, READ_ONLY, accreditation_officer)
    other = acting_as(Role.ACCREDITATION_OFFICER)
    refused("sanction-changed", sanction, body, OFF, other, before=None)
    refused("sanction-changed", sanction, body, READ_ONLY, other, before=READ_ONLY)


def test_confirming_asks_for_the_second_factor_again(accreditation_officer):
    stale = replace(accreditation_officer, factor_is_fresh=False)
    refused("step-up-needed", sanction, LocalAuthorityFactory(), OFF, stale)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ACCREDITATION_OFFICER}))
def test_other_roles_put_nobody_under_a_sanction(role):
    refused("role-may-not", sanction, LocalAuthorityFactory(), OFF, acting_as(role))


def test_nobody_puts_their_own_body_under_a_sanction(accreditation_officer):
    own = accreditation_officer.organisation
    refused("own-organisation", sanction, own, OFF, accreditation_officer)


@pytest.mark.parametrize("whose", ["organisation", "base", "employer"])
@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.MANAGEMENT_TEAM, Role.MEDIATOR])
def test_read_only_leaves_what_reads_and_what_takes_access_away(role, whose):
    acting = acting_as(role)
    body = acting.user.employer if whose == "employer" else getattr(acting, whose)
    SanctionFactory(organisation=body, level=READ_ONLY)
    acting = acting_under(acting.grant)
    assert standing(acting).allowed
    for permission in permissions_of(role):
        decision = can(acting, permission)
        assert decision.allowed is (permission in READING), permission
        assert decision.allowed or decision.code == "organisation-read-only"


@pytest.mark.parametrize("level", SanctionLevel)
def test_any_sanction_keeps_new_people_and_new_roles_out(central_team, level):
    body = LocalAuthorityFactory()
    school = EmployerFactory(parent=body)
    colleague = UserFactory(employer=school)
    SanctionFactory(organisation=body, level=level)
    refused(
        "organisation-takes-no-users", grant_role,
        user=colleague, organisation=school, role=Role.PRACTITIONER, reason="x", by=central_team,
    )  # fmt: skip
    refused(
        "organisation-takes-no-users", invite_person,
        email="new@school.example", given_name="N", family_name="P", work_phone="1",
        line_manager_name="S M", line_manager_email="s@school.example", employer=school,
        by=central_team,
    )  # fmt: skip


def test_roles_can_still_be_taken_away_while_read_only(management_team):
    held = grant(UserFactory(employer=management_team.base), Role.PRACTITIONER)
    SanctionFactory(organisation=management_team.base, level=READ_ONLY)
    assert revoke_role(grant=held, reason="left", by=acting_under(management_team.grant))


def test_the_next_request_of_every_session_obeys_and_is_given_back(
    client, practitioner, accreditation_officer
):
    sign_in(client, practitioner.user)
    search, make = reverse("records:search"), reverse("records:new-record")
    answers = []
    for level, before in ((None, None), (NO_NEW_USERS, None), (READ_ONLY, NO_NEW_USERS)):
        if level:
            sanction(practitioner.base, level, accreditation_officer, before)
        answers.append((client.get(search).status_code, client.get(make).status_code))
    sanction(practitioner.base, OFF, accreditation_officer, READ_ONLY)
    answers.append((client.get(search).status_code, client.get(make).status_code))
    assert "switched off by the central body" in client.get("/").content.decode()
    lift(practitioner.base, OFF, accreditation_officer)
    answers.append((client.get(search).status_code, client.get(make).status_code))
    assert answers == [(200, 200), (200, 200), (200, 403), (403, 403), (200, 200)]


def test_an_unfilled_port_is_an_error_at_the_start(monkeypatch):
    from contactpoint.checks import ports_are_filled

    assert ports_are_filled(None) == []
    monkeypatch.setattr(ports.open_enquiries, "_answer", None)
    [error] = ports_are_filled(None)
    assert "open_enquiries" in error.msg
    with pytest.raises(ports.Unfilled):
        ports.open_enquiries([1])


def test_two_rooms_cannot_fill_one_port():
    with pytest.raises(ValueError, match="filled already"):
        ports.open_enquiries.fill(lambda ids: 0)


def test_the_event_fails_so_nothing_happened(accreditation_officer):
    body, other = LocalAuthorityFactory(), LocalAuthorityFactory()
    SanctionFactory(organisation=other, level=OFF)
    with event_insert_fails():
        with pytest.raises(DatabaseError), transaction.atomic():
            sanction(body, OFF, accreditation_officer)
        with pytest.raises(DatabaseError), transaction.atomic():
            lift(other, OFF, accreditation_officer)
    assert list(Sanction.objects.live().values_list("organisation_id", flat=True)) == [other.pk]


def test_a_sanction_is_never_rewritten():
    row = SanctionFactory(organisation=LocalAuthorityFactory())
    with pytest.raises(DatabaseError), transaction.atomic():
        Sanction.objects.filter(pk=row.pk).update(reason="milder", level=NO_NEW_USERS)
    with pytest.raises(DatabaseError), transaction.atomic():
        Sanction.objects.filter(pk=row.pk).delete()
    assert Permission.APPLY_FOR_ACCREDITATION in READING
