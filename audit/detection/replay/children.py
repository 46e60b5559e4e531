"""Loads the children and the work with them, each row with the moment at which it was known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from accounts.models import User
from accounts.models.teams import SiteKind
from audit.detection.replay.folder import Folder, moment
from audit.detection.replay.people import BATCH, LONG_AGO, USING, People
from records.models import (
    Address,
    BirthDate,
    ChildName,
    ChildRecord,
    Enquiry,
    HouseMove,
    Involvement,
    MediatedRequest,
    Practice,
    PracticeRegistration,
    Referral,
    School,
    SchoolPlace,
    Service,
    ShieldRequest,
    WithheldAddress,
)
from records.models.involvement import ServiceKind
from records.models.mediation import MediationOutcome, Urgency
from records.models.moves import MoveState
from records.models.referrals import Channel
from records.search.names import store_counts
from records.search.normalise import norm, parts
from records.search.vocabulary import FAMILY

LONGEST_POSTCODE = 8
SOURCE = "world"


@dataclass
class Children:
    """Rows by the names of the files; `rows` are the cells that the log's facts compare."""

    records: dict[str, ChildRecord] = field(default_factory=dict)
    rows: dict[str, dict[str, str]] = field(default_factory=dict)


def load_children(folder: Folder, people: People) -> Children:
    """The children first, then what was recorded of work with them."""
    children = Children()
    _children(children, people, folder.table("children"))
    _places(children, people)
    _names(children)
    _involvements(children, people, folder)
    _referrals(children, people, folder)
    _requests(children, people, folder)
    _shield_requests(children, people, folder)
    _moves(children, people, folder)
    return children


def _children(children: Children, people: People, rows: list[dict[str, str]]) -> None:
    fallback = next(iter(people.authorities.values()))
    for row in rows:
        children.rows[row["child_id"]] = row
        children.records[row["child_id"]] = ChildRecord(
            authority=people.authorities.get(row.get("local_authority", ""), fallback),
            is_invented=True,
            training_since=LONG_AGO if row.get("is_training") == "1" else None,
            created_at=LONG_AGO,
        )
    ChildRecord.objects.using(USING).bulk_create(children.records.values(), BATCH)
    postcodes: dict[str, str] = {}
    _create(
        ChildName,
        (
            ChildName(
                child=children.records[key],
                use="current",
                given_name=row.get("forename", "")[:80] or "?",
                family_name=row.get("surname", "")[:80] or "?",
                recorded_at=LONG_AGO,
            )
            for key, row in children.rows.items()
        ),
    )
    _create(
        BirthDate,
        (
            BirthDate(
                child=children.records[key],
                born_on=born.date(),
                born_year=born.year,
                recorded_at=LONG_AGO,
            )
            for key, row in children.rows.items()
            if (born := moment(row.get("date_of_birth", "")))
        ),
    )
    _create(
        Address,
        (
            Address(
                child=children.records[key],
                kind="address",
                line_1=row.get("house", "")[:120],
                postcode=_postcode(row["postcode"], postcodes),
                recorded_at=LONG_AGO,
            )
            for key, row in children.rows.items()
            if row.get("postcode")
        ),
    )
    _create(
        WithheldAddress,
        (
            WithheldAddress(child=children.records[key], since=LONG_AGO)
            for key, row in children.rows.items()
            if row.get("shielded") == "1"
        ),
    )


def _postcode(text: str, kept: dict[str, str]) -> str:
    """As it is, or a short one of our own in place of one that is too long."""
    if len(text) <= LONGEST_POSTCODE:
        return text
    return kept.setdefault(text, f"Z{len(kept):07d}")


def _places(children: Children, people: People) -> None:
    schools = {
        name: School(urn=code, is_invented=True)
        for (kind, name), code in people.sites.items()
        if kind == SiteKind.SCHOOL
    }
    practices = {
        name: Practice(ods_code=code, is_invented=True)
        for (kind, name), code in people.sites.items()
        if kind == SiteKind.PRACTICE
    }
    _create(School, schools.values())
    _create(Practice, practices.values())
    _create(
        SchoolPlace,
        (
            SchoolPlace(
                child=children.records[key],
                school=schools[row["school_id"]],
                recorded_at=LONG_AGO,
            )
            for key, row in children.rows.items()
            if row.get("school_id")
        ),
    )
    _create(
        PracticeRegistration,
        (
            PracticeRegistration(
                child=children.records[key],
                practice=practices[row["gp_id"]],
                recorded_at=LONG_AGO,
            )
            for key, row in children.rows.items()
            if row.get("gp_id")
        ),
    )


def _names(children: Children) -> None:
    """How often each family name is borne: what the rarity of a name is read from."""
    counts: Counter[tuple[Any, str]] = Counter()
    for row in children.rows.values():
        whole = row.get("surname", "")
        for name in {norm(whole), *(norm(part) for part in parts(whole))} - {""}:
            counts[FAMILY, name] += 1
    store_counts(counts, len(children.rows), using=USING)


