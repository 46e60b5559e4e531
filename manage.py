#!/usr/bin/env python3
"""Every command of the project; in a checkout without configuration: embedded/environment.py."""

import os
import sys

from contactpoint.embedded import environment, supervisor
from contactpoint.embedded.children import CannotStart


def main() -> None:
    """Run the command that the command line names; `demo` without Django, to start at once."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactpoint.settings")
    try:
        if sys.argv[1:2] == ["demo"] and not environment.HELP.intersection(sys.argv):
            sys.exit(supervisor.main(sys.argv[2:]))
        with environment.for_command(sys.argv):
            from django.core.management import execute_from_command_line

            execute_from_command_line(sys.argv)
    except CannotStart as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
