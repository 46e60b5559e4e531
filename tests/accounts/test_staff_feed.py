"""The staff feed: joiners are proposed, leavers close at once, movers lose standing on the day.

Whatever the file of one employer says, nobody of another one is touched.
"""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from accounts.actions import (
    TooManyLeavers,
    accept_joiner,
    accept_mover,
    end_movers_standing,
    import_staff,
    record_identifier,
    refuse_proposal,
)
from accounts.models import (
    IdentifierScheme,
    RoleGrant,
    StaffHousehold,
    StaffLink,
    StaffProposal,
    User,
)
from accounts.policies import Refused
from accounts.roles import Role
from accounts.staffing import BrokenFeed, read_staff
from tests.accounts.test_organisations import TODAY
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import EmployerFactory, UserFactory, acting_as, grant

pytestmark = pytest.mark.django_db
HEAD = "staff_ref,email,given_name,family_name,work_phone,line_manager_name,line_manager_email"
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def school():
    return EmployerFactory()


@pytest.fixture
def team(school):
    return acting_as(Role.MANAGEMENT_TEAM, at=school.parent)


def line(ref, email, *more):
    common = [ref, email, "Kit", "Example", "01632 960 100", "Sam Manager", "sam@x.example"]
    return ",".join([*common, *more])


def csv(*lines, columns=()):
    return read_staff("\n".join([",".join([HEAD, *columns]), *lines]).encode())


def teachers(school, number):
    """People of the school whom its feed knows as T0, T1 …, with a role each."""
    made = []
    for index in range(number):
        user = UserFactory(employer=school)
        grant(user, Role.PRACTITIONER, school)
        StaffLink.objects.create(user=user, employer=school, staff_ref=f"T{index}")
        made.append(user)
    return made


def send(file, school, by, **facts):
    return import_staff(file=file, employer=school, by=by, **facts)


def status_of(user):
    user.refresh_from_db()
    return user.status


def code_of(refused):
    return refused.value.decision.code


# Joiners


def test_a_joiner_waits_for_the_team_and_is_proposed_once(school, team, events):
    file = csv(line("N1", "new@school.example"))
    assert send(file, school, team, reason="daily").joiners == 1
    assert send(file, school, team).joiners == 0
    proposal = StaffProposal.objects.get()
    assert (proposal.kind, proposal.email, proposal.state) == (
        "joiner", "new@school.example", "open",
    )  # fmt: skip
    assert not User.objects.filter(email="new@school.example").exists()
    received = events.since_mark()[0]
    assert (received.action, received.detail["created"]) == ("feed.received", 1)
    assert events.payloads()[received.id] == "daily"


def test_the_team_accepts_a_joiner_who_is_then_known_to_the_feed(school, team, events):
    send(csv(line("N1", "new@school.example")), school, team)
    events.mark()
    invited = accept_joiner(proposal=StaffProposal.objects.get(), by=team)
    assert (invited.user.employer, invited.user.status) == (school, "invited")
    assert events.actions() == ["feed.proposal_accepted", "account.invited"]
    assert send(csv(line("N1", "new@school.example")), school, team).unchanged == 1


def test_a_refused_joiner_is_not_proposed_again(school, team, events):
    file = csv(line("N1", "new@school.example"))
    send(file, school, team)
    events.mark()
    refuse_proposal(proposal=StaffProposal.objects.get(), reason="needs no account", by=team)
    refused = events.one("feed.proposal_refused")
    assert events.payloads() == {refused.id: "needs no account"}
    assert send(file, school, team).joiners == 0


def test_who_comes_second_to_answer_is_told(school, team):
    send(csv(line("N1", "new@school.example")), school, team)
    proposal = StaffProposal.objects.get()
    accept_joiner(proposal=proposal, by=team)
    for again in (
        lambda: accept_joiner(proposal=proposal, by=team),
        lambda: refuse_proposal(proposal=proposal, reason="late", by=team),
    ):
        with pytest.raises(Refused) as refused:
            again()
        assert code_of(refused) == "proposal-answered"
    assert User.objects.filter(email="new@school.example").count() == 1


# Leavers


