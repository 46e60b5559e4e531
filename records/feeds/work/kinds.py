"""The feeds of the work around children. The columns are explained in docs/how-to/import-work.md.

A row says the whole of a thing as its source has it now. What has ended, or was taken back, stays
so: who comes back gets a new reference. Whatever makes a row true of an earlier day or of somebody
else makes it known since now: `recorded_at` follows.
"""

from __future__ import annotations

from functools import partial

from accounts.models import DutyKind, NetworkKind, ShiftPattern, SiteKind
from records.feeds import cells
from records.feeds.work import values
from records.feeds.work.asking import MOVES, REFERRALS
from records.feeds.work.involvements import INVOLVEMENTS
from records.feeds.work.pieces import (
    BACKWARDS,
    END,
    END_KNOWN,
    ENDS,
    FIND_ORGANISATION,
    FIND_PERSON,
    FIND_TEAM,
    KEY,
    NAME,
    NEW_END_KNOWN,
    NOT_ONESELF,
    ORGANISATION,
    PERSON,
    START,
    TEAM,
    doubles,
    known_anew,
)
from records.feeds.work.spec import Column, Fault, Feed

TEAMS = Feed(
    name="teams",
    title="Teams",
    table="accounts_team",
    columns={
        "name": Column(NAME, required=True, about="once an organisation"),
        "organisation": ORGANISATION,
        "closed": Column(values.yes, "boolean", about="yes, or empty"),
    },
    lookups=(FIND_ORGANISATION,),
    faults=doubles(
        "accounts_team",
        "name",
        {"b.organisation_id": "r.organisation_id", "lower(b.name)": "lower(r.name)"},
        "r.closed IS NOT TRUE",
        "b.closed_at IS NULL",
    ),
    fields={
        "organisation_id": "r.organisation_id",
        "name": "r.name",
        "closed_at": "CASE WHEN r.closed THEN now() END",
    },
    updates={
        "closed_at": "CASE WHEN r.closed THEN coalesce(t.closed_at, now()) ELSE t.closed_at END"
    },
    new_marks=KEY,
)
MEMBERSHIPS = Feed(
    name="memberships",
    title="Who is in which team",
    table="accounts_teammembership",
    columns={
        "team": TEAM,
        "person": PERSON,
        "started_on": START,
        "ended_on": END,
        "pattern": Column(values.one_of(ShiftPattern.values), about="day, night or rota"),
    },
    lookups=(FIND_TEAM, FIND_PERSON),
    faults=(
        NOT_ONESELF,
        BACKWARDS,
        *doubles(
            "accounts_teammembership",
            "person",
            {"b.team_id": "r.team_id", "b.user_id": "r.user_id"},
            "r.ended_on IS NULL",
            "b.ended_on IS NULL",
        ),
    ),
    fields={
        "team_id": "r.team_id",
        "user_id": "r.user_id",
        "pattern": "coalesce(nullif(r.pattern, ''), 'day')",
        "started_on": "r.started_on",
        "ended_on": "r.ended_on",
    },
    updates=ENDS,
    marks={"recorded_at": known_anew("team_id", "user_id"), **END_KNOWN},
    new_marks=NEW_END_KNOWN,
)
_SITE = "(SELECT s.id FROM accounts_site AS s WHERE (s.kind, s.code) = (r.kind, r.code))"
SITES = Feed(
    name="sites",
    title="Who works at which school, practice or hospital",
    table="accounts_siteposting",
    columns={
        "person": PERSON,
        "kind": Column(
            values.one_of(SiteKind.values), required=True, about="school, practice or hospital"
        ),
        "code": Column(cells.ods_code, required=True, about="URN of a school, else ODS code"),
        "name": Column(partial(cells.text, most=160), about="of the site"),
        "started_on": START,
        "ended_on": END,
    },
    lookups=(FIND_PERSON,),
    faults=(
        NOT_ONESELF,
        BACKWARDS,
        Fault(
            "code",
            "r.kind = 'school' AND r.code !~ '^[0-9]{6}$'",
            "not a URN",
            "Write the six digits of the school's URN.",
        ),
        *doubles(
            "accounts_siteposting",
            "person",
            {"b.site_id": _SITE, "b.user_id": "r.user_id"},
            "r.ended_on IS NULL",
            "b.ended_on IS NULL",
            ("r.kind", "r.code", "r.user_id"),
        ),
    ),
    fields={
        "site_id": _SITE,
        "user_id": "r.user_id",
        "started_on": "r.started_on",
        "ended_on": "r.ended_on",
    },
    updates=ENDS,
    marks={
        "recorded_at": f"CASE WHEN ROW(t.site_id, t.user_id) IS DISTINCT FROM ROW({_SITE},"
        " r.user_id) OR r.started_on < t.started_on THEN now() ELSE t.recorded_at END",
        **END_KNOWN,
    },
    new_marks=NEW_END_KNOWN,
    before=(
        """INSERT INTO accounts_site (kind, code, name)
        SELECT DISTINCT ON (kind, code) kind, code, name FROM feed_row ORDER BY kind, code, line
        ON CONFLICT (kind, code) DO UPDATE SET name = excluded.name
        WHERE accounts_site.name = '' AND excluded.name <> ''""",
    ),
)
ROTA = Feed(
    name="rota",
    title="Shifts, rota and on-call",
    table="accounts_duty",
    columns={
        "team": TEAM,
        "person": PERSON,
        "kind": Column(
            values.one_of(DutyKind.values), required=True, about="shift, rota or on_call"
        ),
        "starts_at": Column(values.moment, "timestamptz", required=True, about="YYYY-MM-DDTHH:MM"),
        "ends_at": Column(values.moment, "timestamptz", required=True, about="the same"),
        "cancelled": Column(values.yes, "boolean", about="yes, or empty"),
    },
    lookups=(FIND_TEAM, FIND_PERSON),
    faults=(
        NOT_ONESELF,
        Fault(
            "ends_at",
            "NOT r.ends_at > r.starts_at OR r.ends_at > r.starts_at + interval '31 days'",
            "not within 31 days after the start",
            "Correct one of the two moments.",
        ),
        *doubles(
            "accounts_duty",
            "person",
            {
                "b.team_id": "r.team_id",
                "b.user_id": "r.user_id",
                "b.kind": "r.kind",
                "b.starts_at": "r.starts_at",
            },
            "r.cancelled IS NOT TRUE",
            "b.withdrawn_at IS NULL",
        ),
    ),
    fields={
        "team_id": "r.team_id",
        "user_id": "r.user_id",
        "kind": "r.kind",
        "starts_at": "r.starts_at",
        "ends_at": "r.ends_at",
        "withdrawn_at": "CASE WHEN r.cancelled THEN now() END",
    },
    updates={
        "withdrawn_at": "CASE WHEN r.cancelled THEN coalesce(t.withdrawn_at, now())"
        " ELSE t.withdrawn_at END"
    },
    marks={
        "recorded_at": "CASE WHEN ROW(t.team_id, t.user_id, t.kind, t.starts_at, t.ends_at) IS"
        " DISTINCT FROM ROW(r.team_id, r.user_id, r.kind, r.starts_at, r.ends_at)"
        " THEN now() ELSE t.recorded_at END"
    },
)
NETWORKS = Feed(
    name="networks",
    title="Networks that people work from",
    table="accounts_network",
    columns={
        "name": Column(partial(cells.text, most=80), required=True, about="of the network"),
        "kind": Column(
            values.one_of(NetworkKind.values), required=True, about="office, vpn, mobile or home"
        ),
        "cidr": Column(values.network, required=True, about="192.0.2.0/24; IPv6 too"),
        "organisation": ORGANISATION,
        "place": Column(partial(cells.text, most=80), about="the town, if it is in one place"),
        "authority": Column(partial(cells.text, most=9), about="GSS code of where it is"),
        "latitude": Column(values.degrees(90), "numeric(8, 5)", about="with longitude"),
        "longitude": Column(values.degrees(180), "numeric(8, 5)", about="with latitude"),
        "started_on": START,
        "ended_on": END,
    },
    lookups=(FIND_ORGANISATION,),
    faults=(
        BACKWARDS,
        Fault(
            "authority",
            "r.authority <> '' AND NOT EXISTS"
            " (SELECT FROM accounts_authority AS a WHERE a.gss_code = r.authority)",
            "unknown code",
            "Write the GSS code of an upper-tier authority, or leave it empty.",
        ),
        Fault(
            "latitude",
            "(r.latitude IS NULL) <> (r.longitude IS NULL)",
            "one coordinate of two",
            "Write both, or leave both empty.",
        ),
        *doubles(
            "accounts_network",
            "cidr",
            {"b.organisation_id": "r.organisation_id", "b.cidr": "r.cidr::cidr"},
            "r.ended_on IS NULL",
            "b.ended_on IS NULL",
        ),
    ),
    fields={
        "organisation_id": "r.organisation_id",
        "name": "r.name",
        "kind": "r.kind",
        "cidr": "r.cidr::cidr",
        "place": "r.place",
        "authority_id": "nullif(r.authority, '')",
        "latitude": "r.latitude",
        "longitude": "r.longitude",
        "started_on": "r.started_on",
        "ended_on": "r.ended_on",
    },
    updates=ENDS,
    marks={
        "recorded_at": "CASE WHEN ROW(t.cidr, t.place) IS DISTINCT FROM ROW(r.cidr::cidr, r.place)"
        " THEN now() ELSE t.recorded_at END"
    },
    new_marks=KEY,
)

FEEDS: dict[str, Feed] = {
    feed.name: feed
    for feed in (INVOLVEMENTS, REFERRALS, MOVES, TEAMS, MEMBERSHIPS, SITES, ROTA, NETWORKS)
}
