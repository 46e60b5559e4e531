"""What is in use elsewhere: a threshold a rule, the same for everybody, on the same log.

60 searches or 80 openings a day, the searched or opened child's family name or postcode like one's
own, work at night, 20 prints a day, any override, an account that slept for 90 days, "test".
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

SEARCHES, OPENINGS, PRINTS, SLEPT = 60, 80, 20, 90
WORDS = ("test", "asdf", "demo", "xxx", "how this works")
Action = dict[str, Any]


def actions(folder: Path) -> list[Action]:
    """An alert for each account and day that crosses a threshold; two crossed suspend."""
    users = _rows(folder / "tables/users.csv", "user_id")
    children = _rows(folder / "tables/children.csv", "child_id")
    counts: dict[tuple[str, str, str], int] = defaultdict(int)
    crossed: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(dict)
    made: list[Action] = []
    last: dict[str, str] = {}
    seen: set[str] = set()
    with (folder / "events.jsonl").open() as file:
        for event in map(json.loads, file):
            if event["event_id"] in seen:
                continue
            seen.add(event["event_id"])
            for why in _why(event, users, children, counts, last):
                _cross(made, crossed, event, why)
            last[event["actor_id"]] = event["occurred_at"]
    return made


def _cross(
    made: list[Action],
    crossed: dict[tuple[str, str], dict[str, list[str]]],
    event: dict[str, Any],
    why: str,
) -> None:
    """The first rule of the day alerts, the second suspends, each further event updates."""
    today = crossed[event["actor_id"], event["occurred_at"][:10]]
    is_new_rule = why not in today
    today.setdefault(why, []).append(event["event_id"])
    rules = len(today)
    kind = "update"
    if is_new_rule and rules in (1, 2):
        kind = "alert" if rules == 1 else "suspend"
    made.append(
        {
            "action": kind,
            "at": event["recorded_at"],
            "actor_id": event["actor_id"],
            "event_ids": [number for numbers in today.values() for number in numbers],
            "has_alert": True,
        }
    )


def _why(
    event: dict[str, Any],
    users: dict[str, dict[str, str]],
    children: dict[str, dict[str, str]],
    counts: dict[tuple[str, str, str], int],
    last: dict[str, str],
) -> list[str]:
    """The thresholds that this event crosses."""
    actor, at = event["actor_id"], event["occurred_at"]
    user, child = users.get(actor, {}), children.get(event["record_id"] or "", {})
    counts[actor, at[:10], event["action"]] += 1
    many = counts[actor, at[:10], event["action"]]
    looked = event["action"] in {"view", "print", "shield_override", "shield_lift"}
    before = last.get(actor) or user.get("last_activity_at") or at
    slept = (datetime.fromisoformat(at) - datetime.fromisoformat(before)).days
    found = {
        "searches": event["action"] == "search" and many == SEARCHES,
        "openings": event["action"] == "view" and many == OPENINGS,
        "prints": event["action"] == "print" and many == PRINTS,
        "own name": looked and child.get("surname") == user.get("surname"),
        "own postcode": looked and bool(user.get("home_postcode"))
        and child.get("postcode") == user.get("home_postcode"),
        "night": looked and (at[11:13] < "06" or at[11:16] >= "22:30")
        and user.get("shift") == "day",
        "override": event["action"] in {"shield_override", "shield_lift"},
        "slept": looked and slept >= SLEPT,
        "test": looked and any(word in (event["reason_text"] or "").lower() for word in WORDS),
    }  # fmt: skip
    return [why for why, is_so in found.items() if is_so]


def _rows(path: Path, key: str) -> dict[str, dict[str, str]]:
    with path.open(newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}
