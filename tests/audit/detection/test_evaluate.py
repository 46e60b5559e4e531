"""`detection_evaluate` replays a world in files: the same actions whatever the log goes through."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from audit.detection.replay.folder import BadFolder, Folder
from tests.worlds.parameters import world
from tests.worlds.written import write

ROOT = Path(__file__).parents[3]
WORLD = world("small", 7, accounts=60, authorities=3, days=16, learning_days=6, misuse=0.02)
CONFIGURED = ("DATABASE_", "REDIS_URL", "BROKER_URL", "SECRET_KEY", "FIELD_KEY", "PYTEST_")


def unconfigured() -> dict[str, str]:
    """The environment of somebody who has just cloned the project."""
    return {name: value for name, value in os.environ.items() if not name.startswith(CONFIGURED)}


def evaluate(folder: Path) -> None:
    files = ["--input", str(folder), "--output", str(folder / "actions.jsonl")]
    subprocess.run(
        [sys.executable, "manage.py", "detection_evaluate", *files],
        cwd=ROOT,
        env=unconfigured(),
        capture_output=True,
        check=True,
        timeout=500,
    )


def every_line_twice_with_more_than_is_known_of(folder: Path) -> None:
    lines = (folder / "events.jsonl").read_text().splitlines()
    told = [json.dumps({**json.loads(line), "weather": "rain"}) for line in lines]
    (folder / "events.jsonl").write_text("".join(f"{line}\n{line}\n" for line in told))
    (folder / "tables" / "weather.csv").write_text("day,weather\n2026-03-02,rain\n")
    users = (folder / "tables" / "users.csv").read_text().splitlines()
    wider = [f"{users[0]},shoe_size", *(f"{line},43" for line in users[1:])]
    (folder / "tables" / "users.csv").write_text("\n".join(wider) + "\n")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same world as it is, and with every line twice; both at once."""
    once, twice = tmp_path_factory.mktemp("once"), tmp_path_factory.mktemp("twice")
    write(WORLD, once)
    write(WORLD, twice)
    every_line_twice_with_more_than_is_known_of(twice)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(evaluate, [once, twice]))
    return once, twice


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def actions(folder: Path) -> list[dict[str, Any]]:
    return lines(folder / "actions.jsonl")


def test_every_line_twice_and_a_second_run_give_the_same_bytes(runs) -> None:
    once, twice = runs
    assert (once / "actions.jsonl").read_bytes() == (twice / "actions.jsonl").read_bytes()


def test_no_action_without_a_sentence_and_its_evidence(runs) -> None:
    found = actions(runs[0])
    assert {action["action"] for action in found} <= {"alert", "update", "suspend"}
    assert any(action["action"] == "alert" for action in found)
    numbers = {line["event_id"] for line in lines(runs[0] / "events.jsonl")}
    for action in found:
        assert action["reasons"]
        assert action["rules"]
        assert action["event_ids"]
        assert set(action["event_ids"]) <= numbers
    assert [action["at"] for action in found] == sorted(action["at"] for action in found)


def test_misuse_of_the_world_is_found_by_its_own_events(runs) -> None:
    labels = lines(runs[0] / "labels.jsonl")
    misuse = {event for label in labels for event in label["event_ids"]}
    assert any(misuse & set(action["event_ids"]) for action in actions(runs[0]))


def test_a_line_that_is_no_event_is_told_with_its_number(tmp_path) -> None:
    (tmp_path / "events.jsonl").write_text('\n{"event_id": "x"}\n')
    with pytest.raises(BadFolder, match=r"events\.jsonl, line 2: .*recorded_at"):
        list(Folder(tmp_path).lines())


def test_an_event_from_the_future_counts_from_when_it_came(tmp_path) -> None:
    """A clock that is ten minutes ahead is not believed; a late event keeps its own moment."""
    event = {"event_id": "x", "actor_id": "u", "action": "view"}
    ahead = {**event, "occurred_at": "2026-03-02T10:10:00", "recorded_at": "2026-03-02T10:00:00"}
    late = {**event, "event_id": "y", "recorded_at": "2026-03-03T09:00:00"}
    late["occurred_at"] = "2026-03-02T10:00:00"
    (tmp_path / "events.jsonl").write_text(f"{json.dumps(ahead)}\n{json.dumps(late)}\n")
    first, second = Folder(tmp_path).lines()
    assert first.occurred_at == first.recorded_at
    assert (second.recorded_at - second.occurred_at).total_seconds() == 23 * 3600
