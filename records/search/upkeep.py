"""Rebuilding and checking the whole index by hand: who may, and the event it leaves.

The work itself is index.py's and names.py's; the commands print what this yields.
"""

from collections.abc import Iterator

from django.db import transaction

from accounts.acting import Acting
from accounts.policies import require_permission
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.models import ChildRecord
from records.search.index import Difference, batches_of_children, differences, index_children
from records.search.names import recount

PERMISSION = Permission.IMPORT_RECORDS


def children_to_index(using: str = "default") -> int:
    """How many child records there are."""
    return ChildRecord.objects.using(using).count()


def rebuild_index(*, reason: str, by: Acting, using: str = "default") -> Iterator[int]:
    """Write every search row anew, a batch a transaction, then count the names.

    Searches go on meanwhile and change nothing but for rows that were wrong. Yields the children
    done so far. Raises `Refused`.
    """
    _begin("rebuild_search", reason, by, using)
    done = 0
    for batch in batches_of_children(using):
        with transaction.atomic(using=using):
            index_children(batch, using=using)
        done += len(batch)
        yield done
    recount(using=using)


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
