"""A child has to be hidden: who asks, what hides at once, who decides, who may undo it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutboxMessage
from accounts.policies import Refused
from accounts.roles import Role
from records.actions.shields import (
    appeal_shield,
    ask_to_lift_shield,
    escalate_overdue,
    lift_shield,
    request_shield,
    review_shield,
)
from records.leaks import check_every_shield, leaks_of
from records.models import Shield, ShieldProfile, ShieldStatus, WithheldAddress
from records.search import SearchTerms, TypedDate, search
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import LocalAuthorityFactory, acting_as, sign_in
from tests.factories.records import child
from tests.factories.shielding import decided, shielded

pytestmark = pytest.mark.django_db

BY_PLACE = SearchTerms("", "Brennan", postcode="LS1 1AA")
BY_NAME = SearchTerms("Aoife", "Brennan", TypedDate(2015, 3, 14))


@pytest.fixture
def authority():
    return LocalAuthorityFactory()


@pytest.fixture
def aoife(authority):
    return child(postcode="LS1 1AA", carer="Maeve Brennan", authority=authority.authority)


@pytest.fixture
def practitioner(authority):
    return acting_as(Role.PRACTITIONER, at=authority)


@pytest.fixture
def administrator(authority):
    return acting_as(Role.SHIELD_ADMINISTRATOR, at=authority)


@pytest.fixture
def team(authority):
    return acting_as(Role.MANAGEMENT_TEAM, at=authority)


def found(terms):
    return [hit.child_id for hit in search(terms).hits]


def refusal(act, **arguments):
    with pytest.raises(Refused) as refused:
        act(**arguments)
    return refused.value.decision.code


def test_a_practitioner_hides_a_child_at_once_and_the_administrators_are_told(
    aoife, practitioner, administrator, events
):
    assert found(BY_PLACE) == [aoife.pk]
    shield = shielded(aoife, by=practitioner)
    assert found(BY_PLACE) == []
    assert found(BY_NAME) == [aoife.pk]
    assert shield.status == ShieldStatus.PROVISIONAL
    assert events.actions() == ["shield.requested", "record.shielded"]
    assert OutboxMessage.objects.get().user == administrator.user
    assert "a parent who must not find them" not in shield.request_reason


def test_without_its_event_nothing_is_shielded(aoife, practitioner):
    with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
        shielded(aoife, by=practitioner)
    assert not Shield.objects.exists()
    assert found(BY_PLACE) == [aoife.pk]


def test_a_child_is_shielded_once_at_a_time(aoife, practitioner, administrator):
    shielded(aoife, by=practitioner)
    again = request_shield(
        child=aoife, profile=ShieldProfile.FULL, reason="again", by=administrator
    )
    assert again is None
    assert Shield.objects.count() == 1


def test_somebody_who_shields_many_records_has_to_wait_for_decisions(practitioner):
    for _ in range(5):
        shielded(child(), by=practitioner)
    assert refusal(shielded, child=child(), by=practitioner) == "too-many-provisional-shields"


def test_nobody_decides_about_their_own_request(aoife, administrator):
    shield = shielded(aoife, by=administrator)
    assert refusal(decided, shield=shield, by=administrator) == "own-shield-request"


def test_another_authority_decides_nothing(aoife, practitioner):
    stranger = acting_as(Role.SHIELD_ADMINISTRATOR)
    shield = shielded(aoife, by=practitioner)
    assert refusal(decided, shield=shield, by=stranger) == "shield-of-another-authority"


def test_a_decided_shield_stands_past_its_review(aoife, practitioner, administrator, team):
    shield = decided(shielded(aoife, by=practitioner), by=administrator)
    Shield.objects.update(review_on=timezone.localdate() - timedelta(days=40))
    assert escalate_overdue(by=team) == 1
    assert escalate_overdue(by=team) == 0
    assert found(BY_PLACE) == []
    assert OutboxMessage.objects.filter(kind="shield_overdue").get().user == team.user
    review_shield(
        shield=shield,
        profile=ShieldProfile.FULL,
        reason="still",
        review_on=timezone.localdate() + timedelta(days=90),
        by=administrator,
    )
    assert Shield.objects.overdue().count() == 0


def test_a_refused_shield_shows_the_record_again_and_the_asker_appeals_to_somebody_else(
    aoife, practitioner, administrator, authority
):
    shield = decided(shielded(aoife, by=practitioner), by=administrator, apply=False)
    assert found(BY_PLACE) == [aoife.pk]
    assert refusal(appeal_shield, shield=shield, reason="no", by=administrator) == (
        "not-your-shield-request"
    )
    again = appeal_shield(shield=shield, reason="it is dangerous", by=practitioner)
    assert found(BY_PLACE) == []
    assert refusal(decided, shield=again, by=administrator) == "decided-it-before"
    decided(again, by=acting_as(Role.SHIELD_ADMINISTRATOR, at=authority), apply=False)
    again.refresh_from_db()
    assert refusal(appeal_shield, shield=again, reason="no", by=practitioner) == (
        "not-your-shield-request"
    )


def test_two_people_remove_a_shield_the_second_with_a_fresh_factor(
    aoife, practitioner, administrator, team, events
):
    shield = decided(shielded(aoife, by=practitioner), by=administrator)
    assert refusal(lift_shield, shield=shield, by=team) == "shield-not-waiting"
    ask_to_lift_shield(shield=shield, reason="over", by=administrator)
    assert refusal(lift_shield, shield=shield, by=administrator) == "second-person-needed"
    stale = replace(team, factor_is_fresh=False)
    assert refusal(lift_shield, shield=shield, by=stale) == "step-up-needed"
    assert found(BY_PLACE) == []
    lift_shield(shield=shield, by=team)
    assert found(BY_PLACE) == [aoife.pk]
    assert not WithheldAddress.objects.filter(until__isnull=True).exists()
    assert events.actions()[-1] == "record.unshielded"


def test_the_database_refuses_a_shield_removed_by_one_person(aoife, practitioner, administrator):
    shield = decided(shielded(aoife, by=practitioner), by=administrator)
    with pytest.raises(IntegrityError, match="shield_lifted_by_two_people"), transaction.atomic():
        Shield.objects.filter(pk=shield.pk).update(
            status="lifted",
            lift_requested_by=administrator.user,
            lifted_by=administrator.user,
            lifted_at=Now(),
        )


def test_the_leak_check_names_the_twin_and_the_brother_until_they_are_shielded_too(
    aoife, practitioner, administrator
):
    twin = child()
    brother = child("Conor", born="2012-01-01", postcode="LS1 1AA")
    stranger = child("Tomasz", "Zielinski", born="2012-01-01", postcode="LS1 1AB")
    shield = decided(shielded(aoife, by=practitioner), by=administrator)
    leaks = {leak.child_id for leak in leaks_of(aoife)}
    assert leaks == {twin.pk, brother.pk}
    assert stranger.pk not in leaks
    assert check_every_shield(by=administrator) == 1
    shield.refresh_from_db()
    assert shield.leaks == 2
    for other in (twin, brother):
        shielded(other, by=administrator)
    assert leaks_of(aoife) == []


def test_a_shield_is_asked_for_decided_and_kept_from_the_pages(
    client, aoife, practitioner, administrator
):
    sign_in(client, practitioner.user, practitioner.grant)
    why = {"purpose": "child_at_risk", "case_reference": "REF-77"}
    client.post(reverse("records:give-reason", args=[aoife.key]), why)
    ask = {"profile": "location", "reason": "a dangerous parent"}
    page = client.post(reverse("records:request-shield", args=[aoife.key]), ask, follow=True)
    assert "This record is shielded." in page.content.decode()
    shield = Shield.objects.get()
    sign_in(client, administrator.user, administrator.grant)
    assert f"Shield {shield.pk}" in client.get(reverse("records:shields")).content.decode()
    page = client.get(reverse("records:shield", args=[shield.key])).content.decode()
    assert "a dangerous parent" in page
    answer = {
        "decision": "apply",
        "profile": "relations",
        "review_in": "3",
        "reason": "order seen",
        "evidence": "ORDER-1",
    }
    missing = client.post(reverse("records:decide-shield", args=[shield.key]), {})
    assert "Choose whether the shield stays" in missing.content.decode()
    client.post(reverse("records:decide-shield", args=[shield.key]), answer)
    shield.refresh_from_db()
    assert (shield.status, shield.profile) == ("applied", "relations")
    sign_in(client, practitioner.user, practitioner.grant)
    own = client.get(reverse("records:shield", args=[shield.key])).content.decode()
    assert "order seen" in own
    assert "ORDER-1" not in own


def test_what_others_see_is_shown_before_and_after_without_a_search(
    client, aoife, practitioner, events
):
    sign_in(client, practitioner.user, practitioner.grant)
    why = {"purpose": "child_at_risk", "case_reference": "REF-77"}
    client.post(reverse("records:give-reason", args=[aoife.key]), why)
    preview = reverse("records:preview-shield", args=[aoife.key])
    page = client.get(preview, {"profile": "location", "reader": "teacher"}).content.decode()
    assert "1 Invented Road" in page
    assert page.count("Differs") >= 2
    assert "shield.previewed" in events.actions()
    assert "search.performed" not in events.actions()
