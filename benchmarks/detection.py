"""Detection beside fixed thresholds and learned detectors, in invented worlds, in one run.

Writes each world (`tests/worlds`), lets `detection_evaluate` judge it, and prints the figures that
have bars. `--worlds base:12 sixty:3`: other kinds and seeds; `--actions FILE --folder DIR` scores
actions that are there already. The seeds below were not used while anything was tuned.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from kit import clocks, forests, scoring, thresholds

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
WORLDS = (
    "base:101 base:102 urban:103 sparse:104 messy:105 surge:106 stealth:107 clean:108 clean:109"
    " sixty:110 sixty:111 sixty-clean:112"
)


def main() -> None:
    """Measures every world in turn, then all pooled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", nargs="+", default=WORLDS.split())
    parser.add_argument("--actions", type=Path)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--peers", action="store_true", help="PyOD's detectors as well")
    options = parser.parse_args()
    if options.actions:
        show(scoring.score(scoring.read(options.folder), lines(options.actions)))
        return
    print(clocks.load())
    pooled: dict[str, scoring.Score] = {}
    for name in options.worlds:
        with tempfile.TemporaryDirectory(prefix="cp-world-") as folder:
            world = measure(name, Path(folder), with_peers=options.peers)
        group = "60 % explained" if name.startswith("sixty") else "explained"
        pooled.setdefault(group, scoring.Score()).add(world)
    for group, score in pooled.items():
        print(f"\n{scoring.describe(f'pooled, {group}', score)}\n{scoring.describe_kinds(score)}")


def measure(name: str, folder: Path, *, with_peers: bool) -> scoring.Score:
    """One world: ours, the thresholds and, if asked, PyOD's at our number of alerts."""
    from tests.worlds.parameters import world
    from tests.worlds.written import write

    kind, seed = name.split(":")
    write(world(kind, int(seed)), folder)
    labelled = scoring.read(folder)
    began = time.monotonic()
    command = [sys.executable, str(ROOT / "manage.py"), "detection_evaluate"]
    out = folder / "actions.jsonl"
    subprocess.run(
        [*command, "--input", str(folder), "--output", str(out)], check=True, env=os.environ
    )
    seconds = time.monotonic() - began
    ours = scoring.score(labelled, lines(out))
    events = sum(1 for _ in (folder / "events.jsonl").open())
    print(f"\n{scoring.describe(name, ours)}; {events / seconds:,.0f} events/s in all")
    print(
        scoring.describe("  fixed thresholds", scoring.score(labelled, thresholds.actions(folder)))
    )
    if with_peers:
        for peer, actions in forests.variants(folder, max(1, ours.alerts)):
            print(scoring.describe(f"  {peer}", scoring.score(labelled, actions)))
    return ours


def show(score: scoring.Score) -> None:
    print(f"{scoring.describe('these actions', score)}\n{scoring.describe_kinds(score)}")


def lines(path: Path) -> list[dict[str, Any]]:
    """The actions of a file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


if __name__ == "__main__":
    main()
