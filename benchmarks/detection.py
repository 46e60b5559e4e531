"""What detects unusual use elsewhere, in invented worlds: fixed thresholds and learned detectors.

Writes each world (`tests/worlds`) and prints, of each detector, the figures that have bars. The
learned ones are given as many alerts as the best of ours may raise (0.9 false ones a day per 1,000
accounts and one for each episode). `--actions FILE --folder DIR` scores other actions in a world.
Our own scan has no replay over a world yet (docs/detection.md). The seeds below are for no tuning.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from kit import clocks, forests, scoring, thresholds

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
WORLDS = ("base:101", "urban:103", "messy:105", "clean:108", "sixty:110")
FALSE_ALERTS = 0.9  # a day per 1,000 accounts


def main() -> None:
    """Measures every world in turn, then all pooled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", nargs="+", default=WORLDS)
    parser.add_argument("--actions", type=Path)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.actions:
        found = scoring.score(scoring.read(options.folder), lines(options.actions))
        print(f"{scoring.describe('these actions', found)}\n{scoring.describe_kinds(found)}")
        return
    print(clocks.load())
    pooled: dict[str, scoring.Score] = {}
    for name in options.worlds:
        with tempfile.TemporaryDirectory(prefix="cp-world-") as folder:
            for detector, found in measure(name, Path(folder)).items():
                print(scoring.describe(f"{name}, {detector}", found))
                pooled.setdefault(detector, scoring.Score()).add(found)
    for detector, found in pooled.items():
        print(
            f"\n{scoring.describe(f'pooled, {detector}', found)}\n{scoring.describe_kinds(found)}"
        )


def measure(name: str, folder: Path) -> dict[str, scoring.Score]:
    """Every detector's figures in one world."""
    from tests.worlds.parameters import world
    from tests.worlds.written import write

    kind, seed = name.split(":")
    write(world(kind, int(seed)), folder)
    labelled = scoring.read(folder)
    found = {"fixed thresholds": scoring.score(labelled, thresholds.actions(folder))}
    days = labelled.accounts * labelled.days
    alerts = round(FALSE_ALERTS * days / 1_000) + len(labelled.episodes)
    for peer, actions in forests.variants(folder, alerts):
        found[peer] = scoring.score(labelled, actions)
    return found


def lines(path: Path) -> list[dict[str, Any]]:
    """The actions of a file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


if __name__ == "__main__":
    main()