def test_who_is_in_the_feed_no_more_is_closed_at_once(school, team, events):
    stays, leaves = teachers(school, 2)
    summary = send(csv(line("T0", stays.email)), school, team)
    assert (summary.leavers, status_of(stays), status_of(leaves)) == (1, "active", "closed")
    assert events.one("account.closed").reason == "left-by-the-staff-feed"
    assert not RoleGrant.objects.filter(user=leaves).exists()


@pytest.mark.parametrize(("days", "status"), [(-1, "closed"), (0, "active"), (30, "active")])
def test_a_last_day_counts_until_its_end(school, team, days, status):
    [teacher] = teachers(school, 1)
    last = (TODAY + timedelta(days=days)).isoformat()
    send(csv(line("T0", teacher.email, last), columns=["employed_until"]), school, team)
    assert status_of(teacher) == status


def test_an_account_that_no_feed_ever_knew_is_counted_not_closed(school, team):
    visitor = UserFactory(employer=school)
    summary = send(csv(), school, team)
    assert (summary.unlisted, status_of(visitor)) == (1, "active")


def test_a_person_whose_row_is_wrong_is_not_taken_for_a_leaver(school, team):
    [teacher] = teachers(school, 1)
    summary = send(csv(line("T0", "no address")), school, team)
    assert (summary.leavers, len(summary.rejects), status_of(teacher)) == (0, 1, "active")


def test_absence_counts_only_when_every_row_says_whose_it_is(school, team):
    [teacher] = teachers(school, 1)
    summary = send(csv(line("", "somebody@school.example")), school, team)
    assert (summary.leavers, status_of(teacher)) == (0, "active")


def test_a_feed_that_would_close_too_many_stops_and_asks(school, team, events):
    people = teachers(school, 5)
    file = csv(line("T0", people[0].email))
    with pytest.raises(TooManyLeavers) as stopped:
        send(file, school, team)
    assert (stopped.value.leavers, stopped.value.people) == (4, 5)
    refused = events.one("feed.refused")
    assert (refused.reason, refused.detail["closed"]) == ("too-many-leavers", 4)
    assert {status_of(user) for user in people} == {"active"}
    with pytest.raises(TooManyLeavers):
        send(file, school, team, confirmed_leavers=3)
    assert send(file, school, team, confirmed_leavers=4).leavers == 4


def test_nobody_closes_their_own_account_by_a_feed(school):
    manager = acting_as(Role.MANAGEMENT_TEAM, at=school.parent)
    StaffLink.objects.create(user=manager.user, employer=school.parent, staff_ref="M1")
    assert send(csv(), school.parent, manager).leavers == 0
    assert status_of(manager.user) == "active"


# Movers


def mover(school, ref, user, department="", moves_on="", moves_to=""):
    columns = ["department", "moves_on", "moves_to"]
    return csv(line(ref, user.email, department, moves_on, moves_to), columns=columns)


def test_who_changes_department_loses_the_old_standing_at_once(school, team, events):
    [teacher] = teachers(school, 1)
    send(mover(school, "T0", teacher, "Sixth form"), school, team)
    assert not RoleGrant.objects.filter(user=teacher).exists()
    assert "role.revoked" in events.actions()
    assert status_of(teacher) == "active"
    accept_mover(proposal=StaffProposal.objects.get(), by=team)
    assert StaffLink.objects.get(user=teacher).department == "Sixth form"
    assert send(mover(school, "T0", teacher, "Sixth form"), school, team).movers == 0


def test_a_move_of_a_later_day_ends_the_standing_on_that_day(school, team, events):
    [teacher] = teachers(school, 1)
    send(mover(school, "T0", teacher, "Sixth form", TOMORROW.isoformat()), school, team)
    assert end_movers_standing() == 0
    assert RoleGrant.objects.filter(user=teacher).exists()
    StaffProposal.objects.update(effective_on=TODAY)
    assert end_movers_standing() == 1
    assert end_movers_standing() == 0
    assert not RoleGrant.objects.filter(user=teacher).exists()
    assert events.since_mark()[-1].actor_kind == "job"


