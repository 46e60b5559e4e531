"""The scan suspends by itself where it is let, on two unlike reasons; else it says why not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.acting import Acting
from accounts.models import OutboxMessage, User
from accounts.policies import Refused
from accounts.roles import OrganisationKind, Role
from audit.detection import acting
from audit.detection.looks import day_of
from audit.detection.models import AutomaticSuspension, PersonDay
from audit.detection.modes import modes, set_mode
from audit.detection.nightly import learn
from audit.investigations import duty
from audit.investigations.models import Alert, Investigation
from tests.audit.detection.test_scanning import look, scan
from tests.factories import teams
from tests.factories.accounts import acting_as

pytestmark = pytest.mark.django_db(transaction=True)

LOCAL = OrganisationKind.LOCAL_AUTHORITY
PEOPLE, DAYS = 12, 25


@pytest.fixture(autouse=True)
def judged_at_once(settings) -> None:
    settings.HOLD_SECONDS = 0
    scan()


@pytest.fixture
def nosy() -> Acting:
    return acting_as(Role.PRACTITIONER)


@pytest.fixture
def team(nosy: Acting) -> Acting:
    return acting_as(Role.MANAGEMENT_TEAM, at=nosy.base)


@pytest.fixture
def central() -> Acting:
    return acting_as(Role.CENTRAL_TEAM)


@pytest.fixture
def known_weeks() -> None:
    """Four quiet weeks of the role, learned."""
    today = day_of(timezone.now())
    PersonDay.objects.bulk_create(
        PersonDay(
            person=10**6 + person,
            on=today - timedelta(days=DAYS - day),
            role="practitioner",
            looks=5,
            explained=5,
            bands=[5, 0, 0, 0],
        )
        for person in range(PEOPLE)
        for day in range(DAYS)
    )
    learn(today)


def let_it(central: Acting, is_on: bool = True) -> None:
    set_mode(kind=LOCAL, is_on=is_on, why="The teams review within a day.", by=central)


def try_it_on_the_own_child(by: Acting) -> int:
    """Two unlike reasons: the own home, and "test" as the purpose."""
    return look(by, same_household=True, test_words=True)


def test_two_unlike_reasons_suspend_the_account_in_one_act(
    nosy, team, central, known_weeks, events
) -> None:
    let_it(central)
    event = try_it_on_the_own_child(nosy)
    events.mark()
    assert scan() == 1
    nosy.user.refresh_from_db()
    assert nosy.user.status == "suspended"
    case = Investigation.objects.get()
    assert (case.origin, case.event_ids) == ("rule", [event])
    alert = Alert.objects.get()
    assert alert.investigation == case
    assert alert.answered_at is not None
    assert events.actions() == [
        "alert.raised",
        "account.suspended",
        "investigation.opened",
        "manager.notified",
        "alert.answered",
    ]
    assert events.one("alert.answered").detail["gate"] == "own-home-and-more"
    kinds = set(OutboxMessage.objects.values_list("kind", flat=True))
    assert {"manager_told", "suspended", "case_opened"} <= kinds


def test_it_advises_only_until_the_central_team_lets_it(nosy, team, known_weeks, events) -> None:
    try_it_on_the_own_child(nosy)
    events.mark()
    scan()
    assert events.actions() == ["alert.raised"]
    nosy.user.refresh_from_db()
    assert nosy.user.status == "active"
    assert acting.ADVICE in Alert.objects.get().not_checked


def test_one_strong_reason_alone_never_suspends(nosy, team, central, known_weeks) -> None:
    let_it(central)
    look(nosy, same_household=True)
    scan()
    nosy.user.refresh_from_db()
    assert nosy.user.status == "active"
    assert Alert.objects.open().count() == 1


def test_a_role_that_nobody_knows_yet_is_alerted_and_not_suspended(nosy, team, central) -> None:
    let_it(central)
    try_it_on_the_own_child(nosy)
    scan()
    nosy.user.refresh_from_db()
    assert nosy.user.status == "active"


def test_the_last_on_duty_at_night_is_not_suspended_and_the_central_team_is_told(
    nosy, team, central, known_weeks, monkeypatch
) -> None:
    let_it(central)
    monkeypatch.setattr(duty, "is_out_of_hours", lambda at: True)
    rota = teams.team(nosy.base)
    began = timezone.now() - timedelta(hours=1)
    teams.duty(rota, nosy.user, began)
    try_it_on_the_own_child(nosy)
    scan()
    nosy.user.refresh_from_db()
    assert nosy.user.status == "active"
    assert acting.LAST_ON_DUTY in Alert.objects.get().not_checked
    told = OutboxMessage.objects.get(kind="on_call_needed")
    assert told.user == central.user
    colleague = acting_as(Role.PRACTITIONER, at=nosy.base)
    teams.duty(rota, colleague.user, began)
    try_it_on_the_own_child(nosy)
    scan()
    nosy.user.refresh_from_db()
    assert nosy.user.status == "suspended"


def test_without_a_named_manager_the_alert_says_why_nothing_was_suspended(
    nosy, team, central, known_weeks
) -> None:
    let_it(central)
    User.objects.filter(pk=nosy.user.pk).update(line_manager_name="")
    try_it_on_the_own_child(nosy)
    scan()
    nosy.user.refresh_from_db()
    assert nosy.user.status == "active"
    assert acting.NO_MANAGER in Alert.objects.get().not_checked


def test_only_the_central_team_lets_it_and_each_change_is_an_event(
    nosy, team, central, events
) -> None:
    for by in (nosy, team):
        with pytest.raises(Refused):
            let_it(by)
    events.mark()
    let_it(central)
    let_it(central)
    assert events.one("rule.changed").detail == {"kind": "local_authority", "status": "suspends"}
    assert [mode.is_on for mode in modes()] == [True, False]
    let_it(central, is_on=False)
    assert not AutomaticSuspension.objects.get().is_on
