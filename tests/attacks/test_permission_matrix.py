"""Every address, asked by every role for an object of its own and of another user base, with and
without accreditation, active and suspended: what gets through is what was written down by hand.

`make test` runs a seeded slice; `make soak` (MATRIX=full) every cell. A cell that surprises is
named with all its coordinates.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Accreditation, Organisation, OutboxMessage, Sanction, User
from accounts.models.accreditation import SanctionLevel
from accounts.models.users import AccountStatus
from accounts.roles import HOMES, OrganisationKind, Role
from accounts.staffing.read import REQUIRED
from accounts.uploads.judging import FileType, Upload
from accounts.uploads.storage import keep
from audit.investigations.models import CaseFile, Investigation
from records.models import Enquiry
from tests.audit.event_window import EventWindow
from tests.audit.owner import owner_cursor
from tests.factories.accounts import UserFactory, acting_as, sign_in
from tests.house.pages import (
    PAGES,
    World,
    alert_key,
    build_world,
    colleague_key,
    directory_of,
    duty_number,
    investigation_key,
    network_key,
    posting_number,
    report_key,
    team_key,
)
from tests.house.permissions import Line, lines
from tests.house.test_commands import BY_SOMEBODY
from tests.house.urls import routes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(3_600)]

FULL = os.environ.get("MATRIX") == "full"
SLICE = int(os.environ.get("MATRIX_CELLS", "50"))  # of each state in `make test`
SEED = int(os.environ.get("MATRIX_SEED", "20261124"))

OWN, OTHER = "own", "other"
STATUSES = (AccountStatus.ACTIVE, AccountStatus.SUSPENDED)


def lapsed(organisations):
    Accreditation.objects.filter(organisation__in=organisations).update(
        valid_from="2019-01-01", valid_until="2020-01-01"
    )


def withdrawn(organisations):
    Accreditation.objects.filter(organisation__in=organisations).update(
        status="withdrawn", withdrawn_at=Now(), withdrawal_reason="for this test"
    )


def sanctioned(level):
    def sanction(organisations):
        for organisation in organisations:
            Sanction.objects.create(organisation=organisation, level=level, reason="for this test")

    return sanction


# What may be wrong with the organisations of whoever asks.
STATES: dict[str, Callable[..., object]] = {
    "accredited": lambda organisations: None,
    "no-new-users": sanctioned(SanctionLevel.NO_NEW_USERS),
    "read-only": sanctioned(SanctionLevel.READ_ONLY),
    "off": sanctioned(SanctionLevel.OFF),
    "lapsed": lapsed,
    "withdrawn": withdrawn,
}


def enquiry_of(world: World) -> list[object]:
    return [Enquiry.objects.get(holder=world.practitioner).key]


def message_of(world: World) -> list[object]:
    """A message of the world's user base; one that was not given up stays as it is."""
    return [OutboxMessage.objects.filter(base=world.organisation).values_list("pk", flat=True)[0]]


def look_of(world: World) -> list[object]:
    """An event of that base: somebody searched for the child."""
    with owner_cursor() as cursor:
        cursor.execute(
            "SELECT max(id) FROM audit_event WHERE action = 'search.performed' AND actor_id = %s",
            [world.practitioner.pk],
        )
        return list(cursor.fetchone())


def file_of(world: World) -> list[object]:
    """A case of that base, and a file that its person sent."""
    case = Investigation.objects.get(key=investigation_key(world))
    file = CaseFile.objects.filter(entry__investigation=case).first()
    if file is None:
        upload = Upload(FileType.PNG, b"a picture")
        file = CaseFile.objects.create(
            entry=case.entries.earliest("pk"),
            file_key=keep(upload),
            file_type=upload.type.value,
            file_size=len(upload.content),
            file_hash=upload.hash,
        )
    return [case.key, file.key]


def _identifier_of(world: World) -> int:
    return world.school.identifiers.order_by("pk").values_list("pk", flat=True)[0]


