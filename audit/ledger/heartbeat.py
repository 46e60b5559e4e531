"""A sign of life of scheduled work, in the cache; who is silent is noticed elsewhere."""

from datetime import UTC, datetime

from django.core.cache import cache

KEPT = 24 * 3600  # seconds


def beat(name: str) -> None:
    """`name` is alive now."""
    cache.set(f"heartbeat:{name}", datetime.now(UTC).timestamp(), KEPT)


def last_heard(name: str) -> datetime | None:
    """When `name` last gave a sign of life; None if not for a day."""
    at = cache.get(f"heartbeat:{name}")
    return None if at is None else datetime.fromtimestamp(at, UTC)
