"""Two people who act at the same moment, each on a database connection of their own.

For transactional tests: what one does must be seen by the other.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from accounts.policies import Refused


def at_once(*acts: Callable[[], object]) -> Sequence[str]:
    """Does all of it at once; for each act "done", or the code of the refusal it met."""
    start = Barrier(len(acts))

    def do(act: Callable[[], object]) -> str:
        try:
            start.wait(timeout=60)
            act()
        except Refused as refused:
            return refused.decision.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))
