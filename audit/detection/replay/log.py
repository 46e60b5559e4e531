"""Writes a world's log as events of the ledger, with the facts that the index would have recorded.

Everything at once, each event with its own moment: the simulated clock says what may be read.
"""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.contrib.auth.models import Permission
from django.db import connections

from accounts.households import Home, home_hashes, keys_of, postcode_hash
from accounts.models import RoleGrant, User
from accounts.roles import Role
from audit.detection.replay.children import Children
from audit.detection.replay.folder import Line
from audit.detection.replay.people import USING, People, role_name
from audit.ledger.canonical import canonical_json
from audit.ledger.events import EventType
from records.search.criteria import follows, hashed_criteria, is_test
from records.search.normalise import parts
from records.search.terms import SearchTerms, TypedDate

ERA = 1  # over: so everything in it may be read
PORTION = 50_000  # events written at once
LATE = timedelta(seconds=5)  # how much later than it was done an event may come and be told no more
ACTIONS = {
    "view": EventType.RECORD_VIEWED,
    "print": EventType.RECORD_PRINTED,
    "export": EventType.RECORD_EXPORTED,
    "shield_override": EventType.SHIELD_OVERRIDDEN,
    "shield_lift": EventType.RECORD_UNSHIELDED,
    "shield_apply": EventType.RECORD_SHIELDED,
    "search": EventType.SEARCH_PERFORMED,
    "login": EventType.AUTH_LOGIN,
    "logout": EventType.AUTH_LOGOUT,
}
BOXES = {
    "surname": "family_name",
    "forename": "given_name",
    "dob": "date_of_birth",
    "postcode": "postcode",
    "house": "house",
    "child_id": "identifier",
}
COLUMNS = (
    "id, era, xid, recorded_at, action, outcome, actor_kind, actor_id, actor_role, actor_org,"
    " actor_base, on_behalf_of, session_ref, network_id, target_type, target_id, child_authority,"
    " purpose, query_fields, result_count, facts"
)
_NEXT_ERA = "INSERT INTO audit_era (era, system_identifier, first_xid) VALUES (%s, 1, '1')"
_PARTITION = """
    CREATE TABLE IF NOT EXISTS audit_part.{name} PARTITION OF public.audit_event
        FOR VALUES FROM (%s) TO (%s)
"""


@dataclass
class Log:
    """What was written: the names of events and accounts, and the first and last moment."""

    numbers: list[str] = field(default_factory=list)  # by id - 1
    first: datetime | None = None
    last: datetime | None = None
    months: set[date] = field(default_factory=set)
    made: set[date] = field(default_factory=set)  # months that have their partition

    def add(self, line: Line) -> None:
        """One more event."""
        self.numbers.append(line.number)
        self.first = min(self.first or line.recorded_at, line.recorded_at)
        self.last = max(self.last or line.recorded_at, line.recorded_at)
        self.months.add(line.recorded_at.date().replace(day=1))


def write_log(lines: Iterable[Line], people: People, children: Children) -> Log:
    """Writes the events in the order of arrival, a portion at a time."""
    log, writer, rows = Log(), _Writer(people, children), list[str]()
    with connections[USING].cursor() as cursor:
        cursor.execute(_NEXT_ERA, [ERA + 1])
        for line in lines:
            row = writer.row(line, len(log.numbers) + 1)
            if row is None:
                continue
            log.add(line)
            rows.append(row)
            if len(rows) == PORTION:
                _copy(cursor, log, rows)
        _copy(cursor, log, rows)
        writer.grant_duties()
        cursor.execute("ANALYZE")
    return log


def _copy(cursor: Any, log: Log, rows: list[str]) -> None:
    """Writes these rows, into partitions that are made as they are needed."""
    for month in sorted(log.months - log.made):
        _make_partition(cursor, month)
    log.made |= log.months
    cursor.copy_expert(f"COPY audit_event ({COLUMNS}) FROM STDIN", io.StringIO("".join(rows)))
    rows.clear()


def _make_partition(cursor: Any, month: date) -> None:
    after = (month + timedelta(days=32)).replace(day=1)
    name = f"audit_event_y{month:%Y}m{month:%m}"
    bounds = [f"{month.isoformat()} 00:00+00", f"{after.isoformat()} 00:00+00"]
    cursor.execute(_PARTITION.format(name=name), bounds)


