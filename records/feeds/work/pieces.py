"""What the work feeds share: columns, what they point to, faults, and since when a row is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from records.feeds import cells
from records.feeds.work import values
from records.feeds.work.spec import Column, Fault, Lookup

IN_BASE = "(%(base)s::bigint IS NULL OR %(base)s::bigint IN ({o}.id, {o}.parent_id))"
NAME = partial(cells.text, most=120)

START = Column(values.day, "date", required=True, about="first day")
END = Column(values.day, "date", about="last day; empty: still so")
PERSON = Column(values.email, required=True, about="work e-mail address of the account")
TEAM = Column(NAME, required=True, about="source_ref of the team in this source, or its name")
ORGANISATION = Column(
    values.identifier, about="identifier as scheme:value; empty: your own authority or partner"
)

TEAM_QUERY = f"""
    SELECT DISTINCT ON (key) key, id FROM (
        SELECT t.source_ref AS key, t.id, 1 AS rank FROM accounts_team AS t
        JOIN accounts_organisation AS o ON o.id = t.organisation_id
        WHERE t.source = %(source)s AND t.closed_at IS NULL AND {IN_BASE.format(o="o")}
        UNION ALL
        SELECT t.name, min(t.id), 2 FROM accounts_team AS t
        JOIN accounts_organisation AS o ON o.id = t.organisation_id
        WHERE t.closed_at IS NULL AND {IN_BASE.format(o="o")}
        GROUP BY t.name HAVING count(*) = 1
    ) AS every ORDER BY key, rank"""  # noqa: S608  constants only


def person_at(column: str) -> str:
    """The account of that address, employed in the user base or holding a role in it."""
    return f"""
    SELECT u.id FROM accounts_user AS u JOIN accounts_organisation AS e ON e.id = u.employer_id
    WHERE u.email = r.{column} AND u.status <> 'closed' AND ({IN_BASE.format(o="e")} OR EXISTS (
        SELECT FROM accounts_rolegrant AS g
        JOIN accounts_organisation AS o ON o.id = g.content_object_id
        WHERE g.user_id = u.id AND {IN_BASE.format(o="o")}))"""  # noqa: S608  constants only


FIND_TEAM = Lookup(
    "team_id",
    "team",
    TEAM_QUERY,
    "unknown team",
    "Send the team first, or write its name as the list of teams has it.",
    key="r.team",
)
FIND_PERSON = Lookup(
    "user_id",
    "person",
    person_at("person"),
    "unknown person",
    "Check the address; people of another user base are not taken.",
)
FIND_ORGANISATION = Lookup(
    "organisation_id",
    "organisation",
    f"""CASE WHEN r.organisation = '' THEN %(base)s::bigint ELSE (
        SELECT min(i.organisation_id) FROM accounts_organisationidentifier AS i
        JOIN accounts_organisation AS o ON o.id = i.organisation_id
        WHERE i.scheme || ':' || i.value = r.organisation AND i.valid_until IS NULL
          AND o.closed_at IS NULL AND {IN_BASE.format(o="o")}) END""",  # noqa: S608  constants only
    "unknown organisation",
    "Write one of its identifiers as scheme:value, for example urn:123456.",
)
NOT_ONESELF = Fault(
    "person", "r.user_id = %(me)s", "own account", "Let another member of the team load this row."
)
BACKWARDS = Fault(
    "ended_on", "r.ended_on < r.started_on", "before the start", "Correct one of the two days."
)


def doubles(
    table: str,
    column: str,
    keys: Mapping[str, str],
    live: str,
    live_before: str,
    row_keys: Sequence[str] = (),
) -> tuple[Fault, Fault]:
    """Rejects a row that says again what another row says: of the file (`row_keys`, else the values
    of `keys`), or recorded before as `b` (`keys`: an expression of `b`, and of `r`).
    """
    compared = row_keys or keys.values()
    same_row = " AND ".join(f"{value.replace('r.', 'f.')} = {value}" for value in compared)
    same_before = " AND ".join(f"{before} = {value}" for before, value in keys.items())
    remedy = "Leave the row out, or end what is recorded first."
    return (
        Fault(
            column,
            f"{live} AND EXISTS (SELECT FROM feed_row AS f WHERE {same_row}"
            f" AND {live.replace('r.', 'f.')} AND f.line < r.line)",
            "twice in this file",
            remedy,
        ),
        Fault(
            column,
            f"{live} AND EXISTS (SELECT FROM {table} AS b"  # noqa: S608  constants only
            f" WHERE {same_before} AND {live_before}"
            " AND b.id IS DISTINCT FROM r.id)",
            "recorded already",
            remedy,
        ),
    )


def known_anew(*kept: str) -> str:
    """`recorded_at` of a changed row: now, unless what it is about and its start are as before."""
    before = ", ".join(f"t.{name}" for name in kept)
    after = ", ".join(f"r.{name}" for name in kept)
    return (
        f"CASE WHEN ROW({before}) IS DISTINCT FROM ROW({after}) OR r.started_on < t.started_on"
        " THEN now() ELSE t.recorded_at END"
    )


ENDS = {"ended_on": "coalesce(r.ended_on, t.ended_on)"}
END_KNOWN = {
    "end_recorded_at": "CASE WHEN coalesce(r.ended_on, t.ended_on) IS DISTINCT FROM t.ended_on"
    " THEN now() ELSE t.end_recorded_at END"
}
NEW_END_KNOWN = {"end_recorded_at": "CASE WHEN r.ended_on IS NOT NULL THEN now() END"}
KEY = {"key": "gen_random_uuid()"}
