"""An organisation applies: by a named person who can do nothing else, with all its evidence."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.acting import nobody
from accounts.actions import (
    EmailTaken,
    NewEvidence,
    accept_invitation,
    add_evidence,
    answer_question,
    approve_application,
    ask_question,
    give_up_application,
    invite_applicant,
    name_applicant,
    remove_evidence,
    start_application,
    submit_application,
)
from accounts.clocks import add_working_days
from accounts.models import AccreditationApplication, EvidenceItem, EvidenceKind, RoleGrant
from accounts.policies import Refused, can, gaps
from accounts.roles import Permission, Role
from accounts.states import State
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import (
    EmployerFactory,
    LocalAuthorityFactory,
    UserFactory,
    acting_as,
    acting_under,
    give_totp,
)
from tests.factories.accreditation import applicant_of, application, applying, evidence

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
PERSON = {
    "email": "Head@school.example",
    "given_name": "Noor",
    "family_name": "Example",
    "work_phone": "01632 960 111",
    "line_manager_name": "Sam Manager",
    "line_manager_email": "sam@school.example",
}


def refused(code, act, **given):
    with pytest.raises(Refused) as refusal, transaction.atomic():
        act(**given)
    assert refusal.value.decision.code == code
    assert refusal.value.decision.remedy
    return refusal.value.decision


def new(kind=EvidenceKind.TRAINING, **changes):
    facts = {"dated_on": TODAY, "expires_on": TODAY + timedelta(days=300), "reference": "HR-9"}
    return NewEvidence(kind=kind, **{**facts, **changes})


def test_a_management_team_starts_for_its_own_employers_only(management_team, events):
    own, other = EmployerFactory(parent=management_team.base, accredited=False), EmployerFactory()
    started = start_application(organisation=own, by=management_team)
    assert started.status == State.DRAFT
    assert events.one("accreditation.requested").detail["organisation_id"] == own.pk
    refused("other-user-base", start_application, organisation=other, by=management_team)


def test_an_organisation_has_one_open_application(central_team):
    made = application()
    refused(
        "application-already-open",
        start_application, organisation=made.organisation, by=central_team,
    )  # fmt: skip
    give_up_application(application=made, by=applying(made))
    start_application(organisation=made.organisation, by=central_team)


def test_the_applicant_is_invited_to_an_organisation_that_is_not_accredited(central_team, events):
    made = start_application(organisation=LocalAuthorityFactory(accredited=False), by=central_team)
    invited = invite_applicant(application=made, **PERSON, by=central_team)
    user = accept_invitation(
        token=invited.token, code=invited.code, password="plain-oak-harbour-41", by=nobody()
    )
    made.refresh_from_db()
    assert made.applicant == user
    assert user.employer == made.organisation
    acting = acting_under(RoleGrant.objects.get(user=user))
    assert acting.role is Role.APPLICANT
    assert can(acting, Permission.APPLY_FOR_ACCREDITATION).code == "second-factor-missing"
    give_totp(user)
    acting = acting_under(acting.grant)
    assert can(acting, Permission.APPLY_FOR_ACCREDITATION).allowed
    assert events.actions().count("role.granted") == 1


def test_an_address_that_has_an_account_is_not_invited_twice(central_team):
    made = application()
    with pytest.raises(EmailTaken), transaction.atomic():
        invite_applicant(
            application=made, **PERSON | {"email": made.applicant.email}, by=central_team
        )


def test_a_deputy_does_what_the_applicant_does(central_team):
    made = application()
    deputy = applicant_of(made.organisation)
    refused("not-your-application", add_evidence, application=made, new=new(), by=deputy)
    name_applicant(application=made, user=deputy.user, as_deputy=True, by=central_team)
    add_evidence(application=made, new=new(), by=deputy)
    submit_application(application=made, by=deputy)
    assert made.submitted_by == deputy.user


def test_applicant_and_deputy_can_change_places(central_team):
    made = application()
    first = made.applicant
    second = applicant_of(made.organisation).user
    name_applicant(application=made, user=second, as_deputy=True, by=central_team)
    name_applicant(application=made, user=second, by=central_team)
    assert made.applicant.pk == second.pk
    assert made.deputy is None
    name_applicant(application=made, user=first, as_deputy=True, by=central_team)
    assert made.deputy == first


def test_whoever_is_replaced_does_not_apply_any_more(central_team, events):
    made = application()
    first, second = made.applicant, applicant_of(made.organisation).user
    name_applicant(application=made, user=second, by=central_team)
    assert not first.rolegrant_set.exists()
    assert second.rolegrant_set.count() == 1
    ended = events.one("role.revoked")
    assert (ended.target_id, ended.detail["role"]) == (first.pk, "applicant")


def test_whoever_becomes_the_deputy_still_applies(central_team):
    made = application()
    first, second = made.applicant, applicant_of(made.organisation).user
    name_applicant(application=made, user=first, as_deputy=True, by=central_team)
    name_applicant(application=made, user=second, by=central_team)
    assert (first.rolegrant_set.count(), second.rolegrant_set.count()) == (1, 1)


def test_nobody_of_another_organisation_and_nobody_themselves_becomes_applicant(central_team):
    made = application()
    refused(
        "applicant-works-elsewhere",
        name_applicant, application=made, user=UserFactory(), by=central_team,
    )  # fmt: skip
    manager = acting_as(Role.MANAGEMENT_TEAM)
    own = start_application(organisation=manager.organisation, by=manager)
    refused("own-account", name_applicant, application=own, user=manager.user, by=manager)


def test_an_applicant_cannot_act_on_another_organisations_application():
    stranger = applying(application())
    made = application()
    for act, more in (
        (submit_application, {}),
        (give_up_application, {}),
        (answer_question, {"text": "hello"}),
        (add_evidence, {"new": new()}),
    ):
        refused("not-your-application", act, application=made, **more, by=stranger)
    refused("not-your-application", remove_evidence, item=made.evidence.first(), by=stranger)


def test_a_newer_item_takes_the_place_of_the_older_which_stays(events):
    made = application()
    by = applying(made)
    old = made.evidence.get(kind=EvidenceKind.TRAINING)
    item = add_evidence(application=made, new=new(), by=by)
    old.refresh_from_db()
    assert old.removed_at
    assert old.removed_by == by.user
    assert list(made.evidence.filter(kind=EvidenceKind.TRAINING, removed_at=None)) == [item]
    event = events.one("evidence.added")
    assert event.detail["kind"] == "training_arrangements"
    assert remove_evidence(item=item, by=by)
    assert not remove_evidence(item=item, by=by)
    assert events.actions() == ["evidence.added", "evidence.removed"]


def test_submitting_names_what_is_missing_or_out_of_date(events):
    made = application(lacking=frozenset({EvidenceKind.SECURITY, EvidenceKind.TRAINING}))
    evidence(made, EvidenceKind.TRAINING, expires_on=TODAY - timedelta(days=1))
    assert gaps(made) == [EvidenceKind.SECURITY, EvidenceKind.TRAINING]
    decision = refused("evidence-missing", submit_application, application=made, by=applying(made))
    assert "information-security statement, training arrangements" in decision.message


def test_submitting_starts_a_clock_of_ten_working_days_and_fixes_the_evidence(events):
    made = application()
    by = applying(made)
    submit_application(application=made, by=by)
    assert (made.status, made.round, made.submitted_by) == (State.SUBMITTED, 1, by.user)
    assert made.due_on == add_working_days(TODAY, 10)
    assert events.actions() == ["accreditation.submitted"]
    refused("application-submitted", add_evidence, application=made, new=new(), by=by)
    refused("application-moved-on", submit_application, application=made, by=by)


def test_a_question_is_answered_before_the_application_is_submitted_again(
    accreditation_officer, events
):
    made = application(State.UNDER_REVIEW)
    by = applying(made)
    ask_question(application=made, seen=1, text="Which version?", by=accreditation_officer)
    assert made.status == State.RETURNED
    refused("question-unanswered", submit_application, application=made, by=by)
    answer_question(application=made, text="Version 3.", by=by)
    submit_application(application=made, by=by)
    assert made.round == 2
    assert [m.text for m in made.thread.all()] == ["Which version?", "Version 3."]
    assert events.actions() == [
        "accreditation.questioned",
        "accreditation.answered",
        "accreditation.submitted",
    ]
    assert events.payloads() == {}


def test_answers_are_given_while_the_application_lies_with_the_applicant():
    made = application(State.SUBMITTED)
    refused("application-moved-on", answer_question, application=made, text="x", by=applying(made))


def test_a_new_application_of_a_live_organisation_carries_over_what_is_in_date(
    accreditation_officer, central_team
):
    made = application(State.UNDER_REVIEW)
    soon = EvidenceItem.objects.get(application=made, kind=EvidenceKind.CHECKS)
    live = approve_application(
        application=made, seen=1, valid_from=TODAY, valid_until=TODAY + timedelta(days=90),
        by=accreditation_officer,
    )  # fmt: skip
    again = start_application(organisation=made.organisation, by=central_team)
    assert again.renews == live
    assert gaps(again) == []
    carried = again.evidence.get(kind=EvidenceKind.CHECKS)
    assert (carried.carried_from, carried.reference) == (soon, soon.reference)
    assert carried.key != soon.key


def test_an_applicant_starts_the_next_application_themselves(accreditation_officer):
    acting = applicant_of(LocalAuthorityFactory())
    again = start_application(organisation=acting.organisation, by=acting)
    assert again.applicant == acting.user
    refused(
        "role-may-not",
        start_application, organisation=LocalAuthorityFactory(), by=acting,
    )  # fmt: skip


def test_the_event_fails_so_nothing_happened(central_team):
    made = application()
    by = applying(made)
    count = EvidenceItem.objects.count()
    with event_insert_fails():
        for act, given in (
            (add_evidence, {"application": made, "new": new(), "by": by}),
            (remove_evidence, {"item": made.evidence.first(), "by": by}),
            (submit_application, {"application": made, "by": by}),
            (give_up_application, {"application": made, "by": by}),
            (
                start_application,
                {"organisation": LocalAuthorityFactory(), "by": central_team},
            ),
            (invite_applicant, {"application": made, **PERSON, "by": central_team}),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                act(**given)
            made.refresh_from_db()
    assert EvidenceItem.objects.filter(removed_at=None).count() == count
    assert AccreditationApplication.objects.get().status == State.DRAFT
