"""Actors for the ledger's tests."""

import uuid

import pytest

from audit.ledger.actor import Actor, ActorKind


@pytest.fixture
def practitioner() -> Actor:
    """A person with everything a request can know about them."""
    return Actor(
        kind=ActorKind.PERSON,
        id=41,
        role="practitioner",
        org=7,
        base=3,
        grant_id=12,
        session_ref=bytes(range(16)),
        source_ip="192.0.2.7",
        request_id=uuid.UUID(int=5),
        network_id=2,
    )
