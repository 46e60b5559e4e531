"""A ledger of its own for every test that asks for one."""

from collections.abc import Iterator

import pytest

from tests.audit.proof.ledgers import Ledger, fresh_ledger


@pytest.fixture
def ledger(django_db_blocker) -> Iterator[Ledger]:
    """A ledger that a test may fill, seal, attack and lose; its commits are real."""
    with django_db_blocker.unblock(), fresh_ledger() as ledger:
        yield ledger
