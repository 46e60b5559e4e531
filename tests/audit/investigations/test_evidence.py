"""The evidence in one document: whole for the reviewer; for the person, no child can be told."""

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
from audit.investigations.models import AskedOf, Investigation
from audit.investigations.pack import Copy, letter, make_pack
from audit.investigations.persons_side import answer
from audit.ledger.events import EventType
from audit.ledger.notes import KeyKind, Signer
from audit.ledger.sealer import seal
from audit.ledger.writer import append
from records.models import ChildRecord
from tests.factories import records
from tests.factories.accounts import acting_as, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
WHERE = "The child lives at the own address."


class Judged:
    """Somebody who opened two records; their team asked, heard and noted."""

    def __init__(self) -> None:
        self.person = acting_as(Role.PRACTITIONER)
        self.team = acting_as(Role.MANAGEMENT_TEAM, at=self.person.base)
        self.first, self.second = records.child("Aoife", "Brennan"), records.child("Jo", "Kent")
        self.events = [self.opened(each) for each in (self.first, self.second, self.first)]
        case = actions.suspend(
            user=self.person.user, reasons=[WHERE], event_ids=self.events[:1], by=self.team
        )
        assert case is not None
        self.case: Investigation = case
        actions.take(case=case, by=self.team)
        actions.ask(case=case, of=AskedOf.PERSON, said="Who rang you?", by=self.team)
        actions.note(case=case, said="Her sister said so.", by=self.team)
        answer(case=case, said="A nurse rang me.", by=self.person)
        self.case.refresh_from_db()

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
def judged() -> Judged:
    return Judged()


def page(by: Acting, case: Investigation, copy: str):
    client = Client()
    sign_in(client, by.user)
    return client.get(reverse("investigations:evidence", args=[case.key, copy]))


def words(response) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(response.content.decode())))


def test_the_reviewers_copy_holds_all_and_is_numbered_by_its_own_event(judged, events) -> None:
    events.mark()
    shown = words(page(judged.team, judged.case, "reviewer"))
    read = [each for each in events.since_mark() if each.action == "investigation.read"]
    made = next(each for each in read if each.detail.get("kind") == "pack-reviewer")
    assert f"Document {made.id}" in shown
    for part in (WHERE, "Her sister said so.", "A nurse rang me.", f"Record {judged.first.pk}"):
        assert part in shown
    assert f"{judged.team.user.full_name}" in shown
    assert "Aoife" not in shown


def test_the_disclosure_copy_says_children_by_letter_and_nothing_of_whereabouts_or_third_people(
    judged, events
) -> None:
    events.mark()
    response = page(judged.team, judged.case, "disclosure")
    shown = words(response)
    assert events.one("audit.bundled").target_id == judged.case.pk
    assert shown.count("Child A") == 2
    assert shown.count("Child B") == 1
    for hidden in (WHERE, "own address", "sister", "Record ", "Aoife", "Brennan"):
        assert hidden not in shown, hidden
    for told in ("Who rang you?", "A nurse rang me.", "Not in this copy."):
        assert told in shown


def test_each_look_up_names_its_leaf_once_it_is_sealed(judged) -> None:
    before = make_pack(case=judged.case, copy=Copy.REVIEWER, by=judged.team)
    looked = next(each for each in before.sections if each.heading == "What was looked at")
    assert {row[-1] for row in looked.rows} == {"not sealed yet"}
    seal(Signer.generate("index.example/audit", KeyKind.LOG))
    after = make_pack(case=judged.case, copy=Copy.REVIEWER, by=judged.team)
    looked = next(each for each in after.sections if each.heading == "What was looked at")
    assert all(row[-1].isdecimal() for row in looked.rows)


def test_only_the_team_makes_one_and_only_with_a_fresh_factor(judged) -> None:
    for by in (acting_as(Role.CENTRAL_TEAM), acting_as(Role.MANAGEMENT_TEAM), judged.person):
        with pytest.raises(Refused):
            make_pack(case=judged.case, copy=Copy.DISCLOSURE, by=by)
    stale = Acting(actor=judged.team.actor, user=judged.team.user, grant=judged.team.grant)
    with pytest.raises(Refused) as refused:
        make_pack(case=judged.case, copy=Copy.DISCLOSURE, by=stale)
    assert refused.value.decision.code == "step-up-needed"


def test_there_is_no_third_copy(judged) -> None:
    assert page(judged.team, judged.case, "press").status_code == 404


def test_letters_go_on_after_z() -> None:
    assert [letter(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip
