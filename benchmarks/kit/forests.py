"""Learned detectors beside ours: IsolationForest and ECOD of PyOD, over the days of each account.

Each is trained on the learning days and given the threshold that yields exactly our alert volume.
Features of a day: searches, openings, prints, children, sessions, hours, night, far children,
refused or empty reasons; as they are, or divided by what the role's people do on a day.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Action = dict[str, Any]
COLUMNS = 9


@dataclass
class Day:
    """One account's day: its features, its events, its last moment."""

    role: str
    features: list[float] = field(default_factory=lambda: [0.0] * COLUMNS)
    children: set[str] = field(default_factory=set)
    sessions: set[str] = field(default_factory=set)
    hours: set[str] = field(default_factory=set)
    events: list[str] = field(default_factory=list)
    last: str = ""


def variants(folder: Path, alerts: int) -> Iterator[tuple[str, list[Action]]]:
    """Each detector's name and its actions in a world, `alerts` of them in the scored days."""
    import numpy as np
    from pyod.models.ecod import ECOD
    from pyod.models.iforest import IForest

    scored_from = json.loads((folder / "manifest.json").read_text())["scored_from"]
    days = _days(folder)
    table = np.array([day.features for day in days.values()])
    learned = np.array([on < scored_from[:10] for _, on in days])
    for name, features in (("raw", table), ("by role", _by_role(days, table, learned, np))):
        models = {
            "IsolationForest": IForest(random_state=0, n_estimators=100),
            "ECOD": ECOD(),
        }
        for kind, model in models.items():
            model.fit(features[learned])
            scores = model.decision_function(features)
            yield f"{kind}, {name}", _top(days, scores, learned, alerts)


def _top(days: dict[tuple[str, str], Day], scores: Any, learned: Any, alerts: int) -> list[Action]:
    ranked = sorted(
        (
            (-score, key)
            for score, key, was_learned in zip(scores, days, learned, strict=True)
            if not was_learned
        ),
    )[:alerts]
    return [
        {
            "action": "alert",
            "at": days[key].last,
            "actor_id": key[0],
            "event_ids": days[key].events[-200:],
            "has_alert": False,
        }
        for _, key in ranked
    ]


def _by_role(days: dict[tuple[str, str], Day], table: Any, learned: Any, np: Any) -> Any:
    """Each feature beside the mean and spread of the role in the learning days."""
    roles = np.array([day.role for day in days.values()])
    scaled = table.copy()
    for role in set(roles):
        known = table[(roles == role) & learned]
        if len(known):
            scaled[roles == role] -= known.mean(axis=0)
            scaled[roles == role] /= known.std(axis=0) + 0.5
    return scaled


def _days(folder: Path) -> dict[tuple[str, str], Day]:
    with (folder / "tables/users.csv").open(newline="") as file:
        areas = {row["user_id"]: row["local_authority"] for row in csv.DictReader(file)}
    with (folder / "tables/children.csv").open(newline="") as file:
        homes = {row["child_id"]: row["local_authority"] for row in csv.DictReader(file)}
    days: dict[tuple[str, str], Day] = {}
    seen: set[str] = set()
    with (folder / "events.jsonl").open() as file:
        for event in map(json.loads, file):
            if event["event_id"] not in seen:
                seen.add(event["event_id"])
                key = event["actor_id"], event["occurred_at"][:10]
                day = days.setdefault(key, Day(event["actor_role"]))
                _add(day, event, areas.get(event["actor_id"], ""), homes)
    return days


def _add(day: Day, event: dict[str, Any], area: str, homes: dict[str, str]) -> None:
    action, at = event["action"], event["occurred_at"]
    day.events.append(event["event_id"])
    day.last = max(day.last, event["recorded_at"])
    day.sessions.add(event["session_id"] or "")
    day.hours.add(at[11:13])
    features = day.features
    features[0] += action == "search"
    features[1] += action == "view"
    features[2] += action in {"print", "export"}
    if event["record_id"]:
        day.children.add(event["record_id"])
        features[7] += bool(area) and homes.get(event["record_id"]) != area
    features[3], features[4], features[5] = map(
        float, map(len, (day.children, day.sessions, day.hours))
    )
    features[6] += at[11:13] < "06" or at[11:16] >= "22:30"
    features[8] += action == "view" and not event["reason_code"]
