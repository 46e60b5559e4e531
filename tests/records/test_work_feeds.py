"""Files about the work around children: each row checked, found again, known since it came."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from accounts.models import Duty, Network, OrganisationIdentifier, SitePosting, Team, TeamMembership
from accounts.policies import Refused
from accounts.roles import Role
from records.actions.referrals import answer_referral
from records.explanations import Look, explain
from records.feeds import BrokenFile, Reject
from records.feeds.work import FEEDS, LoadSummary, TableReader, load_feed
from records.models import (
    Answer,
    ChildRecord,
    HouseMove,
    Identifier,
    Involvement,
    Referral,
    SourceLink,
)
from tests.audit.faults import event_insert_fails
from tests.factories import teams
from tests.factories.accounts import (
    EmployerFactory,
    LocalAuthorityFactory,
    UserFactory,
    acting_as,
)
from tests.factories.records import ServiceFactory, child

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HERE, THERE = "E06000001", "E06000002"  # the first authorities that the factories take


@pytest.fixture
def by(db):
    return acting_as(Role.MANAGEMENT_TEAM)


@pytest.fixture
def person(by):
    return UserFactory(employer=by.base, email="ann@authority.example")


@pytest.fixture
def east(by):
    return teams.team(by.base, "East team")


def load(
    name: str, text: str, by, source="case-system", **options
) -> tuple[LoadSummary, list[tuple[int, str, str]]]:
    rejects: list[Reject] = []
    reader = TableReader(io.BytesIO(text.encode()), FEEDS[name])
    summary = load_feed(reader, source=source, on_reject=rejects.append, by=by, **options)
    return summary, [(reject.line, reject.column, reject.value_class) for reject in rejects]


# One good row of each feed, for the people and things of the fixtures above.
ROWS = {
    "referrals": "source_ref,child_ref,team,sender,channel,came_at,answer\n"
    "F1,C-1,East team,Dr Rao,letter,2026-01-05T09:30,\n",
    "moves": "source_ref,child_ref,from_authority,to_authority,moved_on\n"
    f"V1,C-1,{HERE},{THERE},2026-01-05\n",
    "teams": "source_ref,name\nT1,North team\n",
    "memberships": "source_ref,team,person,started_on\n"
    "M1,East team,Ann@authority.example,2026-01-05\n",
    "sites": "source_ref,person,kind,code,name,started_on\n"
    "S1,ann@authority.example,school,123456,Mill Lane School,2026-01-05\n",
    "rota": "source_ref,team,person,kind,starts_at,ends_at\n"
    "R1,East team,ann@authority.example,on call,2026-01-05T20:00,2026-01-06T08:00\n",
    "networks": "source_ref,name,kind,cidr,place,latitude,longitude,started_on\n"
    "N1,Town hall,office,198.51.100.0/24,Testham,51.5,-0.12,2026-01-05\n",
    "involvements": "source_ref,child_ref,service,team,practitioner,role,started_on\n"
    "I1,C-1,Early help,East team,ann@authority.example,Social worker,2026-01-05\n",
}
MODELS = {
    "referrals": Referral,
    "moves": HouseMove,
    "teams": Team,
    "memberships": TeamMembership,
    "sites": SitePosting,
    "rota": Duty,
    "networks": Network,
    "involvements": Involvement,
}


@pytest.fixture
def world(by, person, east):
    """What the rows above point to."""
    made = child(authority=by.base.authority)
    SourceLink.objects.create(child=made, source="case-system", source_ref="C-1")
    ServiceFactory(organisation=by.base, name="Early help")
    assert (by.base.authority_id, LocalAuthorityFactory().authority_id) == (HERE, THERE)
    return made


def test_every_feed_has_a_row_here():
    assert set(ROWS) == set(FEEDS) == set(MODELS)


@pytest.mark.parametrize("name", ROWS)
def test_a_file_makes_rows_that_say_where_they_come_from(world, by, name, events):
    events.mark()
    summary, rejects = load(name, ROWS[name], by)
    assert (summary, rejects) == (LoadSummary(1, 1, 0, 0, 0), [])
    row = MODELS[name].objects.get(source="case-system")
    assert row.source_ref == ROWS[name].split("\n")[1].split(",")[0]
    assert row.received_at is not None
    event = events.one("feed.received")
    assert event.detail["kind"] == name
    assert event.detail["created"] == 1


@pytest.mark.parametrize("name", ROWS)
def test_the_same_file_again_changes_nothing(world, by, name):
    load(name, ROWS[name], by)
    before = list(MODELS[name].objects.values())
    assert load(name, ROWS[name], by)[0] == LoadSummary(1, 0, 0, 1, 0)
    assert list(MODELS[name].objects.values()) == before


@pytest.mark.parametrize("name", ROWS)
def test_a_dry_run_counts_and_writes_nothing_but_its_event(world, by, name, events):
    events.mark()
    assert load(name, ROWS[name], by, dry_run=True)[0] == LoadSummary(1, 1, 0, 0, 0)
    assert not MODELS[name].objects.exclude(source="").exists()
    assert events.one("feed.received").detail["dry_run"] is True


@pytest.mark.parametrize("name", ROWS)
def test_without_its_event_nothing_is_loaded(world, by, name):
    with event_insert_fails(), pytest.raises(OperationalError):
        load(name, ROWS[name], by)
    assert not MODELS[name].objects.exclude(source="").exists()


@pytest.mark.parametrize("name", ROWS)
def test_a_reference_stands_once_in_a_file(world, by, name):
    row = ROWS[name].split("\n")[1]
    summary, rejects = load(name, f"{ROWS[name]}{row}\n", by)
    assert (summary.created, summary.rejected) == (1, 1)
    assert rejects == [(3, "source_ref", "repeated")]


@pytest.mark.parametrize("name", ROWS)
def test_the_same_under_another_reference_is_refused(world, by, name):
    row = "X" + ROWS[name].split("\n")[1]
    summary, rejects = load(name, f"{ROWS[name]}{row}\n", by)
    assert (summary.created, [r[2] for r in rejects]) == (1, ["twice in this file"])
    header = ROWS[name].split("\n")[0]
    assert [r[2] for r in load(name, f"{header}\n{row}\n", by)[1]] == ["recorded already"]


def test_a_practitioner_loads_no_feed(practitioner):
    with pytest.raises(Refused):
        load("teams", ROWS["teams"], practitioner)


def test_a_file_without_a_needed_column_is_refused_whole():
    with pytest.raises(BrokenFile, match="team, person"):
        TableReader(io.BytesIO(b"source_ref,started_on\n"), FEEDS["memberships"])


@pytest.mark.parametrize(
    ("name", "row", "fault"),
    [
        ("memberships", "M1,East team,ann@authority.example,5.1.2026",
         ("started_on", "not a date")),
        ("memberships", "M1,West team,ann@authority.example,2026-01-05", ("team", "unknown team")),
        ("memberships", "M1,East team,bob@authority.example,2026-01-05",
         ("person", "unknown person")),
        ("memberships", "M1,East team,,2026-01-05", ("person", "empty")),
        ("memberships", ",East team,ann@authority.example,2026-01-05", ("source_ref", "empty")),
        ("memberships", "M1,East team", ("", "wrong number of cells")),
        ("sites", "S1,ann@authority.example,school,RA7,,2026-01-05", ("code", "not a URN")),
        ("sites", "S1,ann@authority.example,park,123456,,2026-01-05", ("kind", "unknown code")),
        (
            "rota",
            "R1,East team,ann@authority.example,rota,2026-01-05T20:00,2026-01-05T08:00",
            ("ends_at", "not within 31 days after the start"),
        ),
        ("rota", "R1,East team,ann@authority.example,rota,soon,later",
         ("starts_at", "not a moment")),
        ("networks", "N1,Hall,office,198.51.100.7/24,,,,2026-01-05", ("cidr", "not a network")),
        ("networks", "N1,Hall,office,198.51.100.0/24,,51,,2026-01-05",
         ("latitude", "one coordinate of two")),
        ("networks", "N1,Hall,office,198.51.100.0/24,,95,1,2026-01-05",
         ("latitude", "out of range")),
        ("referrals", "F1,C-2,East team,Dr Rao,,2026-01-05T09:30,", ("child_ref", "unknown child")),
        ("referrals", "F1,C-1,,Dr Rao,,2099-01-05T09:30,", ("came_at", "in the future")),
        ("referrals", "F1,C-1,,,,2026-01-05T09:30,", ("sender", "empty")),
        ("referrals", "F1,C-1,,Dr Rao,,2026-01-05T09:30,passed_on", ("answer", "unknown code")),
        ("moves", f"V1,C-1,{HERE},{HERE},2026-01-05", ("to_authority", "the same authority")),
        ("moves", f"V1,C-1,{THERE},{HERE},2026-01-05",
         ("from_authority", "not the responsible authority")),
        ("moves", f"V1,C-1,{HERE},E09000033,2026-01-05",
         ("to_authority", "nobody there to answer")),
        ("moves", f"V1,C-1,{THERE},E09000033,2026-01-05",
         ("from_authority", "another authority's move")),
        ("moves", f"V1,C-1,{HERE},{THERE},2099-01-05", ("moved_on", "in the future")),
        ("involvements", "I1,C-2,Early help,,,,2026-01-05", ("child_ref", "unknown child")),
        ("involvements", "I1,C-1,Late help,,,,2026-01-05", ("service", "unknown service")),
        ("involvements", "I1,C-1,Early help,,,,2099-01-05", ("started_on", "in the future")),
    ],
)  # fmt: skip
def test_a_bad_row_is_left_out_and_the_others_go_on(world, by, name, row, fault):
    header, good, _ = ROWS[name].split("\n")
    summary, rejects = load(name, f"{header}\n{row}\n{good.replace('1,', '9,', 1)}\n", by)
    assert rejects[0] == (2, *fault)
    assert (summary.created, summary.rejected) == (1, 1)


def test_people_and_teams_of_another_user_base_are_not_known(world, by):
    stranger = acting_as(Role.MANAGEMENT_TEAM)
    teams.team(stranger.base, "East team")
    rejects = load("memberships", ROWS["memberships"], stranger)[1]
    assert rejects == [(2, "person", "unknown person")]


def test_nobody_loads_themselves_into_a_team(world, by):
    row = ROWS["memberships"].replace("Ann@authority.example", by.user.email)
    assert load("memberships", row, by)[1] == [(2, "person", "own account")]


def test_a_team_is_found_by_the_reference_of_its_own_feed(world, by):
    load("teams", ROWS["teams"], by)
    load("memberships", ROWS["memberships"].replace("East team", "T1"), by)
    assert TeamMembership.objects.get().team.name == "North team"


def test_a_team_of_a_school_is_named_by_the_schools_identifier(by):
    school = EmployerFactory(parent=by.base)
    OrganisationIdentifier.objects.create(organisation=school, scheme="urn", value="123456")
    text = "source_ref,name,organisation,closed\nT1,Safeguarding,urn:123456,\n"
    load("teams", text, by)
    assert Team.objects.get().organisation_id == school.pk
    assert load("teams", text.replace("456,", "456,yes"), by)[0].changed == 1
    assert Team.objects.get().closed_at is not None
    other = text.replace("123456", "999999").replace("T1", "T2")
    assert load("teams", other, by)[1] == [(2, "organisation", "unknown organisation")]


def test_an_end_is_known_since_its_file_came_and_stays(world, by):
    load("memberships", ROWS["memberships"], by)
    recorded = timezone.now() - 100 * DAY
    TeamMembership.objects.update(recorded_at=recorded)
    header, row, _ = ROWS["memberships"].split("\n")
    ended = f"{header},ended_on\n{row},2026-02-01\n"
    assert load("memberships", ended, by)[0].changed == 1
    membership = TeamMembership.objects.get()
    assert membership.ended_on == date(2026, 2, 1)
    assert membership.end_recorded_at is not None
    assert membership.end_recorded_at > timezone.now() - DAY
    assert membership.recorded_at == recorded
    assert load("memberships", ROWS["memberships"], by)[0].unchanged == 1
    assert TeamMembership.objects.get().ended_on == date(2026, 2, 1)


def test_what_becomes_true_of_an_earlier_day_is_known_since_now(world, by):
    load("memberships", ROWS["memberships"], by)
    TeamMembership.objects.update(recorded_at=timezone.now() - 100 * DAY)
    load("memberships", ROWS["memberships"].replace("2026-01-05", "2025-01-06"), by)
    assert TeamMembership.objects.get().recorded_at > timezone.now() - DAY


def test_a_duty_that_was_cancelled_stays_cancelled(world, by):
    header, row, _ = ROWS["rota"].split("\n")
    load("rota", f"{header},cancelled\n{row},yes\n", by)
    assert Duty.objects.get().withdrawn_at is not None
    load("rota", ROWS["rota"], by)
    assert Duty.objects.get().withdrawn_at is not None


def test_times_without_a_zone_are_those_of_england(world, by):
    load("rota", ROWS["rota"].replace("2026-01", "2026-07"), by)
    assert Duty.objects.get().starts_at.isoformat() == "2026-07-05T19:00:00+00:00"


def test_a_child_is_found_by_nhs_number_unless_two_records_claim_it(world, by):
    text = "source_ref,nhs_number,service,started_on\nI1,999 000 0018,Early help,2026-01-05\n"
    Identifier.objects.create(child=world, scheme="nhs_number", value="9990000018")
    assert load("involvements", text, by)[0].created == 1
    Identifier.objects.create(child=child("Eve"), scheme="nhs_number", value="9990000018")
    assert load("involvements", text.replace("I1", "I2"), by)[1] == [
        (2, "child_ref", "unknown child")
    ]


def test_what_somebody_confirmed_on_screen_is_not_taken_back(world, by):
    load("involvements", ROWS["involvements"], by)
    Involvement.objects.update(last_confirmed_on=timezone.localdate())
    assert load("involvements", ROWS["involvements"], by)[0].unchanged == 1
    assert Involvement.objects.get().last_confirmed_on == timezone.localdate()


def test_an_imported_involvement_explains_from_the_moment_it_came(world, by, person):
    load("involvements", ROWS["involvements"], by)
    now = timezone.now()
    before = Look(person=person.pk, child=world.pk, moment=now - DAY)
    after = Look(person=person.pk, child=world.pk, moment=now + DAY)
    assert [one.level for one in explain([before, after])] == [0, 2]


# --- the commands ---


def test_the_command_loads_a_file_and_lists_what_was_wrong(world, by, tmp_path, capsys):
    file = tmp_path / "rota.csv"
    file.write_text(ROWS["rota"] + "R2,None,x,rota,soon,later\n", encoding="utf-8")
    words = ["--as", by.user.email, "--reason", "monthly rota", "--source", "rota-system"]
    call_command("import_feed", "rota", str(file), *words, "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["created"], told["rejected"]) == (1, 1)
    listed = (tmp_path / "rota.csv.rejects.csv").read_text(encoding="utf-8")
    assert "soon" not in listed
    assert "not a moment" in listed
    call_command("list_feeds")
    told = capsys.readouterr().out
    assert "rota: Shifts, rota and on-call" in told
    assert "rota-system: 1 rows, last " in told
    assert "nothing has come yet" in told


def test_a_move_of_a_feed_waits_for_the_other_authority_and_changes_nothing(world, by):
    load("moves", ROWS["moves"], by)
    move = HouseMove.objects.get()
    assert (move.awaits_id, move.state) == (THERE, "open")
    assert move.due_at > timezone.now() + 6 * DAY
    assert ChildRecord.objects.get(pk=world.pk).authority_id == HERE


def test_a_referral_answered_on_the_screen_stays_answered(world, by):
    load("referrals", ROWS["referrals"], by)
    kept = Referral.objects.get()
    assert (kept.child, kept.channel, kept.answer) == (world, "letter", "")
    assert answer_referral(key=kept.key, answer=Answer.ADVICE, by=by)
    load("referrals", ROWS["referrals"].replace("09:30,", "09:30,taken_on"), by)
    assert Referral.objects.get().answer == "advice"


def test_a_referral_that_the_case_system_answered_is_answered_here(world, by):
    load("referrals", ROWS["referrals"], by)
    load("referrals", ROWS["referrals"].replace("09:30,", "09:30,taken_on"), by)
    kept = Referral.objects.get()
    assert kept.answer == "taken_on"
    assert kept.answered_at is not None


def test_a_referral_of_an_earlier_hour_is_known_since_its_file_came(world, by):
    load("referrals", ROWS["referrals"], by)
    Referral.objects.update(recorded_at=timezone.now() - 3 * DAY)
    load("referrals", ROWS["referrals"].replace("09:30", "08:00"), by)
    assert Referral.objects.get().recorded_at > timezone.now() - DAY
