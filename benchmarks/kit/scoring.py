"""Actions of a detector against the labels of a world, as section 10 of the design counts them.

An action finds an episode if it names one of its events and its account is one of the episode's.
A suspension is wrongful if the account had done nothing labelled before it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

Action = dict[str, Any]


@dataclass(frozen=True)
class Episode:
    """One labelled misuse; `began` is the moment of its first event."""

    kind: str
    strength: str
    actors: frozenset[str]
    events: frozenset[str]
    began: str


@dataclass
class Labelled:
    """What the scorer knows of a world."""

    folder: Path
    scored_from: str
    days: int
    accounts: int
    episodes: list[Episode]
    active_days: int
    misused_at: dict[str, str]  # by account: the first labelled event
    roles: dict[str, str]


@dataclass
class Score:
    """The figures of one world, or of several pooled."""

    episodes: list[Episode] = field(default_factory=list)
    found: dict[int, float] = field(default_factory=dict)  # episode -> minutes to its first action
    stopped: dict[int, float] = field(default_factory=dict)  # episode -> minutes to suspension
    alerts: int = 0
    false_by_role: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    suspensions: int = 0
    wrongful: int = 0
    active_days: int = 0
    account_days: int = 0

    @property
    def false_alerts(self) -> int:
        return sum(self.false_by_role.values())

    def recall(self, kinds: Iterable[str] = (), strength: str = "") -> float:
        """Share found, of some kinds or one strength; NaN where there is none."""
        chosen = [
            n
            for n, each in enumerate(self.episodes)
            if (not kinds or each.kind in kinds) and strength in ("", each.strength)
        ]
        return sum(n in self.found for n in chosen) / len(chosen) if chosen else float("nan")

    @property
    def false_a_day(self) -> float:
        """False alerts a day per 1,000 accounts."""
        return 1_000 * self.false_alerts / self.account_days

    @property
    def wrongful_rate(self) -> float:
        """Wrongful suspensions per 100,000 active user-days."""
        return 100_000 * self.wrongful / self.active_days

    def add(self, other: Score) -> None:
        """Pools another world into this one."""
        shift = len(self.episodes)
        self.episodes += other.episodes
        self.found |= {n + shift: minutes for n, minutes in other.found.items()}
        self.stopped |= {n + shift: minutes for n, minutes in other.stopped.items()}
        for role, many in other.false_by_role.items():
            self.false_by_role[role] += many
        self.alerts += other.alerts
        self.suspensions += other.suspensions
        self.wrongful += other.wrongful
        self.active_days += other.active_days
        self.account_days += other.account_days


def read(folder: Path) -> Labelled:
    """A world's labels, and what its log says of how much was used in the scored days."""
    manifest = json.loads((folder / "manifest.json").read_text())
    labels = [json.loads(line) for line in (folder / "labels.jsonl").read_text().splitlines()]
    named = {number for label in labels for number in label["event_ids"]}
    when: dict[str, str] = {}
    active, roles = set(), {}
    with (folder / "events.jsonl").open() as file:
        for line in file:
            event = json.loads(line)
            roles[event["actor_id"]] = event["actor_role"]
            if event["occurred_at"] >= manifest["scored_from"]:
                active.add((event["actor_id"], event["occurred_at"][:10]))
            if event["event_id"] in named:
                when[event["event_id"]] = event["occurred_at"]
    misused: dict[str, str] = {}
    with (folder / "events.jsonl").open() as file:
        for event in map(json.loads, file):
            if event["event_id"] in named:
                actor, at = event["actor_id"], event["occurred_at"]
                misused[actor] = min(at, misused.get(actor, at))
    episodes = [
        Episode(
            label["kind"],
            label["strength"],
            frozenset(label["actors"]),
            frozenset(label["event_ids"]),
            min(when[number] for number in label["event_ids"]),
        )
        for label in labels
        if label["event_ids"]
    ]
    span = _moment(manifest["scored_to"]) - _moment(manifest["scored_from"])
    return Labelled(
        folder,
        manifest["scored_from"],
        span.days,
        len((folder / "tables/users.csv").read_text().splitlines()) - 1,
        episodes,
        len(active),
        misused,
        roles,
    )


def score(world: Labelled, actions: Sequence[Action]) -> Score:
    """The figures of one detector in one world."""
    result = Score(
        episodes=world.episodes,
        active_days=world.active_days,
        account_days=world.accounts * world.days,
    )
    by_event: dict[str, list[int]] = defaultdict(list)
    for n, episode in enumerate(world.episodes):
        for number in episode.events:
            by_event[number].append(n)
    for action in actions:
        if action["at"] >= world.scored_from:
            _count(result, action, world, by_event)
    return result


def _count(result: Score, action: Action, world: Labelled, by_event: dict[str, list[int]]) -> None:
    actor = action["actor_id"]
    found = {
        n
        for number in action["event_ids"][-200:]
        for n in by_event.get(number, ())
        if actor in world.episodes[n].actors
    }
    for n in found:
        minutes = (_moment(action["at"]) - _moment(world.episodes[n].began)).total_seconds() / 60
        result.found.setdefault(n, minutes)
        if action["action"] == "suspend":
            result.stopped.setdefault(n, minutes)
    is_new = action["action"] == "alert" or (
        action["action"] == "suspend" and not action["has_alert"]
    )
    if is_new:
        result.alerts += 1
        if not found:
            result.false_by_role[world.roles.get(actor, "?")] += 1
    if action["action"] == "suspend":
        result.suspensions += 1
        result.wrongful += action["at"] < world.misused_at.get(actor, "9999")


def describe(name: str, result: Score) -> str:
    """One line of the figures that have bars."""
    precision = 1 - result.false_alerts / result.alerts if result.alerts else float("nan")
    return (
        f"{name:<28} user-days {result.active_days:>7,} episodes {len(result.episodes):>4}"
        f" recall {result.recall():.2f} (strong {result.recall(strength='strong'):.2f}, family and"
        f" own child {result.recall(('family', 'own_child')):.2f}) precision {precision:.2f}"
        f" false alerts {result.false_a_day:.2f} a day per 1,000; suspended {result.suspensions},"
        f" wrongful {result.wrongful} ({result.wrongful_rate:.1f} per 100,000 user-days);"
        f" minutes to alert {_median(result.found)}, to suspension {_median(result.stopped)}"
    )


def describe_kinds(result: Score) -> str:
    """Recall by kind of misuse, and who was alerted for nothing."""
    kinds = sorted({each.kind for each in result.episodes})
    recalls = (
        f"  {kind:<18} {sum(e.kind == kind for e in result.episodes):>4} episodes, recall"
        f" {result.recall((kind,)):.2f}"
        for kind in kinds
    )
    false = ", ".join(f"{role} {many}" for role, many in sorted(result.false_by_role.items()))
    return "\n".join((*recalls, f"  false alerts by role: {false or 'none'}"))


def _median(minutes: dict[int, float]) -> str:
    return f"{median(minutes.values()):,.0f}" if minutes else "-"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
