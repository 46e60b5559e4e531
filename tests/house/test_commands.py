"""No command is a back door: each says which door it stands behind, and the door is tried."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands

from accounts.roles import Role
from accounts.staffing.read import REQUIRED
from audit.ledger.events import EventType
from tests.factories.accounts import UserFactory, acting_as

pytestmark = pytest.mark.django_db

OURS = ("accounts", "records", "audit", "contactpoint")

# They touch people or records: a named account, a reason, the policies, an event.
BY_SOMEBODY = {
    "audit_bundle": ["--event", "1"],
    "audit_export": ["--from", "2026-01-01", "--to", "2026-01-02", "--out", "NEWFILE"],
    "check_search": [],
    "import_feed": ["teams", "FILE", "--source", "test"],
    "import_records": ["FILE", "--source", "test"],
    "import_staff": ["STAFF", "--employer", "EMPLOYER"],
    "rebuild_search": [],
    "reinstate_account": ["PERSON"],
    "suspend_account": ["PERSON"],
    "unlock_account": ["PERSON", "--checked", "call_back"],
}
# They invent or evaluate: only where everything is invented.
SYNTHETIC_ONLY = {
    "detection_evaluate": ["--input", "FILE", "--output", "FILE"],
    "demo_people": [],
    "evaluate_search": ["FILE"],
    "explain_search": ["Umar", "Khan"],
    "load_demo_records": ["--children", "10", "--seed", "1"],
    "seed_demo": ["--children", "10"],
}
# They read and write nobody's data; `install_central_body` refuses once any organisation existed,
# and `prepare_demo` is `migrate` and `seed_demo`, which refuses for it.
OF_THE_SYSTEM = {
    "audit_new_era",
    "audit_new_key",
    "audit_partitions",
    "audit_recount",
    "audit_verify",
    "demo",
    "doctor",
    "install_central_body",
    "list_feeds",
    "migrate",
    "permissions_page",
    "prepare_demo",
}


@pytest.fixture
def filled(db, tmp_path):
    """Turns the words FILE, STAFF, PERSON and EMPLOYER of the tables above into what they mean."""
    file = tmp_path / "empty.csv"
    file.write_text("source_ref,given_name,family_name\n", encoding="utf-8")
    staff = tmp_path / "staff.csv"
    staff.write_text(",".join(REQUIRED) + "\n", encoding="utf-8")
    person = UserFactory()
    meant = {
        "FILE": str(file),
        "STAFF": str(staff),
        "PERSON": person.email,
        "EMPLOYER": str(person.employer.key),
    }
    return lambda words: [meant.get(word, word) for word in words]


def test_every_command_of_ours_says_which_door_it_stands_behind():
    ours = {name for name, app in get_commands().items() if app in OURS}
    assert ours == {*BY_SOMEBODY, *SYNTHETIC_ONLY, *OF_THE_SYSTEM}
    files = {path.stem for app in OURS for path in Path(app).glob("management/commands/[a-z]*.py")}
    assert files == ours


@pytest.mark.parametrize("name", sorted(BY_SOMEBODY))
def test_a_command_that_touches_people_or_records_asks_who_and_why(name, filled):
    with pytest.raises(CommandError, match="--as EMAIL --reason") as refused:
        call_command(name, *filled(BY_SOMEBODY[name]))
    assert refused.value.returncode == 2


@pytest.mark.parametrize("name", sorted(BY_SOMEBODY))
def test_a_person_whose_role_does_not_allow_it_is_refused_with_an_event(name, filled, events):
    nobody_special = acting_as(Role.ACCREDITATION_OFFICER).user.email
    words = [*filled(BY_SOMEBODY[name]), "--as", nobody_special, "--reason", "for this test"]
    with pytest.raises(CommandError):
        call_command(name, *words)
    assert EventType.ACCESS_DENIED in events.actions()


@pytest.mark.parametrize("name", sorted(SYNTHETIC_ONLY))
def test_inventing_and_evaluating_is_refused_where_data_may_be_real(name, filled):
    with pytest.raises(CommandError) as refused:
        call_command(name, *filled(SYNTHETIC_ONLY[name]))
    assert refused.value.returncode == 2
