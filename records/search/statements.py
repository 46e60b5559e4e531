"""How numbers travel to PostgreSQL. Nothing else."""

from collections.abc import Iterable


def bigint_array(numbers: Iterable[int]) -> str:
    """The text of a bigint[]: one string parameter is cheaper than a list of them."""
    return "{" + ",".join(map(str, numbers)) + "}"