def test_a_move_to_another_school_of_the_same_team(school, team, accreditation_officer):
    [teacher] = teachers(school, 1)
    other = EmployerFactory(parent=school.parent)
    record_identifier(
        organisation=other, scheme=IdentifierScheme.URN, value="100002", by=accreditation_officer
    )
    send(mover(school, "T0", teacher, moves_to="urn:100002"), school, team)
    accept_mover(proposal=StaffProposal.objects.get(), by=team)
    teacher.refresh_from_db()
    assert teacher.employer == other
    assert send(csv(), school, team).leavers == 0
    assert send(csv(line("X9", teacher.email)), other, team).unchanged == 1
    assert StaffLink.objects.get(user=teacher).staff_ref == "X9"


def test_a_refused_move_of_a_later_day_changes_nothing(school, team):
    [teacher] = teachers(school, 1)
    file = mover(school, "T0", teacher, "Sixth form", TOMORROW.isoformat())
    send(file, school, team)
    refuse_proposal(proposal=StaffProposal.objects.get(), reason="a mistake", by=team)
    StaffProposal.objects.update(effective_on=TODAY)
    assert end_movers_standing() == 0
    assert RoleGrant.objects.filter(user=teacher).exists()
    assert send(file, school, team).movers == 0


def test_a_move_to_another_teams_school_is_not_the_feeds_to_make(
    school, team, accreditation_officer
):
    [teacher] = teachers(school, 1)
    elsewhere = EmployerFactory()
    record_identifier(
        organisation=elsewhere,
        scheme=IdentifierScheme.URN,
        value="100003",
        by=accreditation_officer,
    )
    summary = send(mover(school, "T0", teacher, moves_to="urn:100003"), school, team)
    assert [reject.column for reject in summary.rejects] == ["moves_to"]
    assert RoleGrant.objects.filter(user=teacher).exists()


# Nobody else's people


def test_the_feed_of_one_employer_never_touches_anothers_people(school, team):
    near, far = EmployerFactory(parent=school.parent), EmployerFactory()
    others = [*teachers(near, 1), *teachers(far, 1)]
    before = [(user.email, status_of(user), user.employer_id) for user in others]
    lines = [line(f"T{n}", user.email, TODAY.replace(year=2020).isoformat()) for n, user in
             enumerate(others)]  # fmt: skip
    summary = send(csv(*lines, columns=["employed_until"]), school, team)
    assert (summary.joiners, summary.movers, summary.leavers) == (0, 0, 0)
    summary = send(csv(*[line(f"T{n}", user.email) for n, user in enumerate(others)]), school, team)
    assert {reject.value_class for reject in summary.rejects} == {"has an account elsewhere"}
    assert before == [(user.email, status_of(user), user.employer_id) for user in others]
    assert RoleGrant.objects.filter(user__in=others).count() == 2
    assert not StaffProposal.objects.exists()


def test_a_team_sends_lists_and_answers_proposals_of_its_own_user_base_alone(school, team):
    stranger = acting_as(Role.MANAGEMENT_TEAM)
    with pytest.raises(Refused) as refused:
        send(csv(), school, stranger)
    assert code_of(refused) == "other-user-base"
    send(csv(line("N1", "new@school.example")), school, team)
    proposal = StaffProposal.objects.get()
    for answer in (
        lambda: accept_joiner(proposal=proposal, by=stranger),
        lambda: refuse_proposal(proposal=proposal, reason="no", by=stranger),
    ):
        with pytest.raises(Refused) as refused:
            answer()
        assert code_of(refused) == "other-user-base"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MANAGEMENT_TEAM, Role.CENTRAL_TEAM}))
def test_other_roles_send_no_list(school, role):
    with pytest.raises(Refused):
        send(csv(), school, acting_as(role))


# Homes


def test_homes_come_as_hashes_and_surnames_normalised(school, team):
    [teacher] = teachers(school, 1)
    hashes = ["a" * 64, "b" * 64]
    columns = ["homes", "former_homes", "postcodes", "former_surnames"]
    row = line("T0", teacher.email, " ".join(hashes), "", "c" * 64, "Ní Bhriain;Smith")
    send(csv(row, columns=columns), school, team)
    kept = StaffHousehold.objects.get()
    assert (kept.homes, kept.former_homes, kept.postcodes) == (hashes, [], ["c" * 64])
    assert kept.former_surnames == ["NI-BHRIAIN", "SMITH"]
    send(csv(line("T0", teacher.email)), school, team)
    kept.refresh_from_db()
    assert kept.homes == hashes


