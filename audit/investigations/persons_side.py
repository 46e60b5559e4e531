"""What the person it is about reads of their case, and what they answer.

They read no sentence that was drawn from look-ups: such a sentence may say where a child lives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.acting import Acting
from accounts.encryption import decrypt
from accounts.messages import MessageKind
from accounts.policies import require
from accounts.signin.changes import team_of
from accounts.uploads import Upload, discard, keep
from audit.investigations.actions import both_teams
from audit.investigations.entries import tell, write_to_all
from audit.investigations.models import AskedOf, CaseFile, Investigation, InvestigationEntry, Origin
from audit.investigations.policies import (
    NO_SUCH_INVESTIGATION,
    NoSuchInvestigation,
    can_be_heard,
)
from audit.ledger.events import EventType
from audit.ledger.writer import append

MOST_FILES = 20  # of one case
# What a rule says without saying anything of a child that its reader does not know.
PLAIN_RULES = {
    "R02": "A child\u2019s family name is your own.",
    "R16": "The reason that you stated reads like a test.",
}
NOT_SAID = (
    "Other things about the children may count as well. They are not written here, because they"
    " could tell where a child lives. Whoever decides knows them."
)
REPORTED = "Somebody reported a concern about how your account was used. Ask whoever decides what."
_OF_THE_PERSON = Q(what__in=[EventType.INVESTIGATION_ANSWERED, EventType.INVESTIGATION_APPEALED])


@dataclass(frozen=True, slots=True)
class Said:
    """A question to the person, or something they said."""

    at: datetime
    what: str
    said: str
    files: int


@dataclass(frozen=True, slots=True)
class PersonsSide:
    """The case as its person sees it."""

    case: Investigation
    reasons: list[str]
    thread: list[Said]
    may_answer: bool


def read_own_case(*, key: UUID, by: Acting) -> PersonsSide:
    """One's own case, and an event of the reading. Raises `NoSuchInvestigation`."""
    case = find_own_case(key=key, by=by)
    with transaction.atomic():
        append(
            EventType.INVESTIGATION_READ,
            actor=by.actor,
            target_type="investigation",
            target_id=case.pk,
            detail={"user_id": case.person_id, "kind": "own"},
        )
    own = Q(by=case.person) & _OF_THE_PERSON
    entries = case.entries.filter(own | Q(to=AskedOf.PERSON)).prefetch_related("files")
    return PersonsSide(
        case, plain_reasons(case), [_said(each) for each in entries], can_be_heard(by, case).allowed
    )


def find_own_case(*, key: UUID, by: Acting) -> Investigation:
    """The case, if it is about whoever asks. Raises `NoSuchInvestigation`."""
    cases = Investigation.objects.select_related("person__employer__parent", "base", "reviewer")
    case = cases.filter(key=key, person=by.user).first()
    if case is None:
        raise NoSuchInvestigation(NO_SUCH_INVESTIGATION)
    return case


def plain_reasons(case: Investigation) -> list[str]:
    """The reasons, without anything that could tell where a child lives."""
    if case.origin == Origin.SAID:  # the words of whoever reported it could say who that was
        return [REPORTED]
    if not case.event_ids:
        return [decrypt(reason) for reason in case.reasons]
    looks = len(case.event_ids)
    counted = "1 look-up" if looks == 1 else f"{looks} look-ups"
    fired = {code for rules in case.alerts.values_list("rules", flat=True) for code in rules}
    return [
        f"You made {counted} for which no reason was found in what is recorded of your work.",
        *(words for code, words in PLAIN_RULES.items() if code in fired),
        NOT_SAID,
    ]


def answer(
    *, case: Investigation, said: str, upload: Upload | None = None, by: Acting
) -> InvestigationEntry:
    """What the person says, with a file if there is one; the reviewer is told. Raises `Refused`."""
    stored = keep(upload) if upload else None
    try:
        with transaction.atomic():
            locked = _locked(case, by)
            entry = tell(EventType.INVESTIGATION_ANSWERED, locked, by, said, kind="own")
            if stored and upload:
                CaseFile.objects.create(
                    entry=entry,
                    file_key=stored,
                    file_type=upload.type.value,
                    file_size=len(upload.content),
                    file_hash=upload.hash,
                )
            told = [locked.reviewer] if locked.reviewer else team_of(locked.person)
            write_to_all(MessageKind.PERSON_ANSWERED, told, locked, by)
    except BaseException:
        if stored:
            discard(stored)
        raise
    return entry


def appeal(*, case: Investigation, said: str, by: Acting) -> None:
    """Asks for the decision to be looked at by others: the central team is told as well. Raises
    `Refused`.
    """
    with transaction.atomic():
        locked = _locked(case, by, appeals=True)
        tell(EventType.INVESTIGATION_APPEALED, locked, by, said, kind="own")
        write_to_all(MessageKind.CASE_APPEALED, both_teams(locked.person), locked, by)


def has_room(case: Investigation) -> bool:
    """Whether one more file is taken."""
    return CaseFile.objects.filter(entry__investigation=case).count() < MOST_FILES


def _locked(case: Investigation, by: Acting, *, appeals: bool = False) -> Investigation:
    rows = Investigation.objects.select_for_update(of=("self",))
    locked = rows.select_related("person__employer__parent", "reviewer").get(pk=case.pk)
    require(
        can_be_heard(by, locked, appeals=appeals),
        target_type="investigation",
        target_id=locked.pk,
    )
    return locked


def _said(entry: InvestigationEntry) -> Said:
    words = {
        EventType.INVESTIGATION_QUESTIONED: "You were asked",
        EventType.INVESTIGATION_ANSWERED: "You answered",
        EventType.INVESTIGATION_APPEALED: "You appealed",
    }
    files = len(entry.files.all())
    return Said(entry.at, words[EventType(entry.what)], decrypt(entry.said), files)
