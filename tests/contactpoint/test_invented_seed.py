"""Seeding: the same people and children however often it runs, and never on real data."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.apps import apps
from django.contrib.auth.password_validation import (
    UserAttributeSimilarityValidator,
    validate_password,
)
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.acting import operator
from accounts.actions import withdraw_accreditation
from accounts.models import (
    Accreditation,
    AccreditationApplication,
    Organisation,
    RoleGrant,
    Sanction,
    StaffProposal,
    Team,
    User,
)
from accounts.states import State
from accounts.synthetic import MARK
from contactpoint.invented.applying import APPLYING
from contactpoint.invented.enrol import applicant_of
from contactpoint.invented.people import BODIES, PEOPLE, credentials_of
from contactpoint.invented.room import NoRoom, require_room
from records.models import (
    ChildRecord,
    ChildSearch,
    HouseMove,
    Involvement,
    MediatedRequest,
    Referral,
    School,
    Service,
    ServiceMessage,
)
from tests.audit.owner import owner_cursor
from tests.factories.accounts import reference_data

pytestmark = pytest.mark.django_db
CHILDREN = 400
# Not shown, they only apply; the one applicant who is shown stands among the people.
APPLICANTS = {applicant_of(body).email for body in BODIES}
APPLICANTS |= {one.person.email for one in APPLYING} - {person.email for person in PEOPLE}


@pytest.fixture
def synthetic() -> Iterator[None]:
    """The test database carries the mark of invented data while the test runs."""
    with owner_cursor() as cursor:
        cursor.execute("SELECT current_database()")
        (name,) = cursor.fetchone()
        cursor.execute(f"COMMENT ON DATABASE {name} IS '{MARK}'")
        yield
        cursor.execute(f"COMMENT ON DATABASE {name} IS NULL")


@pytest.fixture
def demo(synthetic, settings) -> None:
    """A database as the demonstration seeds it. Argon2 would take a second for three people."""
    reference_data()
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def run(command: str, *args: str) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


def seed(number: int = CHILDREN) -> str:
    return run("seed_demo", "--children", str(number))


def counts() -> dict[str, int]:
    """Rows of every table of ours, by model."""
    return {
        model._meta.label: model.objects.count()
        for app in ("accounts", "records")
        for model in apps.get_app_config(app).get_models()
    }


def test_seeding_makes_people_places_and_searchable_children(demo):
    said = seed()
    assert f"{CHILDREN} children are there" in said
    assert ChildRecord.objects.filter(is_invented=True).count() == CHILDREN
    assert ChildSearch.objects.count() == CHILDREN
    assert User.objects.filter(is_invented=True).count() == len(PEOPLE) + len(APPLICANTS)
    assert not School.objects.filter(name="").exists()


def test_seeding_again_changes_nothing(demo, events):
    seed()
    before = counts()
    events.mark()
    seed()
    assert counts() == before
    assert events.actions() == []


def test_the_demonstration_has_a_merged_school_and_a_joiner_who_waits(demo):
    seed(0)
    merged = Organisation.objects.get(closed_at__isnull=False)
    assert merged.successor.parent == merged.parent
    assert merged.identifiers.get().successor.organisation == merged.successor
    assert StaffProposal.objects.get().employer.is_open


def test_everybody_of_the_demonstration_has_something_to_do(demo):
    seed()
    assert Referral.objects.open().count() == 2
    assert Referral.objects.filter(child__isnull=True).count() == 1
    assert {move.awaits.name for move in HouseMove.objects.open()} == {"Leeds"}
    assert MediatedRequest.objects.usable().count() == 1
    assert ServiceMessage.objects.count() == 1
    assert {team.organisation.name for team in Team.objects.all()} >= {"Bristol, City of"}
    assert Service.objects.exclude(opening_hours="").exists()


def test_seeding_more_adds_the_next_children_and_leaves_the_first(demo):
    seed(100)
    first = list(ChildRecord.objects.order_by("pk").values_list("pk", "key", "amended_at"))
    seed(250)
    now = ChildRecord.objects.order_by("pk").values_list("pk", "key", "amended_at")
    assert list(now)[:100] == first
    assert len(now) == 250


def test_what_seeding_did_stands_in_the_trail(demo, events):
    seed()
    actions = events.actions()
    assert actions[0] == "system.installed"
    assert actions.count("account.activated") == len(PEOPLE) + len(APPLICANTS)
    assert events.one("record.imported").result_count == CHILDREN
    assert events.one("command.run").detail["created"] == Involvement.objects.count()
    assert {event.actor_role for event in events.since_mark() if event.actor_kind == "command"} == {
        "demo_operator:seed_demo",
        "central_team",  # who vouches, starts applications, gives powerful roles
        "accreditation_officer",
        "applicant",
        "management_team",  # who keeps teams, and has to do something today
        "practitioner",
        "mediator",
    }


def test_everyone_can_sign_in_with_what_is_shown_and_act(demo):
    seed(0)
    shown = json.loads(run("demo_people", "--json"))
    assert [person["email"] for person in shown] == [person.email for person in PEOPLE]
    for person in shown:
        user = User.objects.get(email=person["email"])
        factor = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
        assert user.check_password(person["password"])
        assert decrypt(factor.data["secret"]) == person["totp_secret"]
    acting = RoleGrant.objects.in_standing().values_list("user__email", flat=True)
    assert set(acting) == {person["email"] for person in shown} | APPLICANTS


def test_the_table_names_role_organisation_and_what_to_sign_in_with(demo):
    seed(0)
    (first, *_) = json.loads(run("demo_people", "--json"))
    assert list(first) == ["role", "organisation", "name", "email", "password", "totp_secret"]
    assert first["role"] == "Practitioner"


def test_passwords_differ_and_would_be_accepted(settings):
    passwords = {credentials_of(person).password for person in PEOPLE}
    assert len(passwords) == len(PEOPLE)
    for password in passwords:
        validate_password(password)


def test_another_installation_has_other_passwords(settings):
    here = credentials_of(PEOPLE[0])
    settings.SECRET_KEY = "that of another checkout"
    there = credentials_of(PEOPLE[0])
    assert here.password != there.password
    assert here.totp_secret != there.totp_secret


def test_no_person_of_the_demonstration_can_be_sent_mail():
    for person in PEOPLE:
        assert person.email.endswith(".example")
        assert person.line_manager_email.endswith(".example")


def test_a_lapsed_accreditation_is_renewed_at_the_next_start(demo):
    seed(0)
    today = timezone.localdate()
    lapsed = Accreditation.objects.get(organisation__name="Leeds")
    lapsed.valid_from, lapsed.valid_until = today - timedelta(400), today - timedelta(35)
    lapsed.save()
    seed(0)
    assert Accreditation.objects.in_force().filter(organisation=lapsed.organisation).count() == 1


def test_a_withdrawn_accreditation_stays_withdrawn(demo):
    seed(0)
    leeds = Organisation.objects.get(name="Leeds")
    withdraw_accreditation(
        accreditation=leeds.accreditations.get(),
        reason="tried out",
        by=operator(None, None, "a test"),
    )
    seed(0)
    assert not Accreditation.objects.in_force().filter(organisation=leeds).exists()


def test_practitioners_know_children_of_their_own_and_some_entries_are_stale(demo):
    seed()
    assert Involvement.objects.filter(practitioner__isnull=False).exists()
    today = timezone.localdate()
    confirmed = Involvement.objects.values_list("last_confirmed_on", flat=True)
    ages = {(today - day).days // 120 for day in confirmed}
    assert {0, 1, 4} <= ages
    assert Service.objects.filter(is_sensitive=True, kind="mental_health").exists()


@pytest.mark.parametrize(
    "command",
    [
        ["seed_demo", "--children", "1"],
        ["load_demo_records", "--children", "1"],
        ["demo_people"],
    ],
)
def test_nothing_invented_enters_a_database_that_is_not_marked(command, settings):
    reference_data()
    settings.DEMO = True
    with pytest.raises(CommandError, match="not marked synthetic") as refusal:
        call_command(*command)
    assert refusal.value.returncode == 2
    assert not Organisation.objects.exists()
    assert not ChildRecord.objects.exists()


def test_nobody_is_shown_outside_a_demonstration(demo, settings):
    seed(0)
    settings.DEMO = False
    with pytest.raises(CommandError) as refusal:
        run("demo_people", "--json")
    assert refusal.value.returncode == 2


def test_an_invented_england_grows_from_where_it_ended(demo):
    run("load_demo_records", "--children", "60", "--seed", "north")
    run("load_demo_records", "--children", "60", "--seed", "south")
    run("load_demo_records", "--children", "90", "--seed", "north")
    assert ChildRecord.objects.count() == 150


def test_a_load_that_would_fill_the_disk_is_refused_before_it_begins(demo):
    with pytest.raises(CommandError, match="on the disk") as refusal:
        run("load_demo_records", "--children", "99000000000", "--seed", "1")
    assert refusal.value.returncode == 2
    assert not School.objects.exists()


def test_a_small_load_has_room():
    require_room(10)
    with pytest.raises(NoRoom):
        require_room(10**12)


def test_the_officer_of_the_demonstration_finds_work_in_every_state(demo):
    seed(0)
    names = [one.name for one in APPLYING]
    rows = AccreditationApplication.objects.filter(organisation__name__in=names)
    found = dict(rows.values_list("organisation__name", "status"))
    for one in APPLYING:
        expected = State.ACCREDITED if one.state is State.SANCTIONED else one.state
        assert found[one.name] == expected, one.name
    assert Sanction.objects.live().count() == 1


def test_whatever_the_key_no_invented_password_resembles_its_address(settings):
    """One in some dozens did by chance, and the demo did not start."""
    validator = UserAttributeSimilarityValidator()
    for number in range(40):
        settings.SECRET_KEY = f"key {number}"
        for invented in PEOPLE:
            validator.validate(credentials_of(invented).password, User(email=invented.email))
