"""Rebuilding and checking the whole index by hand: who may, and the event it leaves.

The work itself is index.py's and names.py's; the commands print what this yields.
"""

from collections.abc import Iterator
from itertools import starmap

from django.db import connections, transaction

from accounts.acting import Acting
from accounts.policies import require_permission
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.models import ChildRecord
from records.processes import in_order, number_of_processors, processes
from records.search.index import Difference, batches_of_children, differences, mend
from records.search.names import recount

PERMISSION = Permission.IMPORT_RECORDS
MANY = 50_000  # children from which further processes are worth their start


def children_to_index(using: str = "default") -> int:
    """How many child records there are."""
    return ChildRecord.objects.using(using).count()


def rebuild_index(*, reason: str, by: Acting, using: str = "default") -> Iterator[int]:
    """Make every search row anew and write those that differ, then count the names.

    A batch is a transaction; many batches are shared out among several processes. Searches go on
    meanwhile. Yields the children done so far. Raises `Refused`.
    """
    _begin("rebuild_search", reason, by, using)
    done = 0
    for more in _mended(using):
        done += more
        yield done
    recount(using=using)


def _mended(using: str) -> Iterator[int]:
    """How many children were looked at, batch by batch."""
    tasks = ((batch, using) for batch in batches_of_children(using))
    if children_to_index(using) < MANY:
        yield from starmap(mend, tasks)
        return
    number = number_of_processors()
    database = connections[using].settings_dict["NAME"]  # in a test it is not that of the settings
    with processes(number, _use_database, using, database) as pool:
        yield from in_order(pool, mend, tasks, number)


def _use_database(using: str, name: str) -> None:
    connections[using].settings_dict["NAME"] = name


def check_index(*, reason: str, by: Acting, using: str = "default") -> Iterator[list[Difference]]:
    """Compare every search row with its record; yields the differences of each batch.

    Raises `Refused`.
    """
    _begin("check_search", reason, by, using)
    for batch in batches_of_children(using):
        yield list(differences(batch, using))


def _begin(command: str, reason: str, by: Acting, using: str) -> None:
    require_permission(by, PERMISSION)
    with transaction.atomic(using=using):
        append(
            EventType.COMMAND_RUN,
            actor=by.actor,
            detail={"command": command},
            payload=reason or None,
            using=using,
        )
