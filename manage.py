#!/usr/bin/env python3
"""Every command of the project; in a checkout without configuration: embedded/environment.py."""

import importlib.util
import os
import sys
from pathlib import Path

VENV = Path(__file__).resolve().parent / ".venv"


def main() -> None:
    """Run the command that the command line names; `demo` without Django, to start at once."""
    if importlib.util.find_spec("django") is None:
        switch_interpreter()
    from contactpoint.embedded import environment, supervisor
    from contactpoint.embedded.children import CannotStart

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactpoint.settings")
    try:
        if sys.argv[1:2] == ["demo"] and not environment.HELP.intersection(sys.argv):
            sys.exit(supervisor.main(sys.argv[2:]))
        with environment.for_command(sys.argv):
            from django.core.management import execute_from_command_line

            execute_from_command_line(sys.argv)
    except CannotStart as error:
        sys.exit(str(error))


def switch_interpreter() -> None:
    """Go on in the checkout's virtual environment, which need not be activated."""
    python = VENV / "bin" / "python"
    if not python.exists() or Path(sys.prefix) == VENV:
        sys.exit("Django is not installed: `make demo` or `make test` makes the .venv with it.")
    os.execv(python, [os.fspath(python), *sys.argv])  # noqa: S606 - our own interpreter, no shell


if __name__ == "__main__":
    main()
