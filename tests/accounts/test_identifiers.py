"""Identifiers of organisations: one live holder a value, replaced and ended, never rewritten."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.actions import create_organisation, end_identifier, record_identifier
from accounts.models import IdentifierScheme, OrganisationIdentifier
from accounts.policies import Refused
from accounts.roles import OrganisationKind, Role
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import EmployerFactory, NationalPartnerFactory, acting_as, authority

pytestmark = pytest.mark.django_db
URN, ODS = IdentifierScheme.URN, IdentifierScheme.ODS


@pytest.fixture
def school():
    return EmployerFactory()


def live(organisation):
    return {held.scheme: held.value for held in organisation.identifiers.live()}


def test_an_authority_is_made_with_its_gss_code(accreditation_officer, events):
    made = create_organisation(
        kind=OrganisationKind.LOCAL_AUTHORITY,
        name="Anywhere",
        authority=authority(),
        identifiers={IdentifierScheme.UKPRN: "10001234"},
        by=accreditation_officer,
    )
    assert live(made) == {"gss": authority().pk, "ukprn": "10001234"}
    assert events.actions() == ["organisation.created"]


def test_a_new_identifier_ends_and_succeeds_the_old_one(accreditation_officer, school, events):
    by = accreditation_officer
    first = record_identifier(
        organisation=school, scheme=URN, value="100001", valid_from=date(2020, 9, 1), by=by
    )
    second = record_identifier(organisation=school, scheme=URN, value="100002", by=by)
    first.refresh_from_db()
    assert (first.valid_until, first.successor) == (timezone.localdate(), second)
    assert live(school) == {"urn": "100002"}
    event = events.since_mark()[-1]
    assert (event.action, event.reason) == ("organisation.amended", "identifier-recorded")
    assert event.detail == {"fields": ["identifiers"], "kind": "urn"}
    assert events.payloads()[event.id] == "100002"


def test_recording_the_same_identifier_again_changes_nothing(accreditation_officer, school, events):
    for _ in range(2):
        record_identifier(organisation=school, scheme=URN, value="100001", by=accreditation_officer)
    assert events.actions() == ["organisation.amended"]


def test_two_organisations_cannot_hold_one_value_at_a_time(accreditation_officer, school):
    other, by = EmployerFactory(), accreditation_officer
    held = record_identifier(organisation=school, scheme=ODS, value="RX1", by=by)
    with pytest.raises(Refused) as refused:
        record_identifier(organisation=other, scheme=ODS, value="RX1", by=by)
    assert refused.value.decision.code == "identifier-taken"
    end_identifier(identifier=held, by=by)
    record_identifier(organisation=other, scheme=ODS, value="RX1", by=by)
    assert (live(school), live(other)) == ({}, {"ods": "RX1"})


def test_who_comes_second_to_end_an_identifier_is_told(accreditation_officer, school, events):
    held = record_identifier(
        organisation=school, scheme=URN, value="100001", by=accreditation_officer
    )
    end_identifier(identifier=held, by=accreditation_officer)
    events.mark()
    with pytest.raises(Refused) as refused:
        end_identifier(identifier=held, by=accreditation_officer)
    assert refused.value.decision.code == "identifier-ended"
    assert events.actions() == []


def test_one_that_only_begins_later_ends_on_its_first_day(accreditation_officer, school):
    tomorrow = timezone.localdate() + timedelta(days=1)
    held = record_identifier(
        organisation=school,
        scheme=URN,
        value="100001",
        valid_from=tomorrow,
        by=accreditation_officer,
    )
    end_identifier(identifier=held, by=accreditation_officer)
    held.refresh_from_db()
    assert held.valid_until == tomorrow


@pytest.mark.parametrize(
    ("scheme", "value"), [("urn", "12345"), ("ods", "lower"), ("gss", "E0800003"), ("fax", "123")]
)
def test_the_database_refuses_a_value_without_its_schemes_shape(school, scheme, value):
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganisationIdentifier.objects.create(organisation=school, scheme=scheme, value=value)


def test_the_database_lets_no_identifier_be_rewritten_or_taken_away(accreditation_officer, school):
    held = record_identifier(
        organisation=school, scheme=URN, value="100001", by=accreditation_officer
    )
    for statement in ("UPDATE {} SET value = '100009'", "DELETE FROM {}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format("accounts_organisationidentifier"))
    held.refresh_from_db()
    assert held.value == "100001"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ACCREDITATION_OFFICER}))
def test_other_roles_change_no_identifier(school, role):
    with pytest.raises(Refused):
        record_identifier(organisation=school, scheme=URN, value="100001", by=acting_as(role))


def test_nobody_changes_the_identifiers_of_their_own_organisation(accreditation_officer):
    with pytest.raises(Refused) as refused:
        record_identifier(
            organisation=accreditation_officer.organisation,
            scheme=IdentifierScheme.COMPANY,
            value="01234567",
            by=accreditation_officer,
        )
    assert refused.value.decision.code == "own-organisation"


def test_the_event_fails_so_nothing_happened(accreditation_officer):
    partner, by = NationalPartnerFactory(), accreditation_officer
    held = record_identifier(
        organisation=partner, scheme=IdentifierScheme.CHARITY, value="1234567", by=by
    )
    with event_insert_fails():
        with pytest.raises(DatabaseError), transaction.atomic():
            end_identifier(identifier=held, by=by)
        with pytest.raises(DatabaseError), transaction.atomic():
            record_identifier(
                organisation=partner, scheme=IdentifierScheme.CHARITY, value="7654321", by=by
            )
    assert live(partner) == {"charity": "1234567"}
