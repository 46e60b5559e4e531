"""`python -m tests.worlds KIND SEED FOLDER` writes one world."""

import sys
from pathlib import Path

from tests.worlds.parameters import KINDS_OF_WORLD, world
from tests.worlds.written import write

if len(sys.argv) != 4 or sys.argv[1] not in KINDS_OF_WORLD or not sys.argv[2].isdigit():
    sys.exit(f"{__doc__}\nKIND is one of {', '.join(KINDS_OF_WORLD)}; SEED a number.")
episodes = write(world(sys.argv[1], int(sys.argv[2])), Path(sys.argv[3]))
sys.stdout.write(f"{sys.argv[3]}: {len(episodes)} episodes\n")