# Addresses that are no pages: how they are asked, and what they are about.
NO_PAGES: dict[str, tuple[str, Callable[[World], list[object]]]] = {
    "accounts:withdraw-duty": ("POST", lambda w: [team_key(w), duty_number(w)]),
    "accounts:end-posting": ("POST", lambda w: [colleague_key(w), posting_number(w)]),
    "accounts:end-network": ("POST", lambda w: [network_key(w)]),
    "accounts:rejects": ("GET", lambda world: []),
    "accounts:confirm-change": ("POST", lambda world: []),
    "accounts:cancel-move": ("POST", lambda w: [w.school.key, w.school.moves.get().pk]),
    "accounts:end-identifier": ("POST", lambda w: [w.school.key, _identifier_of(w)]),
    "accounts:end-identity-provider": ("POST", lambda world: [directory_of(world)]),
    "accounts:end-sessions": ("POST", lambda world: []),
    "accounts:forget-device": ("POST", lambda world: []),
    "accounts:end-own-link": ("POST", lambda world: [directory_of(world)]),
    "accounts:end-directory-link": (
        "POST",
        lambda world: [world.colleague.key, directory_of(world)],
    ),
    "accounts:send-again": ("POST", message_of),
    "accounts:own-accreditation": ("GET", lambda world: []),
    "accounts:start-application": ("POST", lambda world: [world.organisation.key]),
    "accounts:take-application": ("POST", lambda world: [world.case.key]),
    "accounts:remove-evidence": ("POST", lambda w: [w.draft.key, "disciplinary-procedures"]),
    "trail:proof": ("GET", look_of),
    "records:confirm-address-search": ("POST", lambda world: [world.address_search]),
    "records:name-referred-child": ("POST", lambda world: [world.child.key]),
    "records:withdraw-move": ("POST", lambda world: [world.move.key]),
    "records:open-moved": ("POST", lambda world: [world.move.key]),
    "records:verify-requester": ("POST", lambda world: [world.request.key]),
    "records:look-for-another": ("POST", lambda world: [world.request.key]),
    "records:close-service": ("POST", lambda world: [world.involvement.service.key]),
    "investigations:answer-alert": ("POST", lambda world: [alert_key(world)]),
    "investigations:suspend-on-alert": ("POST", lambda world: [alert_key(world)]),
    "investigations:answer-report": ("POST", lambda world: [report_key(world)]),
    "investigations:open-on-report": ("POST", lambda world: [report_key(world)]),
    "investigations:file": ("GET", file_of),
    "investigations:names": ("POST", lambda world: [investigation_key(world)]),
    "records:decide-shield": ("POST", lambda world: [world.shield.key]),
    "records:review-shield": ("POST", lambda world: [world.shield.key]),
    "records:propose-to-lift-shield": ("POST", lambda world: [world.shield.key]),
    "records:appeal-shield": ("POST", lambda world: [world.shield.key]),
    "records:shield-together": ("POST", lambda world: [world.shield.key]),
    "records:close-override": ("POST", lambda world: [world.shield.key]),
    "records:open-record": ("POST", lambda world: [world.child.key]),
    "records:end-identifier": ("POST", lambda world: [world.child.key]),
    "records:work-with": ("POST", lambda world: [world.child.key]),
    "records:name-lead": ("POST", lambda world: [world.child.key]),
    "records:confirm-involvement": ("POST", lambda world: [world.child.key]),
    "records:end-involvement": ("POST", lambda world: [world.child.key]),
    "records:choose-enquiry": ("POST", enquiry_of),
    "records:close-enquiry": ("POST", enquiry_of),
}


def methods(name: str) -> set[str]:
    """A page answers both; what is no page answers its own method."""
    return {"GET", "POST"} if name in PAGES else {NO_PAGES[name][0]} if name in NO_PAGES else set()


