"""`make clean` for the state folder: `python -m contactpoint.embedded.clean`.

Standard library only, since it runs without a virtual environment. Refuses while anything runs.
"""

import shutil
import sys

from contactpoint.embedded.state import AlreadyHeld, State, state_folder


def main() -> int:
    """Remove this checkout's state folder; 0 if it is gone, 2 if something uses it."""
    state = State(state_folder())
    if not state.folder.exists():
        return 0
    try:
        with state.held("make clean"):
            shutil.rmtree(state.folder)
    except AlreadyHeld as refusal:
        print(f"{refusal} Stop it first.", file=sys.stderr)  # noqa: T201 - a command's answer
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