@dataclass
class _Writer:
    """Turns lines into rows."""

    people: People
    children: Children
    before: dict[str, SearchTerms] = field(default_factory=dict)  # by session
    duties: dict[tuple[str, Role], datetime] = field(default_factory=dict)  # by role: since when
    facts: dict[tuple[str, str], dict[str, bool]] = field(default_factory=dict)
    hashes: dict[tuple[str, int], tuple[set[str], str]] = field(default_factory=dict)

    def row(self, line: Line, number: int) -> str | None:
        """One line of COPY; None for an action or an account that is not known of."""
        action, user = ACTIONS.get(line.action), self.people.users.get(line.actor)
        if action is None or user is None:
            return None
        child = self.children.records.get(line.record)
        if line.record and child is None:
            return None
        asker = self.people.users.get(line.on_behalf_of)
        network = self.people.networks.get(line.network)
        self._note_duties(line)
        is_search = action is EventType.SEARCH_PERFORMED
        boxes = sorted(BOXES[name] for name in line.criteria if name in BOXES)
        return _copied(
            number,
            ERA,
            number,  # as if each were a transaction of its own
            line.recorded_at.isoformat(),
            action.value,
            "success",
            "person",
            user.pk,
            role_name(line.role),
            user.employer_id,
            user.employer.parent_id or user.employer_id,
            asker.pk if asker else None,
            _session(line.session),
            network.pk if network else None,
            "child_record" if child else None,
            child.pk if child else None,
            child.authority_id if child else None,
            _purpose(line.reason),
            "{" + ",".join(boxes) + "}" if is_search and boxes else None,
            line.result_count if is_search else None,
            canonical_json({"v": 2, **self._facts(line, user)}),
        )

    def _facts(self, line: Line, user: User) -> dict[str, object]:
        found: dict[str, object] = {}
        if line.action == "search":
            found |= self._searched(line)
        elif line.record:
            key = (line.actor, line.record)
            if key not in self.facts:
                self.facts[key] = self._compared(user, line.record)
            found |= self.facts[key]
        if is_test(line.text):
            found["test_words"] = True
        if line.recorded_at - line.occurred_at > LATE:
            found["occurred_at"] = line.occurred_at.isoformat()
        return found

    def _searched(self, line: Line) -> dict[str, object]:
        terms = _terms(line.criteria)
        told = {
            "criteria": hashed_criteria(terms),
            "follows_previous": follows(terms, self.before.get(line.session)),
        }
        self.before[line.session] = terms
        return told

    def _compared(self, user: User, child: str) -> dict[str, bool]:
        """The facts of a look, for those that hold."""
        row = self.children.rows[child]
        own = self.people.homes.get(user.pk)
        here, postcode = self._home_of(child, user)
        told = {
            "same_surname": bool(self._surname(user) & set(parts(row.get("surname", "")))),
            "same_household": own is not None and not here.isdisjoint(own.homes),
            "former_household": own is not None and not here.isdisjoint(own.former_homes),
            "same_postcode": own is not None and postcode in own.postcodes,
            "colleague_household": any(
                pk != user.pk for home in here for pk in self.staff_homes.get(home, ())
            ),
        }
        return {fact: True for fact, holds in told.items() if holds}

    def _surname(self, user: User) -> set[str]:
        return set(parts(user.family_name))

    @cached_property
    def staff_homes(self) -> dict[str, set[int]]:
        """Who lives behind each hash; a hash is made with the key of an employer."""
        found: dict[str, set[int]] = defaultdict(set)
        for pk, household in self.people.homes.items():
            for home in household.homes:
                found[home].add(pk)
        return found

    def _home_of(self, child: str, user: User) -> tuple[set[str], str]:
        key = (child, user.employer_id)
        if key not in self.hashes:
            row = self.children.rows[child]
            home = Home(row.get("house", ""), "", row.get("postcode", ""))
            [secret] = keys_of(user.employer)
            near = postcode_hash(home.postcode, secret) if home.postcode else ""
            self.hashes[key] = (set(home_hashes(home, secret)), near)
        return self.hashes[key]

    def _note_duties(self, line: Line) -> None:
        """Who applies shields administers them, who acts for others mediates: the whole role does,
        from the first time that one of them did.
        """
        if line.action == "shield_apply":
            self.duties.setdefault((line.role, Role.SHIELD_ADMINISTRATOR), line.recorded_at)
        if line.on_behalf_of:
            self.duties.setdefault((line.role, Role.MEDIATOR), line.recorded_at)

    def grant_duties(self) -> None:
        """Grants the roles that were noted."""
        since: dict[int, datetime] = {}
        known = {role: Permission.objects.using(USING).get(codename=role) for role in Role}
        for (name, role), at in sorted(self.duties.items()):
            holders = [user for user in self.people.users.values() if self._role(user) == name]
            grants = RoleGrant.objects.using(USING).bulk_create(
                RoleGrant(
                    user=user, permission=known[role], content_object=user.employer, reason="world"
                )
                for user in holders
            )
            since |= {grant.pk: at for grant in grants}
        for pk, at in since.items():
            RoleGrant.objects.using(USING).filter(pk=pk).update(granted_at=at)

    def _role(self, user: User) -> str:
        return user.job_title


def _purpose(reason: str) -> str | None:
    """A reason code as the ledger takes it."""
    return role_name(reason).replace(" ", "_").replace(":", "_")[:64] if reason else None


def _session(name: str) -> str | None:
    return r"\\x" + hashlib.sha256(name.encode()).hexdigest()[:32] if name else None


def _terms(criteria: dict[str, str]) -> SearchTerms:
    born = criteria.get("dob", "")
    return SearchTerms(
        given_name=criteria.get("forename", ""),
        family_name=criteria.get("surname", ""),
        date_of_birth=_date(born) if born else None,
        postcode=criteria.get("postcode", ""),
        identifier=criteria.get("child_id", "") or criteria.get("house", ""),
    )


def _date(text: str) -> TypedDate | None:
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return TypedDate(found.year, found.month, found.day)


def _copied(*values: object) -> str:
    return "\t".join(r"\N" if value is None else _escaped(str(value)) for value in values) + "\n"


def _escaped(text: str) -> str:
    if text.startswith(r"\\x"):
        return text
    return text.replace("\\", "\\\\").replace("\t", " ").replace("\n", " ").replace("\r", " ")


def accounts(people: People) -> Iterator[tuple[int, str]]:
    """The names of the accounts, by number."""
    for name, user in people.users.items():
        yield user.pk, name