@dataclass(frozen=True)
class Cell:
    """One question: may this person, in this state, ask for this?"""

    name: str
    method: str
    role: Role | None
    theirs: str
    status: AccountStatus

    def __str__(self) -> str:
        who = self.role.value if self.role else "no role"
        return f"{self.method} {self.name}, {self.theirs} base, by {who}, {self.status.value}"


@dataclass
class Stage:
    """Two user bases, and a person of each role in the first one (or in the central body)."""

    worlds: dict[str, World]
    people: dict[Role | None, User]
    client: Client = field(default_factory=Client)

    def address(self, cell: Cell) -> str:
        world = self.worlds[cell.theirs]
        if cell.name in NO_PAGES:
            return reverse(cell.name, args=NO_PAGES[cell.name][1](world))
        return PAGES[cell.name].path(world)

    def ask(self, cell: Cell) -> HttpResponse:
        """The request, in a session opened while the account was still active."""
        user, client = self.people[cell.role], Client()
        sign_in(client, user)
        if cell.status is not AccountStatus.ACTIVE:
            _set_status(user, cell.status)
        try:
            if cell.method == "POST":
                return client.post(self.address(cell), {})  # type: ignore[return-value]
            return client.get(self.address(cell))  # type: ignore[return-value]
        finally:
            _set_status(user, AccountStatus.ACTIVE)


def _set_status(user: User, status: AccountStatus) -> None:
    reason = "" if status is AccountStatus.ACTIVE else "for this test"
    User.objects.filter(pk=user.pk).update(status=status, status_reason=reason)


def build_stage() -> Stage:
    cache.clear()
    worlds = {OWN: build_world(1), OTHER: build_world(2)}
    base = worlds[OWN].practitioner.employer
    nobody_special: User = UserFactory(employer=base)  # type: ignore[assignment]
    people: dict[Role | None, User] = {None: nobody_special}
    for role in Role:
        is_local = OrganisationKind.LOCAL_AUTHORITY in HOMES[role]
        user = acting_as(role, at=base if is_local else None).user
        assert user is not None
        people[role] = user
    return Stage(worlds, people)


def spoil(stage: Stage, state: str) -> None:
    """Puts the organisations of whoever asks into this state; the other base stays as it is."""
    concerned = Organisation.objects.filter(
        pk__in={user.employer_id for user in stage.people.values()}
    )
    STATES[state](concerned)


def cells() -> Iterator[Cell]:
    """Every question; those of one address together."""
    for route in routes():
        about = (OWN, OTHER) if "<" in route.pattern else (OWN,)  # without an object it is the same
        asked = product(sorted(methods(route.name)), [*Role, None], about, STATUSES)
        yield from (Cell(route.name, *one) for one in asked)


def chosen(state: str) -> list[Cell]:
    every = [cell for cell in cells() if not _is_harmful(cell, state)]
    if FULL:
        return every
    chance = random.Random(f"{SEED} {state}")  # noqa: S311  a sample, no secret
    return chance.sample(every, SLICE)


def expected(cell: Cell, state: str) -> bool:
    """What the hand-written file says."""
    line = LINES[cell.name]
    if line.everybody == "public":
        return True
    if cell.status is not AccountStatus.ACTIVE:
        return False
    if line.everybody == "signed-in":
        return True
    return line.allows(cell.role, own=cell.theirs == OWN, state=state)


LINES: dict[str, Line] = lines("url")


def _is_harmful(cell: Cell, state: str) -> bool:
    """An allowed POST changes something, so only its refusals are tried; allauth's pages about
    one's own factors are tried with one's own elsewhere (`tests/attacks/test_sign_in.py`).
    """
    if cell.name in OF_THEIR_ORGANISATION and cell.theirs == OTHER and state != "accredited":
        return True
    return LINES[cell.name].everybody == "self" or (cell.method == "POST" and expected(cell, state))