def _involvements(children: Children, people: People, folder: Folder) -> None:
    """Of one open involvement told twice, the one that was known first."""
    services: dict[int, Service] = {}
    found: dict[object, Involvement] = {}
    rows = sorted(folder.table("involvements"), key=lambda row: row.get("recorded_at", ""))
    for n, row in enumerate(rows):
        child, user = children.records.get(row["child_id"]), people.users.get(row["user_id"])
        started = moment(row.get("started_at", "")) or moment(row.get("recorded_at", ""))
        if child is None or user is None or started is None:
            continue
        service = services.setdefault(user.employer_id, _service(user))
        ended = moment(row.get("ended_at", ""))
        day = started.date()
        last = max(day, ended.date()) if ended else None
        key = n if ended else (child.pk, user.employer_id, user.pk)
        found.setdefault(
            key,
            Involvement(
                child=child,
                service=service,
                practitioner=user,
                team=people.teams.get(row.get("team", "")),
                started_on=day,
                ended_on=last,
                last_confirmed_on=day,
                recorded_at=moment(row.get("recorded_at", "")) or started,
            ),
        )
    _create(Service, services.values())
    _create(Involvement, found.values())


def _service(user: User) -> Service:
    return Service(
        organisation=user.employer,
        name=f"Service {user.employer_id}",
        kind=ServiceKind.OTHER,
        is_invented=True,
    )


def _referrals(children: Children, people: People, folder: Folder) -> None:
    found = []
    for n, row in enumerate(folder.table("referrals")):
        child = children.records.get(row["child_id"])
        came = moment(row.get("received_at", "")) or moment(row.get("recorded_at", ""))
        team = people.teams.get(row.get("team", ""))
        organisation = (
            team.organisation if team else people.bases.get(row.get("local_authority", ""))
        )
        if child is None or came is None or organisation is None:
            continue
        recorded = moment(row.get("recorded_at", "")) or came
        found.append(
            Referral(
                organisation=organisation,
                team=team,
                child=child,
                child_named_at=recorded,
                channel=Channel.FEED,
                sender="world",
                came_at=min(came, recorded),
                recorded_at=recorded,
                source=SOURCE,
                source_ref=str(n),
            )
        )
    _create(Referral, found)


def _requests(children: Children, people: People, folder: Folder) -> None:
    enquiries, found = [], []
    for n, row in enumerate(folder.table("mediated_requests")):
        child = children.records.get(row["child_id"])
        requester = people.users.get(row["requester_id"])
        operator = people.users.get(row["operator_id"])
        asked = moment(row.get("requested_at", ""))
        if child is None or operator is None or asked is None or requester in (None, operator):
            continue
        known = max(asked, moment(row.get("recorded_at", "")) or asked)
        enquiry = Enquiry(
            holder=operator,
            organisation=operator.employer,
            purpose="mediated",
            case_reference="",
            fingerprint=n.to_bytes(16, "big"),
            opened_at=asked,
            closed_at=known,
        )
        enquiries.append(enquiry)
        found.append(
            MediatedRequest(
                operator=operator,
                organisation=operator.employer,
                requester=requester,
                called_back_on="0",
                urgency=Urgency.values[0],
                purpose="mediated",
                case_reference="",
                said_of_child="",
                requested_at=asked,
                verified_at=asked,
                enquiry=enquiry,
                child=child,
                opened_at=known,
                outcome=MediationOutcome.values[0],
                answered_at=known,
            )
        )
    _create(Enquiry, enquiries)
    _create(MediatedRequest, found)


def _shield_requests(children: Children, people: People, folder: Folder) -> None:
    by_name: dict[str, list[Any]] = {}
    for (name, _), organisation in people.organisations.items():
        by_name.setdefault(name, []).append(organisation)
    found = []
    for row in folder.table("shield_requests"):
        child, asked = children.records.get(row["child_id"]), moment(row.get("requested_at", ""))
        if child is None or asked is None:
            continue
        found += [
            ShieldRequest(
                child=child, organisation=organisation, requested_at=asked, recorded_at=asked
            )
            for organisation in by_name.get(row.get("organisation", ""), [])
        ]
    _create(ShieldRequest, found)


def _moves(children: Children, people: People, folder: Folder) -> None:
    found = []
    for n, row in enumerate(folder.table("child_moves")):
        child, moved = children.records.get(row["child_id"]), moment(row.get("moved_at", ""))
        old = people.authorities.get(row.get("from_la", ""))
        new = people.authorities.get(row.get("to_la", ""))
        if child is None or moved is None or old is None or new is None or old is new:
            continue
        known = moment(row.get("recorded_at", "")) or moved
        found.append(
            HouseMove(
                child=child,
                from_authority=old,
                to_authority=new,
                awaits=new,
                moved_on=moved.date(),
                recorded_at=known,
                due_at=known + timedelta(days=10),
                state=MoveState.ACCEPTED,
                answered_at=known,
                source=SOURCE,
                source_ref=str(n),
            )
        )
    _create(HouseMove, found)


def _create(model: Any, rows: Iterable[Any]) -> None:
    model.objects.using(USING).bulk_create(list(rows), BATCH)
