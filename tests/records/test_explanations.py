"""What explains a look: each reason where it holds, its false twin, and recorded too late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.acting import Acting
from accounts.models import RoleGrantHistory, Team, User
from accounts.roles import Role
from records.explanations import Code, Look, explain
from records.models import (
    Address,
    ChildRecord,
    Enquiry,
    HouseMove,
    MediatedRequest,
    Referral,
    ShieldRequest,
    WithheldAddress,
)
from tests.factories import teams
from tests.factories.accounts import (
    LocalAuthorityFactory,
    UserFactory,
    acting_as,
    authority,
    grant,
    sign_in,
)
from tests.factories.records import (
    InvolvementFactory,
    PracticeFactory,
    SchoolFactory,
    child,
    place_at_school,
    register,
)

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 15, 12, tzinfo=ZoneInfo("Europe/London"))
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LONG_AGO = NOON - 400 * DAY
LATER = NOON + HOUR  # after the look, before it is judged again


@dataclass
class Scene:
    """A practitioner who looked at a child, and what is recorded around the two."""

    by: Acting
    child: ChildRecord
    team: Team

    @property
    def user(self) -> User:
        assert self.by.user is not None
        return self.by.user

    @property
    def look(self) -> Look:
        return Look(person=self.user.pk, child=self.child.pk, moment=NOON)

    def involved(self, at: ChildRecord | None = None, **facts):
        facts = {"started_on": date(2026, 1, 5), "recorded_at": LONG_AGO, **facts}
        facts.setdefault("last_confirmed_on", facts["started_on"])
        return InvolvementFactory(child=at or self.child, **facts)

    def own(self, at: ChildRecord | None = None, **facts):
        return self.involved(at, practitioner=self.user, **facts)

    def of_team(self, at: ChildRecord | None = None, **facts):
        return self.involved(at, team=self.team, **facts)

    def joins(self, **facts):
        facts = {"started_on": date(2025, 1, 6), "recorded_at": LONG_AGO, **facts}
        return teams.member(self.team, self.user, **facts)

    def sibling(self, **address) -> ChildRecord:
        other = child("Eve", "Brennan", "2012-01-01")
        home(self.child)
        home(other, **address)
        return other

    def referred(self, at: ChildRecord | None = None, came_at=NOON - DAY, **facts) -> Referral:
        facts = {
            "organisation": self.team.organisation,
            "team": self.team,
            "channel": "telephone",
            "sender": "Dr Rao",
            "recorded_by": self.user,
            "recorded_at": came_at,
            "child_named_at": came_at,
            **facts,
        }
        made: Referral = Referral.objects.create(child=at or self.child, came_at=came_at, **facts)
        return made

    def asked(self, requested_at=NOON - HOUR, opened_at=NOON, **facts) -> MediatedRequest:
        enquiry = Enquiry.objects.create(
            holder=self.user, organisation=self.by.organisation, purpose="mediated",
            case_reference="!", fingerprint=b"0" * 16,
        )  # fmt: skip
        facts = {"operator": self.user, "requester": UserFactory(), **facts}
        made: MediatedRequest = MediatedRequest.objects.create(
            organisation=self.by.organisation, called_back_on="01632 960 111",
            urgency="access_down", purpose="child_at_risk", case_reference="!", said_of_child="!",
            requested_at=requested_at, verified_at=requested_at, enquiry=enquiry, child=self.child,
            opened_at=opened_at, **facts,
        )  # fmt: skip
        return made

    def holds(self, role: Role, **facts):
        given = grant(self.user, role, self.by.organisation)
        facts.setdefault("granted_at", LONG_AGO)
        type(given).objects.filter(pk=given.pk).update(**facts)
        return given

    def moved(self, moved_on=date(2026, 6, 1), recorded_at=LONG_AGO, **facts) -> HouseMove:
        own = self.by.organisation.authority
        facts = {"from_authority": authority(50), "to_authority": own, "awaits": own, **facts}
        made: HouseMove = HouseMove.objects.create(
            child=self.child, moved_on=moved_on, recorded_at=recorded_at, recorded_by=self.user,
            due_at=recorded_at + 30 * DAY, **facts,
        )  # fmt: skip
        return made


def home(of: ChildRecord, **facts) -> Address:
    facts = {
        "line_1": "12 Mill Lane",
        "town": "Testham",
        "postcode": "ZA1 1AA",
        "recorded_at": LONG_AGO,
        **facts,
    }
    return Address.objects.create(child=of, **facts)


@pytest.fixture
def scene(practitioner):
    return Scene(
        practitioner,
        child(authority=practitioner.organisation.authority),
        teams.team(practitioner.organisation, "East team"),
    )


def codes(*looks: Look) -> list[list[str]]:
    return [[each.code.value for each in one.explanations] for one in explain(looks)]


def judged_later(look: Look) -> Look:
    return replace(look, judged_at=NOON + 3 * DAY)


# Each reason three times: recorded in time; the same, but for one thing; recorded after the look.
# A function records what its name says and may give back the looks to judge.
Story = Callable[[Scene], "list[Look] | None"]


def told(*_: object) -> None:
    """A story of which nothing but the scene is left."""


def school(scene: Scene, code: str = "900123", **facts):
    place_at_school(scene.child, school=SchoolFactory(urn="900123"), recorded_at=LONG_AGO)
    facts = {"recorded_at": LONG_AGO, "started_on": date(2025, 9, 1), **facts}
    teams.posting(scene.user, "school", code, **facts)


def team_case(scene: Scene, **joined):
    scene.joins(**joined)
    scene.of_team()


def sibling_case(scene: Scene, involvement=None, **address):
    scene.own(scene.sibling(**address), **(involvement or {}))


def shield_case(scene: Scene, role=Role.SHIELD_ADMINISTRATOR, **facts):
    scene.holds(role)
    facts = {
        "organisation": scene.by.organisation,
        "requested_at": NOON - 2 * DAY,
        "recorded_at": NOON - DAY,
        **facts,
    }
    ShieldRequest.objects.create(child=scene.child, **facts)


def slip(scene: Scene, hits=4, session="s-1", **involvement) -> list[Look]:
    wrong = child("Ann", "Brennan")
    scene.own(**involvement)
    first = Look(
        person=scene.user.pk, child=wrong.pk, moment=NOON, session="s-1", hits=hits,
        judged_at=NOON + timedelta(seconds=200),
    )  # fmt: skip
    second = replace(scene.look, moment=NOON + timedelta(seconds=60), session=session)
    return [first, replace(second, judged_at=first.judged_at)]


def flagged(scene: Scene, since: datetime | None):
    ChildRecord.objects.filter(pk=scene.child.pk).update(training_since=since)


def duty_case(scene: Scene, **referral):
    scene.holds(Role.MEDIATOR)
    other = teams.team(scene.by.organisation, "Another team")
    scene.referred(team=other, **referral)


IN_TIME: dict[Code, Story] = {
    Code.OWN_INVOLVEMENT: lambda s: told(s.own()),
    Code.TEAM_INVOLVEMENT: lambda s: team_case(s),
    Code.SIBLING: lambda s: sibling_case(s),
    Code.REFERRAL: lambda s: told(s.joins(), s.referred()),
    Code.PLACE: lambda s: school(s),
    Code.MEDIATED: lambda s: told(s.asked()),
    Code.SHIELD_REQUEST: lambda s: shield_case(s),
    Code.HOUSE_MOVE: lambda s: told(s.moved()),
    Code.WRONG_RECORD: lambda s: slip(s),
    Code.TRAINING: lambda s: flagged(s, LONG_AGO),
    Code.DUTY: lambda s: duty_case(s),
}
FALSE_TWINS: dict[Code, Story] = {
    Code.OWN_INVOLVEMENT: lambda s: told(s.involved(practitioner=UserFactory())),
    Code.TEAM_INVOLVEMENT: lambda s: team_case(s, ended_on=date(2026, 5, 31)),
    Code.SIBLING: lambda s: sibling_case(s, line_1="14 Mill Lane"),
    Code.REFERRAL: lambda s: told(s.joins(), s.referred(came_at=NOON - 31 * DAY)),
    Code.PLACE: lambda s: school(s, code="900124"),
    Code.MEDIATED: lambda s: told(s.asked(requested_at=NOON - 25 * HOUR)),
    Code.SHIELD_REQUEST: lambda s: shield_case(s, role=Role.MEDIATOR),
    Code.HOUSE_MOVE: lambda s: told(s.moved(to_authority=authority(51), awaits=authority(51))),
    Code.WRONG_RECORD: lambda s: slip(s, hits=1),
    Code.TRAINING: lambda s: flagged(s, None),
    Code.DUTY: lambda s: told(s.referred(team=teams.team(s.by.organisation, "Another team"))),
}
TOO_LATE: dict[Code, Story] = {
    Code.OWN_INVOLVEMENT: lambda s: told(s.own(recorded_at=LATER)),
    Code.TEAM_INVOLVEMENT: lambda s: team_case(s, recorded_at=LATER),
    Code.SIBLING: lambda s: sibling_case(s, recorded_at=LATER),
    Code.REFERRAL: lambda s: told(s.joins(), s.referred(recorded_at=LATER)),
    Code.PLACE: lambda s: school(s, recorded_at=LATER),
    Code.MEDIATED: lambda s: told(s.asked(opened_at=LATER)),
    Code.SHIELD_REQUEST: lambda s: shield_case(s, recorded_at=LATER),
    Code.HOUSE_MOVE: lambda s: told(s.moved(recorded_at=LATER)),
    Code.WRONG_RECORD: lambda s: slip(s, recorded_at=LATER),
    Code.TRAINING: lambda s: flagged(s, LATER),
    Code.DUTY: lambda s: duty_case(s, child_named_at=LATER),
}


@pytest.mark.parametrize("code", Code)
def test_a_reason_recorded_in_time_explains_the_look(scene, code):
    looks = IN_TIME[code](scene) or [scene.look]
    (found, *_) = explain(looks)
    assert [each.code for each in found.explanations] == [code]
    assert found.level == (1 if code is Code.DUTY else 2)
    assert found.explanations[0].sentence.startswith("You can see this because ")
    assert not found.explanations[0].is_afterthought


@pytest.mark.parametrize("code", Code)
def test_its_false_twin_explains_nothing(scene, code):
    looks = FALSE_TWINS[code](scene) or [scene.look]
    assert codes(*looks)[0] == []


@pytest.mark.parametrize("code", Code)
def test_what_is_recorded_later_explains_only_who_judges_later(scene, code):
    looks = TOO_LATE[code](scene) or [scene.look]
    assert codes(*looks)[0] == []
    assert codes(*map(judged_later, looks))[0] == [code]


# --- what each reason rests on ---


def test_an_involvement_recorded_after_the_look_is_marked_as_an_afterthought(scene):
    scene.own(recorded_at=LATER)
    (found,) = explain([judged_later(scene.look)])
    assert found.explanations[0].is_afterthought


def test_one_recorded_before_stands_above_an_afterthought(scene):
    scene.own(recorded_at=LATER)
    scene.own()
    (found,) = explain([judged_later(scene.look)])
    assert not found.explanations[0].is_afterthought


@pytest.mark.parametrize(("ended_on", "explains"), [("2026-03-18", True), ("2026-03-17", False)])
def test_work_that_ended_explains_for_less_than_ninety_days(scene, ended_on, explains):
    scene.own(ended_on=date.fromisoformat(ended_on), end_recorded_at=NOON - DAY)
    assert bool(codes(scene.look)[0]) is explains


def test_an_end_that_nobody_had_recorded_yet_does_not_count(scene):
    scene.own(ended_on=date(2026, 2, 1), end_recorded_at=LATER)
    assert codes(scene.look) == [["X1"]]
    assert codes(judged_later(scene.look)) == [[]]


@pytest.mark.parametrize(("left", "explains"), [("2026-06-01", True), ("2026-05-31", False)])
def test_a_team_that_was_left_explains_for_a_fortnight(scene, left, explains):
    scene.joins(ended_on=date.fromisoformat(left), end_recorded_at=LONG_AGO + 300 * DAY)
    scene.of_team()
    scene.referred()
    assert codes(scene.look) == [["X2", "X4"] if explains else []]


def test_leaving_counts_from_when_it_was_recorded(scene):
    scene.joins(ended_on=date(2026, 5, 1), end_recorded_at=LATER)
    scene.of_team()
    assert codes(scene.look) == [["X2"]]
    assert codes(judged_later(scene.look)) == [[]]


def test_a_team_joined_tomorrow_explains_nothing_today(scene):
    scene.joins(started_on=date(2026, 6, 16))
    scene.of_team()
    assert codes(scene.look) == [[]]


def test_a_teams_case_and_a_referral_reach_brothers_and_sisters(scene):
    scene.joins()
    other = scene.sibling()
    scene.of_team(other)
    scene.referred(other)
    assert codes(scene.look) == [["X3", "X4"]]


@pytest.mark.parametrize(
    ("address", "is_same"),
    [
        ({"line_1": "12, MILL LANE"}, True),
        ({"line_1": "12 Mill Lane", "line_2": "Flat 2"}, False),
        ({"postcode": "ZA1 1AB"}, False),
        ({"valid_until": date(2026, 6, 1)}, False),
        ({"valid_from": date(2026, 6, 16)}, False),
        ({"recorded_at": LATER}, False),
        ({"line_1": ""}, False),
    ],
)
def test_who_lives_at_the_same_address_that_day(scene, address, is_same):
    sibling_case(scene, **address)
    assert bool(codes(scene.look)[0]) is is_same


def test_property_numbers_stand_above_how_an_address_is_written(scene):
    other = child("Eve", "Brennan")
    home(scene.child, uprn="100")
    home(other, uprn="200")
    scene.own(other)
    assert codes(scene.look) == [[]]
    home(child("Ivo", "Brennan"), uprn="100")
    third = Address.objects.get(uprn="100", child__names__given_name="Ivo")
    scene.own(third.child)
    assert codes(scene.look) == [["X3"]]


def test_a_referral_to_the_organisation_explains_its_own_staff(scene):
    scene.referred(team=None)
    assert "X4" in codes(scene.look)[0]
    stranger = replace(scene.look, person=UserFactory(employer=LocalAuthorityFactory()).pk)
    assert codes(stranger) == [[]]


@pytest.mark.parametrize(("days", "explains"), [(3, True), (4, False)])
def test_a_look_may_come_shortly_before_its_referral(scene, days, explains):
    scene.joins()
    scene.referred(came_at=NOON + days * DAY)
    assert bool(codes(replace(scene.look, judged_at=NOON + 9 * DAY))[0]) is explains


def test_a_practice_explains_like_a_school_and_only_while_the_child_is_there(scene):
    place = register(scene.child, recorded_at=LONG_AGO, started_on=date(2026, 1, 1))
    code = place.practice.ods_code
    teams.posting(scene.user, "practice", code, started_on=date(2025, 1, 1))
    assert codes(scene.look) == [["X5"]]
    type(place).objects.update(ended_on=date(2026, 6, 14))
    assert codes(scene.look) == [[]]


def test_a_hospital_of_the_same_code_is_not_the_childs_practice(scene):
    place = register(scene.child, recorded_at=LONG_AGO, practice=PracticeFactory(ods_code="RA7"))
    teams.posting(scene.user, "hospital", place.practice.ods_code, started_on=date(2025, 1, 1))
    assert codes(scene.look) == [[]]


def test_a_look_for_somebody_else_is_explained_by_their_request_alone(scene):
    scene.own()
    request = scene.asked()
    for_them = replace(scene.look, on_behalf_of=request.requester_id)
    assert codes(for_them) == [["X6"]]
    assert codes(replace(for_them, on_behalf_of=UserFactory().pk)) == [[]]


def test_a_role_that_was_taken_away_since_still_counts_for_the_look(scene):
    for change, at in (("granted", LONG_AGO), ("revoked", NOON + HOUR)):
        with time_machine.travel(at):
            RoleGrantHistory.objects.create(
                grant_id=77, change=change, user=scene.user, role=Role.MANAGEMENT_TEAM,
                organisation=scene.by.organisation, reason="for this test",
            )  # fmt: skip
    assert codes(scene.look) == [["X11"]]
    after = replace(scene.look, moment=NOON + 2 * HOUR)
    assert codes(after) == [[]]


def test_a_management_team_keeps_the_records_of_its_own_authority(scene):
    scene.holds(Role.MANAGEMENT_TEAM)
    assert codes(scene.look) == [["X11"]]
    elsewhere = child("Zoe", "Far", authority=authority(60))
    assert codes(replace(scene.look, child=elsewhere.pk)) == [[]]


def test_whoever_is_on_call_answers_for_referrals_of_the_authority(scene):
    scene.referred(team=teams.team(scene.by.organisation, "Another team"))
    assert codes(scene.look) == [[]]
    duty = teams.duty(scene.team, scene.user, NOON - 2 * HOUR, recorded_at=LONG_AGO)
    assert codes(scene.look) == [["X11"]]
    type(duty).objects.update(withdrawn_at=NOON - HOUR)
    assert codes(scene.look) == [[]]


def test_a_move_that_was_taken_back_explains_until_it_was(scene):
    scene.moved(state="withdrawn", answered_at=LATER)
    assert codes(scene.look) == [["X8"]]
    assert codes(judged_later(scene.look)) == [[]]


def test_the_right_record_must_follow_within_three_minutes_in_the_same_session(scene):
    first, second = slip(scene)
    late = replace(second, moment=NOON + timedelta(seconds=181))
    until = NOON + HOUR
    assert codes(replace(first, judged_at=until), replace(late, judged_at=until))[0] == []
    assert codes(first, replace(second, session="s-2"))[0] == []
    assert codes(second, first) == [["X1"], ["X9"]]


# --- hidden addresses ---


@pytest.mark.parametrize("whose", ["the child", "the sibling"])
def test_a_hidden_address_never_explains_anything(scene, whose):
    scene.joins()
    other = scene.sibling()
    scene.own(other)
    scene.referred(other)
    hidden = scene.child if whose == "the child" else other
    WithheldAddress.objects.create(child=hidden, since=NOON - DAY)
    assert codes(scene.look) == [[]]


def test_an_address_hidden_since_the_look_explains_nothing_to_who_judges_later(scene):
    sibling_case(scene)
    WithheldAddress.objects.create(child=scene.child, since=LATER)
    assert codes(scene.look) == [["X3"]]
    assert codes(judged_later(scene.look)) == [[]]


def test_an_address_hidden_formerly_explains_again(scene):
    sibling_case(scene)
    WithheldAddress.objects.create(child=scene.child, since=LONG_AGO, until=NOON - DAY)
    assert codes(scene.look) == [["X3"]]


def test_school_and_move_of_a_hidden_child_are_told_in_one_fixed_sentence(scene):
    school(scene)
    scene.moved()
    WithheldAddress.objects.create(child=scene.child, since=NOON - DAY)
    (found,) = explain([scene.look])
    assert [each.code for each in found.explanations] == [Code.PLACE, Code.HOUSE_MOVE]
    assert {each.sentence for each in found.explanations} == {
        "You can see this because of a reason that is hidden with this record."
    }


# --- many at once ---


def test_many_looks_take_as_many_statements_as_one(scene, django_assert_max_num_queries):
    scene.own()
    looks = [scene.look, replace(scene.look, child=scene.child.pk + 1)] * 40
    with django_assert_max_num_queries(10):
        found = explain(looks)
    assert [one.level for one in found] == [2, 0] * 40
    assert [one.look for one in found] == looks


def test_without_looks_nothing_is_asked(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert explain([]) == []


def test_a_moment_without_a_time_zone_is_refused(scene):
    with pytest.raises(ValueError, match="time zone"):
        explain([replace(scene.look, moment=datetime(2026, 6, 15, 12))])  # noqa: DTZ001


# --- on the record ---


def opened(client, scene):
    sign_in(client, scene.user, scene.by.grant)
    url = reverse("records:give-reason", args=[scene.child.key])
    answer = client.post(url, {"purpose": "child_at_risk", "case_reference": "C-1"}, follow=True)
    return answer.content.decode()


def test_a_record_says_why_one_can_see_it(client, scene):
    scene.own()
    page = opened(client, scene)
    assert "You can see this because you work with this child, since 5 January 2026." in page


def test_a_record_that_nothing_explains_says_what_to_do(client, scene):
    page = opened(client, scene)
    assert "Nothing recorded links your work to this child yet." in page


def test_a_mediator_reads_for_whom_they_look(client, scene):
    other = acting_as(Role.MEDIATOR, at=scene.by.organisation)
    assert other.user is not None
    Scene(other, scene.child, scene.team).asked(
        requested_at=timezone.now() - HOUR, opened_at=timezone.now()
    )
    (found,) = explain([Look(person=other.user.pk, child=scene.child.pk, moment=timezone.now())])
    assert "a colleague asked you" in found.explanations[0].sentence