def test_an_address_in_clear_is_rejected_and_not_repeated(school, team):
    [teacher] = teachers(school, 1)
    row = line("T0", teacher.email, '"12 Mill Lane, LS1 1AA"')
    [reject] = send(csv(row, columns=["homes"]), school, team).rejects
    assert reject.value_class == "not a keyed hash"
    assert "Mill" not in str(reject)
    assert not StaffHousehold.objects.exists()


# The file


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"", "must name these columns"),
        (b"staff_ref,email\n", "given_name"),
        ((HEAD + ",home_address\n").encode(), "not known: home_address"),
        ((HEAD + ",email\n").encode(), "twice"),
        ((HEAD + '\n"T0,').encode(), "not proper CSV"),
        (b"x" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_whole(content, words):
    with pytest.raises(BrokenFeed, match=words):
        read_staff(content)


def test_rows_of_the_wrong_length_are_left_out_and_the_file_is_not_whole():
    file = csv(line("T1", "one@x.example", "2020-05-31"), "too,short", columns=["employed_until"])
    assert [row.staff_ref for row in file.rows] == ["T1"]
    assert [(r.line, r.value_class) for r in file.rejects] == [(3, "wrong number of cells")]
    assert not file.is_whole


def test_a_row_is_named_twice_or_wrong():
    file = csv(line("T0", "a@x.example"), line("T0", "b@x.example"), line("T1", "nobody"))
    assert [row.email for row in file.rows] == ["a@x.example"]
    assert [(r.line, r.column, r.value_class) for r in file.rejects] == [
        (3, "staff_ref", "repeated"),
        (4, "email", "not an e-mail address"),
    ]


def test_a_dry_run_tells_what_would_be_and_changes_nothing(school, team, events):
    stays, leaves = teachers(school, 2)
    file = csv(line("T0", stays.email), line("N1", "new@school.example"))
    summary = send(file, school, team, dry_run=True)
    assert (summary.leavers, summary.joiners) == (1, 1)
    assert events.actions() == ["feed.received"]
    assert events.one("feed.received").detail["dry_run"] is True
    assert status_of(leaves) == "active"
    assert not StaffProposal.objects.exists()


def test_the_event_fails_so_nothing_happened(school, team):
    [leaves] = teachers(school, 1)
    file = csv(line("N1", "new@school.example"))
    with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
        send(file, school, team)
    assert status_of(leaves) == "active"
    assert not StaffProposal.objects.exists()


# The command


@pytest.fixture
def file(tmp_path, school):
    path = tmp_path / "staff.csv"
    path.write_text(f"{HEAD}\n{line('N1', 'new@school.example')}\n{line('N2', 'x')}\n")
    return path


def run(capsys, file, school, *more):
    call_command("import_staff", str(file), "--employer", str(school.key), *more)
    return capsys.readouterr().out


def test_the_command_says_what_happened_and_lists_rejects(capsys, file, school, team):
    door = ("--as", team.user.email, "--reason", "daily feed")
    assert "Dry run" in run(capsys, file, school, *door, "--dry-run")
    assert not StaffProposal.objects.exists()
    out = run(capsys, file, school, *door)
    assert "joiners: 1" in out
    rejects = file.with_name("staff.csv.rejects.csv").read_text()
    assert "3,email,not an e-mail address" in rejects
    assert StaffProposal.objects.count() == 1


def test_the_command_stops_before_it_closes_too_many(capsys, file, school, team):
    teachers(school, 5)
    door = ("--as", team.user.email, "--reason", "daily feed")
    with pytest.raises(CommandError, match="--confirm-leavers 5") as stopped:
        run(capsys, file, school, *door)
    assert stopped.value.returncode == 1
    assert "leavers: 5" in run(capsys, file, school, *door, "--confirm-leavers", "5")
