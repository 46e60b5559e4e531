"""Our scan in invented worlds, beside fixed thresholds and learned detectors on the same worlds.

Writes each world (`tests/worlds`), replays it through `detection_evaluate`, and prints of each
detector the figures that have bars, and how many events a second the scan judged. The learned ones
are given exactly as many alerts as ours raised. `--actions FILE --folder DIR` scores other actions
in a world, `--ours` leaves the others out. The seeds below are for no tuning.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from kit import clocks, forests, scoring, thresholds

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
WORLDS = ("base:101", "urban:103", "messy:105", "clean:108", "sixty:110")
OURS = "this scan"


def main() -> None:
    """Measures every world in turn, then all pooled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", nargs="+", default=WORLDS)
    parser.add_argument("--actions", type=Path)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--ours", action="store_true")
    options = parser.parse_args()
    if options.actions:
        found = scoring.score(scoring.read(options.folder), lines(options.actions))
        print(f"{scoring.describe('these actions', found)}\n{scoring.describe_kinds(found)}")
        return
    print(clocks.load())
    pooled: dict[str, scoring.Score] = {}
    for name in options.worlds:
        with tempfile.TemporaryDirectory(prefix="cp-world-") as folder:
            for detector, found in measure(name, Path(folder), options.ours).items():
                print(scoring.describe(f"{name}, {detector}", found))
                pooled.setdefault(detector, scoring.Score()).add(found)
    for detector, found in pooled.items():
        print(
            f"\n{scoring.describe(f'pooled, {detector}', found)}\n{scoring.describe_kinds(found)}"
        )


def measure(name: str, folder: Path, only_ours: bool) -> dict[str, scoring.Score]:
    """Every detector's figures in one world."""
    from tests.worlds.parameters import world
    from tests.worlds.written import write

    kind, seed = name.split(":")
    write(world(kind, int(seed)), folder)
    labelled = scoring.read(folder)
    found = {OURS: scoring.score(labelled, replayed(folder))}
    if only_ours:
        return found
    found["fixed thresholds"] = scoring.score(labelled, thresholds.actions(folder))
    for peer, actions in forests.variants(folder, found[OURS].alerts):
        found[peer] = scoring.score(labelled, actions)
    return found


def replayed(folder: Path) -> list[dict[str, Any]]:
    """What the scan does in a world; prints how fast it was, loading and learning included."""
    output = folder / "actions.jsonl"
    command = [sys.executable, str(ROOT / "manage.py"), "detection_evaluate"]
    began = time.monotonic()
    subprocess.run(
        [*command, "--input", str(folder), "--output", str(output)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seconds = time.monotonic() - began
    events = sum(1 for _ in (folder / "events.jsonl").open())
    print(f"{events:,} events replayed in {seconds:,.0f} s: {events / seconds:,.0f} a second")
    return lines(output)


def lines(path: Path) -> list[dict[str, Any]]:
    """The actions of a file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


if __name__ == "__main__":
    main()
