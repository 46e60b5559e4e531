"""What was looked at is drawn by the hour without a name; a name is shown after a click."""

import re
from html import unescape

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.acting import Acting
from accounts.policies import Refused
from accounts.roles import Role
from audit.investigations import actions
from audit.investigations.looks import read_looks, read_names
from audit.investigations.models import Investigation
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.models import ChildRecord
from tests.factories import records, teams
from tests.factories.accounts import acting_as, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


class Looked:
    """Somebody who opened the record of their own niece, and one of their work."""

    def __init__(self) -> None:
        self.person = acting_as(Role.PRACTITIONER)
        self.team = acting_as(Role.MANAGEMENT_TEAM, at=self.person.base)
        self.niece, self.other = records.child("Aoife", "Brennan"), records.child("Siobhan", "Kent")
        meant = [self.opened(self.niece), self.opened(self.other)][:1]
        case = actions.suspend(
            user=self.person.user, reasons=["Same name."], event_ids=meant, by=self.team
        )
        assert case is not None
        self.case: Investigation = case

    def opened(self, child: ChildRecord) -> int:
        with transaction.atomic():
            return append(
                EventType.RECORD_VIEWED,
                actor=self.person.actor,
                purpose="working_with",
                target_type="child_record",
                target_id=child.pk,
            ).id


@pytest.fixture
def looked() -> Looked:
    return Looked()


def words(response) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(response.content.decode())))


def signed_in(by: Acting) -> Client:
    client = Client()
    sign_in(client, by.user)
    return client


def test_the_days_are_drawn_with_a_table_beneath_and_no_childs_name(looked, events) -> None:
    client, address = (
        signed_in(looked.team),
        reverse("investigations:looks", args=[looked.case.key]),
    )
    events.mark()
    response = client.get(address)
    shown = words(response)
    assert "1 of 2 look-ups had no reason that is recorded" in shown
    assert str(looked.niece.pk) in shown
    assert "Aoife" not in shown
    assert "Brennan" not in shown
    assert response.content.decode().count("cp-chart__own") == 1
    assert events.one("trail.read").detail == {
        "user_id": looked.person.user.pk,
        "investigation_id": looked.case.pk,
    }


def test_a_click_shows_the_names_of_the_children_meant_and_says_so_in_an_event(
    looked, events
) -> None:
    client, address = (
        signed_in(looked.team),
        reverse("investigations:names", args=[looked.case.key]),
    )
    assert client.get(address).status_code == 405
    events.mark()
    shown = words(client.post(address, {"acting_grant": str(looked.team.grant.pk)}))
    assert "Aoife Brennan" in shown
    assert "Kent" not in shown
    named = events.one("investigation.read")
    assert (named.detail["kind"], named.result_ids) == ("names", [looked.niece.pk])


def test_whoever_is_too_close_or_only_watches_gets_no_names(looked) -> None:
    close = acting_as(Role.MANAGEMENT_TEAM, at=looked.person.base)
    shared = teams.team(looked.person.organisation)
    for one in (close, looked.person):
        teams.member(shared, one.user)
    for by, code in ((close, "reviewer-too-close"), (acting_as(Role.CENTRAL_TEAM), "role-may-not")):
        looks = read_looks(case=looked.case, by=by)
        assert not looks.may_see_names
        with pytest.raises(Refused) as refused:
            read_names(case=looked.case, looks=looks, by=by)
        assert refused.value.decision.code == code


def test_another_team_reads_no_look_ups(looked) -> None:
    stranger = acting_as(Role.MANAGEMENT_TEAM)
    address = reverse("investigations:looks", args=[looked.case.key])
    assert signed_in(stranger).get(address).status_code == 404
    with pytest.raises(Refused):
        read_looks(case=looked.case, by=stranger)


def test_look_ups_for_another_user_base_are_counted_and_not_shown(looked) -> None:
    Investigation.objects.filter(pk=looked.case.pk).update(
        event_ids=[*looked.case.event_ids, 2**40]
    )
    looked.case.refresh_from_db()
    looks = read_looks(case=looked.case, by=looked.team)
    assert looks.not_seen == 1


def test_a_case_without_look_ups_shows_the_day_it_was_opened(looked) -> None:
    Investigation.objects.filter(pk=looked.case.pk).update(event_ids=[])
    looked.case.refresh_from_db()
    looks = read_looks(case=looked.case, by=looked.team)
    assert [each.is_meant for each in looks.looks] == [False, False]
