"""An officer decides, on what they saw, never on their own; the database keeps it so as well."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.actions import (
    approve_application,
    ask_question,
    refuse_application,
    submit_application,
    take_application,
)
from accounts.models import Accreditation, AccreditationApplication, EvidenceItem, EvidenceKind
from accounts.policies import Refused, is_accredited
from accounts.roles import Role
from accounts.states import State
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import (
    LocalAuthorityFactory,
    UserFactory,
    acting_as,
    acting_under,
    grant,
)
from tests.factories.accreditation import application, applying, evidence

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YEAR = timedelta(days=365)


def approve(made, by, seen=1, **changes):
    days = {"valid_from": TODAY, "valid_until": TODAY + YEAR, **changes}
    return approve_application(application=made, seen=seen, **days, by=by)


def refused(code, act, *given, **more):
    with pytest.raises(Refused) as refusal, transaction.atomic():
        act(*given, **more)
    assert refusal.value.decision.code == code


def test_an_application_is_taken_and_approved(accreditation_officer, events):
    made = application(State.SUBMITTED)
    take_application(application=made, by=accreditation_officer)
    assert made.reviewer == accreditation_officer.user
    accreditation = approve(made, accreditation_officer)
    assert is_accredited(made.organisation)
    assert accreditation.application == made
    assert accreditation.disciplinary_evidence == "2.0 INVENTED-7"
    assert events.actions() == ["accreditation.amended", "accreditation.granted"]
    event = events.one("accreditation.granted")
    assert (event.target_type, event.target_id) == ("organisation", made.organisation.pk)
    assert event.detail["accreditation_id"] == accreditation.pk


def test_approving_again_beside_a_live_accreditation_is_a_renewal(accreditation_officer, events):
    organisation = LocalAuthorityFactory()
    live = organisation.accreditations.get()
    made = application(State.UNDER_REVIEW, at=organisation, renews=live)
    approve(made, accreditation_officer, valid_from=live.valid_until + timedelta(days=1),
            valid_until=live.valid_until + YEAR)  # fmt: skip
    assert events.actions() == ["accreditation.renewed"]
    assert is_accredited(organisation)


def test_a_refusal_says_why(accreditation_officer, events):
    made = application(State.UNDER_REVIEW)
    refuse_application(
        application=made, seen=1, reason="no checks are made", by=accreditation_officer
    )
    assert (made.status, made.decision_reason) == (State.REFUSED, "no checks are made")
    assert events.actions() == ["accreditation.refused"]
    assert not is_accredited(made.organisation)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ACCREDITATION_OFFICER}))
def test_no_other_role_decides(role):
    by = acting_as(role)
    made = application(State.UNDER_REVIEW)
    refused("role-may-not", approve, made, by)
    refused("role-may-not", refuse_application, application=made, seen=1, reason="x", by=by)
    refused("role-may-not", ask_question, application=made, seen=1, text="x", by=by)
    refused("role-may-not", take_application, application=application(State.SUBMITTED), by=by)


def test_who_started_or_applied_does_not_decide():
    officer = acting_as(Role.ACCREDITATION_OFFICER)
    for part in ("started_by", "deputy", "submitted_by"):
        made = application(State.UNDER_REVIEW)
        AccreditationApplication.objects.filter(pk=made.pk).update(**{part: officer.user})
        made.refresh_from_db()
        refused("own-application", approve, made, officer)


def test_nobody_decides_on_a_body_they_hold_any_role_in(accreditation_officer):
    made = application(State.UNDER_REVIEW)
    grant(accreditation_officer.user, Role.PRACTITIONER, made.organisation)
    refused("own-organisation", approve, made, acting_under(accreditation_officer.grant))


def test_what_was_returned_and_submitted_anew_is_not_decided_on_unseen(accreditation_officer):
    made = application(State.RETURNED)
    submit_application(application=made, by=applying(made))
    take_application(application=made, by=accreditation_officer)
    refused("application-moved-on", approve, made, accreditation_officer, seen=1)
    approve(made, accreditation_officer, seen=2)


def test_the_second_officer_is_told(accreditation_officer):
    made = application(State.UNDER_REVIEW)
    stale = AccreditationApplication.objects.get(pk=made.pk)
    approve(made, accreditation_officer)
    other = acting_as(Role.ACCREDITATION_OFFICER)
    refused("application-moved-on", approve, stale, other)
    refused("application-moved-on", refuse_application,
            application=stale, seen=1, reason="no", by=other)  # fmt: skip
    assert Accreditation.objects.filter(application=made).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_the_same_moment_one_wins():
    made = application(State.UNDER_REVIEW)
    officers = [acting_as(Role.ACCREDITATION_OFFICER) for _ in range(2)]
    together, answers = threading.Barrier(2), []

    def decide(by):
        try:
            together.wait(60)
            approve(AccreditationApplication.objects.get(pk=made.pk), by)
            answers.append("approved")
        except Refused as told:
            answers.append(told.decision.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=[by]) for by in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(answers) == ["application-moved-on", "approved"]
    assert Accreditation.objects.filter(application=made).count() == 1


@pytest.mark.parametrize("kind", EvidenceKind)
@pytest.mark.parametrize("lack", ["missing", "expired"])
def test_evidence_missing_or_expired_blocks_approval_in_action_and_database(
    accreditation_officer, kind, lack
):
    made = application(State.DRAFT, lacking=frozenset({kind}))
    if lack == "expired":
        evidence(made, kind, expires_on=TODAY - timedelta(days=1))
    reviewed(made)
    refused("evidence-missing", approve, made, accreditation_officer)
    with pytest.raises(IntegrityError, match=kind.value), transaction.atomic():
        by_hand(made, accreditation_officer.user)


def test_evidence_counts_on_its_last_day(accreditation_officer):
    made = application(State.DRAFT, lacking=frozenset({EvidenceKind.DISCIPLINARY}))
    evidence(made, EvidenceKind.DISCIPLINARY, expires_on=TODAY)
    reviewed(made)
    approve(made, accreditation_officer)


def reviewed(made):
    rows = AccreditationApplication.objects.filter(pk=made.pk)
    rows.update(status=State.SUBMITTED, round=1, submitted_by=made.applicant)
    rows.update(status=State.UNDER_REVIEW)
    made.refresh_from_db()


def by_hand(made, officer):
    AccreditationApplication.objects.filter(pk=made.pk).update(
        status=State.ACCREDITED, decided_by=officer, decided_at=timezone.now()
    )


def test_the_database_knows_who_may_not_decide(accreditation_officer):
    made = application(State.UNDER_REVIEW)
    insider = UserFactory(employer=made.organisation)
    with_a_role = UserFactory()
    grant(with_a_role, Role.PRACTITIONER, made.organisation)
    for person in (made.submitted_by, insider, with_a_role, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            by_hand(made, person)
    by_hand(made, accreditation_officer.user)


def test_the_database_wants_an_approved_application_for_every_real_organisation():
    real = LocalAuthorityFactory(accredited=False, is_invented=False)
    days = {"valid_from": TODAY, "valid_until": TODAY + YEAR, "disciplinary_evidence": "HR-1"}
    undecided = application(State.UNDER_REVIEW, at=real)
    for given in (None, undecided):
        with pytest.raises(IntegrityError), transaction.atomic():
            Accreditation.objects.create(
                organisation=real, application=given, status="accredited", **days
            )


def test_the_database_refuses_evidence_once_submitted():
    made = application(State.SUBMITTED)
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceItem.objects.filter(application=made).update(removed_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        evidence(made, EvidenceKind.TRAINING)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (EvidenceKind.DISCIPLINARY, {"version": ""}),
        (EvidenceKind.DISCIPLINARY, {"contact_name": ""}),
        (EvidenceKind.DATA_PROTECTION, {"contact_email": ""}),
        (EvidenceKind.TRAINING, {"reference": ""}),
        (EvidenceKind.TRAINING, {"expires_on": TODAY - 2 * YEAR}),
        (EvidenceKind.TRAINING, {"file_key": "abc"}),
    ],
)
def test_the_database_refuses_evidence_that_says_too_little(kind, changes):
    made = application(lacking=frozenset({kind}))
    with pytest.raises(IntegrityError), transaction.atomic():
        evidence(made, kind, **changes)


def test_the_event_fails_so_nothing_was_decided(accreditation_officer):
    made, waiting = application(State.UNDER_REVIEW), application(State.SUBMITTED)
    with event_insert_fails():
        for act, given in (
            (take_application, {"application": waiting}),
            (ask_question, {"application": made, "seen": 1, "text": "?"}),
            (refuse_application, {"application": made, "seen": 1, "reason": "no"}),
            (approve_application, {"application": made, "seen": 1, "valid_from": TODAY,
                                   "valid_until": TODAY}),
        ):  # fmt: skip
            with pytest.raises(DatabaseError), transaction.atomic():
                act(**given, by=accreditation_officer)
    states = AccreditationApplication.objects.order_by("pk").values_list("status", flat=True)
    assert list(states) == [State.UNDER_REVIEW, State.SUBMITTED]
    assert not is_accredited(made.organisation)
