"""Asks the statements about a batch of looks and puts the answers together. Seven statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connections

from records.explanations import statements, wording
from records.explanations.codes import Code, level_of

SLIP = timedelta(seconds=180)  # how soon the right record is opened after a wrong one


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A person looked at a child record at a moment.

    `judged_at` is the moment up to which what was recorded counts; that of the look, if nothing is
    said. `on_behalf_of` is the account that the look was made for. `session` and `hits` (how many
    children the search before it listed) tell a wrong record opened first; without them none is.
    """

    person: int
    child: int
    moment: datetime
    judged_at: datetime | None = None
    on_behalf_of: int | None = None
    session: bytes | str | None = None
    hits: int | None = None

    @property
    def known_until(self) -> datetime:
        return self.judged_at or self.moment


@dataclass(frozen=True, slots=True)
class Explanation:
    """One recorded reason. `is_afterthought`: the person recorded it about themselves only after
    the look, which explains it but is sampled for review.
    """

    code: Code
    level: int
    sentence: str
    is_afterthought: bool = False


@dataclass(frozen=True, slots=True)
class Explained:
    """A look with its reasons, the strongest first; none: nothing recorded explains it."""

    look: Look
    explanations: tuple[Explanation, ...]

    @property
    def level(self) -> int:
        """That of the strongest reason, 0 for none."""
        return max((each.level for each in self.explanations), default=0)


def explain(looks: Sequence[Look], *, using: str = "default") -> list[Explained]:
    """What explains each look, in the order given: seven statements for any number of them.

    Raises ValueError for a moment without a time zone.
    """
    if not looks:
        return []
    for look in looks:
        if look.moment.tzinfo is None or look.known_until.tzinfo is None:
            raise ValueError("a look is judged at a moment with a time zone")
    found = _Found(looks, using).ask()
    explained = [Explained(look, tuple(found[n])) for n, look in enumerate(looks, start=1)]
    return _with_slips(explained)


@dataclass
class _Found:
    """The answers of one batch, by number of the look."""

    looks: Sequence[Look]
    using: str
    by_look: dict[int, dict[Code, Explanation]] = field(default_factory=lambda: defaultdict(dict))
    hidden: set[int] = field(default_factory=set)

    def ask(self) -> dict[int, list[Explanation]]:
        """Every statement, then the reasons of each look in the order of their codes."""
        answers: dict[str, Callable[..., None]] = {
            statements.ABOUT_CHILD: self._about_child,  # first: it says what is hidden
            statements.INVOLVED: self._involved,
            statements.REFERRED: self._referred,
            statements.PLACED: self._placed,
            statements.MEDIATED: self._mediated,
            statements.MOVED: self._moved,
            statements.ON_DUTY: self._on_duty,
        }
        values = arrays(self.looks)
        with connections[self.using].cursor() as cursor:
            for statement, take in answers.items():
                cursor.execute(statement, values)
                for row in cursor.fetchall():
                    take(*row)
        order = list(Code)
        return defaultdict(
            list,
            {
                n: sorted(self._that_count(n, found), key=lambda each: order.index(each.code))
                for n, found in self.by_look.items()
            },
        )

    def _that_count(self, n: int, found: dict[Code, Explanation]) -> Iterable[Explanation]:
        """A look for somebody else is explained by their request alone."""
        if self.looks[n - 1].on_behalf_of is None:
            return found.values()
        return [each for each in found.values() if each.code is Code.MEDIATED]

    def _add(self, n: int, code: str, sentence: str, *, late: bool = False) -> None:
        """A reason that was known before the look stands above one that came later."""
        kept = self.by_look[n].get(Code(code))
        if kept is None or (kept.is_afterthought and not late):
            self.by_look[n][Code(code)] = Explanation(
                Code(code), level_of(Code(code)), sentence, is_afterthought=late
            )

    def _about_child(self, n: int, code: str, is_training: bool, is_hidden: bool) -> None:
        if is_hidden:
            self.hidden.add(n)
        if is_training:
            self._add(n, code, wording.TRAINING)

    def _involved(
        self, n: int, code: str, own: bool, team: str | None, started: Any, ended: Any, late: bool
    ) -> None:
        sentences: dict[str, Callable[[], str]] = {
            Code.OWN_INVOLVEMENT: lambda: wording.own(started, ended),
            Code.TEAM_INVOLVEMENT: lambda: wording.team(team or "", started, ended),
            Code.SIBLING: lambda: wording.sibling(is_own=own, name=team),
        }
        self._add(n, code, sentences[code](), late=late and own)
        if code == Code.OWN_INVOLVEMENT and team:
            self._add(n, Code.TEAM_INVOLVEMENT, wording.team(team, started, ended), late=late)

    def _referred(self, n: int, code: str, near: bool, came_on: Any, team: str | None) -> None:
        self._add(n, code, wording.referral(is_near=near, came_on=came_on, name=team))

    def _placed(self, n: int, code: str, kind: str, name: str) -> None:
        self._add(n, code, wording.place(kind, name, is_hidden=n in self.hidden))

    def _mediated(self, n: int, code: str, requester: int | None, requested_at: datetime) -> None:
        if self.looks[n - 1].on_behalf_of in (None, requester):
            self._add(n, code, wording.mediated(requested_at))

    def _moved(self, n: int, code: str, moved_on: Any) -> None:
        self._add(n, code, wording.house_move(moved_on, is_hidden=n in self.hidden))

    def _on_duty(self, n: int, code: str, day: Any) -> None:
        is_shield = code == Code.SHIELD_REQUEST
        self._add(n, code, wording.shield_request(day) if is_shield else wording.duty(day))


def arrays(looks: Sequence[Look]) -> dict[str, str]:
    """The looks as four array literals: written once, sent with every statement."""

    def array(values: Iterable[object]) -> str:
        return "{" + ",".join(map(str, values)) + "}"

    return {
        "person": array(look.person for look in looks),
        "child": array(look.child for look in looks),
        "at": array(look.moment.isoformat() for look in looks),
        "judged": array(look.known_until.isoformat() for look in looks),
    }


def _with_slips(explained: list[Explained]) -> list[Explained]:
    """X9: an unexplained look at one of several children listed, and within three minutes, in the
    same session, one that is explained.
    """
    right: dict[tuple[int, bytes | str], list[datetime]] = defaultdict(list)
    for each in explained:
        if each.explanations and each.look.session is not None:
            right[each.look.person, each.look.session].append(each.look.moment)
    slip = Explanation(Code.WRONG_RECORD, level_of(Code.WRONG_RECORD), wording.WRONG_RECORD)
    return [Explained(each.look, (slip,)) if _is_slip(each, right) else each for each in explained]


def _is_slip(each: Explained, right: dict[tuple[int, bytes | str], list[datetime]]) -> bool:
    look = each.look
    if each.explanations or look.session is None or (look.hits or 0) < 2:
        return False
    moments = right.get((look.person, look.session), ())
    return any(look.moment < m <= min(look.moment + SLIP, look.known_until) for m in moments)
