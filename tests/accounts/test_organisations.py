"""Organisations are made, accredited and withdrawn by accreditation officers who do not belong to
them.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.actions import create_organisation, withdraw_accreditation
from accounts.models import Accreditation, IdentifierScheme, Organisation
from accounts.policies import Refused, is_accredited
from accounts.roles import OrganisationKind, Role
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import (
    AccreditationFactory,
    EmployerFactory,
    LocalAuthorityFactory,
    acting_as,
    authority,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YEAR = timedelta(days=365)


def test_an_authority_is_added_and_not_yet_accredited(accreditation_officer, events):
    organisation = create_organisation(
        kind=OrganisationKind.LOCAL_AUTHORITY,
        name="Anywhere",
        authority=authority(),
        by=accreditation_officer,
    )
    assert not is_accredited(organisation)
    assert events.actions() == ["organisation.created"]


def test_a_management_team_adds_employers_beneath_its_own_body_only(management_team):
    own, other = management_team.base, LocalAuthorityFactory()
    create_organisation(
        kind=OrganisationKind.EMPLOYER, name="Clinic", parent=own, by=management_team
    )
    for kind, parent in (
        (OrganisationKind.EMPLOYER, other),
        (OrganisationKind.NATIONAL_PARTNER, None),
    ):
        with pytest.raises(Refused) as refused:
            create_organisation(kind=kind, name="Not ours", parent=parent, by=management_team)
        assert refused.value.decision.code == "other-user-base"


def test_withdrawing_counts_at_once_and_once(accreditation_officer, events):
    organisation = LocalAuthorityFactory()
    accreditation = organisation.accreditations.get()
    assert withdraw_accreditation(
        accreditation=accreditation, reason="no checks", by=accreditation_officer
    )
    assert not is_accredited(organisation)
    assert not withdraw_accreditation(
        accreditation=accreditation, reason="again", by=accreditation_officer
    )
    event = events.one("accreditation.withdrawn")
    assert events.payloads() == {event.id: "no checks"}


@pytest.mark.parametrize(
    ("first", "last", "counts"), [(-1, 1, True), (0, 0, True), (1, 9, False), (-9, -1, False)]
)
def test_an_accreditation_counts_from_its_first_to_its_last_day(first, last, counts):
    organisation = LocalAuthorityFactory(accredited=False)
    AccreditationFactory(
        organisation=organisation,
        valid_from=TODAY + timedelta(days=first),
        valid_until=TODAY + timedelta(days=last),
    )
    assert is_accredited(organisation) is counts


def test_an_employer_needs_its_authority_too():
    authority_ = LocalAuthorityFactory(accredited=False)
    assert not is_accredited(EmployerFactory(parent=authority_))
    AccreditationFactory(organisation=authority_)
    assert is_accredited(EmployerFactory(parent=authority_))


def test_withdrawing_ends_a_renewal_that_waits_too(accreditation_officer, events):
    organisation = LocalAuthorityFactory()
    live = organisation.accreditations.get()
    AccreditationFactory(
        organisation=organisation,
        valid_from=live.valid_until + timedelta(days=1),
        valid_until=live.valid_until + YEAR,
    )
    withdraw_accreditation(accreditation=live, reason="no checks", by=accreditation_officer)
    assert events.actions() == ["accreditation.withdrawn"] * 2
    assert not organisation.accreditations.filter(status="accredited").exists()


def test_nobody_withdraws_the_accreditation_of_their_own_organisation(accreditation_officer):
    with pytest.raises(Refused) as refused:
        withdraw_accreditation(
            accreditation=accreditation_officer.organisation.accreditations.get(),
            reason="mine",
            by=accreditation_officer,
        )
    assert refused.value.decision.code == "own-organisation"


def test_withdrawing_asks_for_the_second_factor_again(accreditation_officer):
    stale = replace(accreditation_officer, factor_is_fresh=False)
    accreditation = LocalAuthorityFactory().accreditations.get()
    with pytest.raises(Refused) as refused:
        withdraw_accreditation(accreditation=accreditation, reason="no", by=stale)
    assert refused.value.decision.code == "step-up-needed"


MAY_ADD = {Role.ACCREDITATION_OFFICER, Role.CENTRAL_TEAM, Role.MANAGEMENT_TEAM}


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ACCREDITATION_OFFICER}))
def test_other_roles_withdraw_nothing(role):
    organisation = LocalAuthorityFactory()
    with pytest.raises(Refused):
        withdraw_accreditation(
            accreditation=organisation.accreditations.get(), reason="no", by=acting_as(role)
        )


@pytest.mark.parametrize("role", sorted(set(Role) - MAY_ADD))
def test_other_roles_add_no_organisation(role):
    with pytest.raises(Refused):
        create_organisation(kind=OrganisationKind.NATIONAL_PARTNER, name="New", by=acting_as(role))


@pytest.mark.parametrize(
    "changes", [{"valid_until": TODAY - 2 * YEAR}, {"disciplinary_evidence": ""}]
)
def test_the_database_refuses_an_accreditation_that_contradicts_itself(changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        AccreditationFactory(organisation=LocalAuthorityFactory(accredited=False), **changes)


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": OrganisationKind.EMPLOYER},
        {"kind": OrganisationKind.LOCAL_AUTHORITY},
        {"kind": OrganisationKind.CENTRAL_BODY},
        {"kind": OrganisationKind.NATIONAL_PARTNER, "identifiers": {IdentifierScheme.URN: "12"}},
    ],
)
def test_the_database_refuses_an_organisation_that_contradicts_itself(accreditation_officer, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        create_organisation(**facts, name="Impossible", by=accreditation_officer)


def test_the_event_fails_so_nothing_happened(accreditation_officer):
    organisation = LocalAuthorityFactory()
    count = Organisation.objects.count(), Accreditation.objects.count()
    with event_insert_fails():
        with pytest.raises(DatabaseError), transaction.atomic():
            create_organisation(
                kind=OrganisationKind.NATIONAL_PARTNER, name="New", by=accreditation_officer
            )
        with pytest.raises(DatabaseError), transaction.atomic():
            withdraw_accreditation(
                accreditation=organisation.accreditations.get(),
                reason="no",
                by=accreditation_officer,
            )
    assert count == (Organisation.objects.count(), Accreditation.objects.count())
    assert is_accredited(organisation)