def surprise(cell: Cell, state: str, response: HttpResponse, events: list[SimpleNamespace]) -> str:
    """What is wrong with the answer; nothing if it is as expected, with its event."""
    if LINES[cell.name].everybody == "public" or response.status_code == NO_SUCH_METHOD:
        return f"{cell}: {response.status_code}" if response.status_code >= 500 else ""
    allowed = _let_through(response)
    if LINES[cell.name].roles[cell.role] == "self" and _has_nothing(cell, response):
        return ""
    if allowed != expected(cell, state):
        return f"{cell}, {state}: {'allowed' if allowed else 'denied'} ({response.status_code})"
    refusals = [event for event in events if _tells_a_refusal(event)]
    if not allowed and len(refusals) != 1:
        return f"{cell}, {state}: denied with events {[event.action for event in events]}"
    if allowed and refusals:
        return f"{cell}, {state}: allowed with a refusal, {refusals[0].reason}"
    return ""


def _has_nothing(cell: Cell, response: HttpResponse) -> bool:
    """A person has nothing of their own there: told so on their own list, or not found."""
    own_list = response.status_code == 302
    return own_list or (response.status_code == 404 and cell.name in WITHOUT_OBJECT)


WITHOUT_OBJECT = {route.name for route in routes() if "<" not in route.pattern}
# Closed by a sanction on the organisation that is asked about, whoever asks.
OF_THEIR_ORGANISATION = {"accounts:invite-again"}

NO_SUCH_METHOD = 405
TURNED_AWAY = ("/account/login/", "/account/inactive/", "/roles/choose/")


def _let_through(response: HttpResponse) -> bool:
    if response.status_code == 302:
        return not response.headers["Location"].startswith(TURNED_AWAY)
    return response.status_code not in {403, 404}


def _tells_a_refusal(event: SimpleNamespace) -> bool:
    return bool(event.outcome == "denied" or event.action == "session.revoked")


@pytest.mark.parametrize("state", STATES)
def test_every_address_answers_as_written_down(state, events):
    stage = build_stage()
    spoil(stage, state)
    surprises = []
    asked = chosen(state)
    for cell in asked:
        events.mark()
        response = stage.ask(cell)
        surprises.append(surprise(cell, state, response, events.since_mark()))
        cache.clear()
    found = [words for words in surprises if words]
    print(f"{state}: {len(asked)} cells, {len(found)} surprises")  # noqa: T201  for the closing note
    assert not found, "\n".join(found)


@pytest.mark.parametrize("role", Role)
def test_every_command_lets_through_whom_the_file_names(role, tmp_path, events):
    """Refused with an event, or let through; what it then finds to do is tested elsewhere."""
    stage = build_stage()
    file = tmp_path / "empty.csv"
    file.write_text("source_ref,given_name,family_name\n", encoding="utf-8")
    staff = tmp_path / "staff.csv"
    staff.write_text(",".join(REQUIRED) + "\n", encoding="utf-8")
    by, surprises = stage.people[role], []
    for name, theirs in product(sorted(BY_SOMEBODY), (OWN, OTHER)):
        words = {
            "FILE": str(file),
            "PERSON": stage.worlds[theirs].colleague.email,
            "STAFF": str(staff),
            "EMPLOYER": str(stage.worlds[theirs].school.key),
        }
        given = [words.get(word, word) for word in BY_SOMEBODY[name]]
        events.mark()
        _run(name, given, by, events)
        denied = "access.denied" in events.actions()
        if denied is lines("command")[name].allows(role, own=theirs == OWN):
            surprises.append(
                f"{name}, {theirs} base, by {role}: {'denied' if denied else 'let in'}"
            )
    assert surprises == []


def _run(name: str, words: list[str], by: User, events: EventWindow) -> None:
    try:
        call_command(name, *words, "--as", by.email, "--reason", "for this test")
    except CommandError:
        return


def test_the_matrix_misses_no_address():
    asked = {cell.name for cell in cells()}
    machines = {name for name, line in LINES.items() if line.everybody in {"public", "self"}}
    assert {route.name for route in routes()} - asked <= machines
