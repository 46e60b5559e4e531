"""The leaf of an event: the canonical text (RFC 8785) of all its columns, and its hash.

The same bytes are made twice: by the database, for speed, in an expression that the reader sends
along (a function kept in the database could be changed by whoever owns it); and by Python, from
that text or from a row handed over in a file. One test feeds both.
"""

import json
from collections.abc import Mapping

from audit.ledger.canonical import canonical_json
from audit.ledger.merkle import leaf_hash

VERSION = 1

# Every column of audit_event and how it is written.
COLUMNS: dict[str, str] = {
    "id": "number",
    "era": "number",
    "recorded_at": "time",
    "xid": "quoted",
    "action": "text",
    "outcome": "text",
    "reason": "text",
    "actor_kind": "text",
    "actor_id": "number",
    "actor_role": "text",
    "actor_org": "number",
    "actor_base": "number",
    "grant_id": "number",
    "on_behalf_of": "number",
    "session_ref": "bytes",
    "source_ip": "quoted",
    "request_id": "quoted",
    "network_id": "number",
    "target_type": "text",
    "target_id": "number",
    "child_authority": "text",
    "enquiry_id": "number",
    "purpose": "text",
    "query_fields": "list",
    "own_surname": "number",  # true and false are written like a number: bare
    "own_address": "number",
    "result_count": "number",
    "result_ids": "list",
    "facts": "text",  # a string in a string: what is canonical already is not touched again
    "detail": "text",
    "payload_digest": "bytes",
}

_WRITTEN = {
    "number": "{column}::text",
    "quoted": "'\"' || {column}::text || '\"'",
    "text": "to_json({column})::text",
    "bytes": "'\"' || encode({column}, 'hex') || '\"'",
    "list": "array_to_json({column})::text",
    "time": (
        "'\"' || to_char({column} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') || '\"'"
    ),
}


def _text_expression(alias: str) -> str:
    """SQL for the canonical text of the row `alias`: its columns in the order of RFC 8785."""
    parts = ["'{'"]
    for number, name in enumerate(sorted([*COLUMNS, "v"])):
        comma = "," if number else ""
        if name == "v":
            parts.append(f"'{comma}\"v\":{VERSION}'")
            continue
        value = _WRITTEN[COLUMNS[name]].format(column=f"{alias}.{name}")
        parts.append(f"'{comma}\"{name}\":', coalesce({value}, 'null')")
    return f"concat({', '.join([*parts, chr(39) + '}' + chr(39)])})"


LEAF_TEXT = _text_expression("e")
LEAF_HASH = f"sha256('\\x00'::bytea || convert_to({LEAF_TEXT}, 'UTF8'))"


def leaf_of(text: str) -> bytes:
    """The leaf hash of a canonical text, as it was written by the database or into a file."""
    return leaf_hash(text.encode())


def canonical_row(row: Mapping[str, object]) -> str:
    """The canonical text of a row given by column: times, numbers and bytes as the leaf writes
    them.

    Raises ValueError if a column is missing or unknown.
    """
    if set(row) != set(COLUMNS):
        raise ValueError("an event has exactly the columns of the ledger")
    return canonical_json({**row, "v": VERSION})


def read_row(text: str) -> dict[str, object]:
    """The row of a canonical text. Raises ValueError if the text is not canonical."""
    row = json.loads(text)
    if not isinstance(row, dict) or row.pop("v", None) != VERSION or canonical_row(row) != text:
        raise ValueError("this is not the canonical text of an event")
    return row
