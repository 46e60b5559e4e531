"""Canonical JSON (RFC 8785) for the values the ledger keeps: one value, one sequence of bytes.

Only null, booleans, whole numbers, strings, lists and objects with string keys. Floats are refused:
their canonical form is the one hard part of RFC 8785, and nothing here needs one.
"""

import json
from collections.abc import Mapping, Sequence

MAX_SAFE_INTEGER = 2**53 - 1  # RFC 8785 numbers are IEEE 754 doubles: beyond this, write a string


def canonical_json(value: object) -> str:
    """The RFC 8785 text of `value`.

    Raises TypeError for a type outside the set above, ValueError for a whole number that a double
    cannot hold and for a string that is no valid Unicode (a lone surrogate).
    """
    return json.dumps(_checked(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _checked(value: object) -> object:
    """`value` as plain JSON types, its objects in RFC 8785 order: by UTF-16 code units."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        pairs = [(_key(key), _checked(item)) for key, item in value.items()]
        return dict(sorted(pairs, key=lambda pair: pair[0].encode("utf-16-be")))
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [_checked(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical JSON here")


def _integer(value: int) -> int:
    if abs(value) > MAX_SAFE_INTEGER:
        raise ValueError("whole numbers beyond 2^53 - 1 are not exact in JSON; write a string")
    return int(value)


def _text(value: str) -> str:
    value.encode("utf-8")  # raises UnicodeEncodeError, a ValueError, for a lone surrogate
    return str(value)


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError("the keys of an object are strings")
    return _text(key)
