"""The invented worlds are the same for a seed, hold what they promise, and name no real person."""

import json
from pathlib import Path

from tests.worlds.misuse import Misuse
from tests.worlds.parameters import world
from tests.worlds.written import write


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}


def test_a_seed_makes_the_same_world_twice_and_another_seed_another(tmp_path: Path) -> None:
    for name, seed in (("first", 3), ("again", 3), ("other", 4)):
        write(world("small", seed), tmp_path / name)
    assert files(tmp_path / "first") == files(tmp_path / "again")
    assert files(tmp_path / "first")["events.jsonl"] != files(tmp_path / "other")["events.jsonl"]


def test_a_label_names_events_of_its_own_actors_after_the_learning_days(tmp_path: Path) -> None:
    episodes = write(world("small", 5, misuse=0.05), tmp_path)
    scored_from = json.loads((tmp_path / "manifest.json").read_text())["scored_from"]
    events = {
        event["event_id"]: event
        for event in map(json.loads, (tmp_path / "events.jsonl").read_text().splitlines())
    }
    assert episodes
    for episode in episodes:
        named = [events[number] for number in episode.event_ids]
        assert {event["actor_id"] for event in named} == set(episode.actors)
        assert min(event["occurred_at"] for event in named) >= scored_from


def test_every_kind_of_misuse_comes_about(tmp_path: Path) -> None:
    episodes = write(world("small", 6, accounts=300, misuse=0.2), tmp_path)
    kinds = {name.removeprefix("_as_") for name in vars(Misuse) if name.startswith("_as_")}
    assert len(kinds) == 18
    assert {episode.kind for episode in episodes} == kinds


def test_where_less_is_recorded_less_of_the_work_is_traced(tmp_path: Path) -> None:
    shares = []
    for explained in (0.91, 0.60):
        write(world("small", 7, explained=explained), tmp_path)
        shares.append(json.loads((tmp_path / "manifest.json").read_text())["share_traced"])
    assert shares[0] > 0.88
    assert 0.5 < shares[1] < 0.75


def test_late_and_doubled_lines_arrive_in_the_order_of_arrival(tmp_path: Path) -> None:
    write(world("small", 8, late=0.05, twice=0.03), tmp_path)
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert len({event["event_id"] for event in events}) < len(events)
    arrivals = [event["recorded_at"] for event in events]
    assert arrivals == sorted(arrivals)
    assert [event["occurred_at"] for event in events] != sorted(e["occurred_at"] for e in events)
