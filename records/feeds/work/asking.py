"""The feeds of what is asked of a team or an authority: referrals, and house moves."""

from __future__ import annotations

from functools import partial

from records.feeds import cells
from records.feeds.work import values
from records.feeds.work.involvements import INVOLVEMENTS
from records.feeds.work.pieces import (
    FIND_ORGANISATION,
    FIND_TEAM,
    KEY,
    NAME,
    ORGANISATION,
    TEAM,
    TEAM_QUERY,
    doubles,
)
from records.feeds.work.spec import Column, Fault, Feed, Lookup
from records.models import Answer, Channel

CHILD = {name: INVOLVEMENTS.columns[name] for name in ("child_ref", "child_source", "nhs_number")}
FIND_CHILD = next(one for one in INVOLVEMENTS.lookups if one.into == "child_id")

REFERRALS = Feed(
    name="referrals",
    title="Referrals to a team",
    table="records_referral",
    columns={
        **CHILD,
        "organisation": ORGANISATION,
        "team": Column(NAME, about=TEAM.about),
        "sender": Column(
            partial(cells.text, most=160), required=True, about="who made it: name, organisation"
        ),
        "sender_phone": Column(cells.phone, about="their number"),
        "channel": Column(
            values.one_of(Channel.values), about="telephone, form, letter, in_person; else feed"
        ),
        "came_at": Column(values.moment, "timestamptz", required=True, about="YYYY-MM-DDTHH:MM"),
        "answer": Column(
            values.one_of([answer for answer in Answer.values if answer != Answer.PASSED_ON]),
            about="taken_on, advice or not_for_us; empty: waiting",
        ),
    },
    lookups=(
        FIND_CHILD,
        FIND_ORGANISATION,
        Lookup(
            "team_id",
            "team",
            TEAM_QUERY,
            FIND_TEAM.value_class,
            FIND_TEAM.remedy,
            key="r.team",
            given="r.team <> ''",
        ),
    ),
    faults=(
        Fault("came_at", "r.came_at > now()", "in the future", "Send it when it has come."),
        Fault(
            "team",
            "r.team_id IS NOT NULL AND NOT EXISTS (SELECT FROM accounts_team AS m"
            " WHERE m.id = r.team_id AND m.organisation_id = r.organisation_id)",
            "team of another organisation",
            "Name the organisation of the team as well.",
        ),
        *doubles(
            "records_referral",
            "child_ref",
            {
                "b.child_id": "r.child_id",
                "b.organisation_id": "r.organisation_id",
                "b.sender": "r.sender",
                "b.came_at": "r.came_at",
            },
            "true",
            "true",
        ),
    ),
    fields={
        "child_id": "r.child_id",
        "organisation_id": "r.organisation_id",
        "team_id": "r.team_id",
        "sender": "r.sender",
        "sender_phone": "r.sender_phone",
        "channel": "coalesce(nullif(r.channel, ''), 'feed')",
        "came_at": "r.came_at",
        "answer": "r.answer",
    },
    updates={"answer": "coalesce(nullif(t.answer, ''), r.answer)"},
    marks={
        "answered_at": "CASE WHEN r.answer <> '' THEN coalesce(t.answered_at, now())"
        " ELSE t.answered_at END",
        "child_named_at": "CASE WHEN t.child_id IS DISTINCT FROM r.child_id THEN now()"
        " ELSE t.child_named_at END",
        "recorded_at": "CASE WHEN ROW(t.child_id, t.organisation_id, t.team_id) IS DISTINCT FROM"
        " ROW(r.child_id, r.organisation_id, r.team_id) OR r.came_at <> t.came_at"
        " THEN now() ELSE t.recorded_at END",
    },
    new_marks={
        **KEY,
        "child_named_at": "now()",
        "answered_at": "CASE WHEN r.answer <> '' THEN now() END",
    },
)

_OURS = "(SELECT o.authority_id FROM accounts_organisation AS o WHERE o.id = %(base)s::bigint)"
_WORKS_HERE = """EXISTS (SELECT FROM accounts_organisation AS o
    JOIN accounts_accreditation AS a ON a.organisation_id = o.id
    WHERE o.authority_id = {0} AND o.closed_at IS NULL AND a.status = 'accredited'
      AND (now() AT TIME ZONE 'Europe/London')::date BETWEEN a.valid_from AND a.valid_until)"""
_BOTH_WORK_HERE = (
    f"{_WORKS_HERE.format('r.from_authority')} AND {_WORKS_HERE.format('r.to_authority')}"
)
MOVES = Feed(
    name="moves",
    title="Children who moved to another authority",
    table="records_housemove",
    columns={
        **CHILD,
        "from_authority": Column(
            partial(cells.text, most=9), required=True, about="GSS code: the responsible authority"
        ),
        "to_authority": Column(
            partial(cells.text, most=9), required=True, about="GSS code: where the child lives now"
        ),
        "moved_on": Column(values.day, "date", required=True, about="day of the move"),
    },
    lookups=(FIND_CHILD,),
    faults=(
        Fault("moved_on", "r.moved_on > current_date", "in the future", "Send it then."),
        Fault(
            "to_authority",
            "r.from_authority = r.to_authority",
            "the same authority",
            "Leave the row out: nothing is handed over.",
        ),
        Fault(
            "from_authority",
            f"%(base)s::bigint IS NOT NULL AND {_OURS} IS DISTINCT FROM r.from_authority"
            f" AND {_OURS} IS DISTINCT FROM r.to_authority",
            "another authority's move",
            "Send moves out of your own authority, or into it.",
        ),
        Fault(
            "from_authority",
            "r.id IS NULL AND NOT EXISTS (SELECT FROM records_childrecord AS c"
            " WHERE c.id = r.child_id AND c.authority_id = r.from_authority)",
            "not the responsible authority",
            "Look at the record: another authority is responsible.",
        ),
        Fault(
            "to_authority",
            f"r.id IS NULL AND NOT ({_BOTH_WORK_HERE})",
            "nobody there to answer",
            "Ring that authority: it does not work with ContactPoint yet.",
        ),
        *doubles(
            "records_housemove",
            "child_ref",
            {"b.child_id": "r.child_id"},
            "r.id IS NULL",
            "b.state = 'open'",
        ),
    ),
    fields={
        "child_id": "r.child_id",
        "from_authority_id": "r.from_authority",
        "to_authority_id": "r.to_authority",
        "moved_on": "r.moved_on",
    },
    # A move that was recorded is answered, not rewritten; only its day can be put right.
    updates={
        "child_id": "t.child_id",
        "from_authority_id": "t.from_authority_id",
        "to_authority_id": "t.to_authority_id",
    },
    marks={
        "recorded_at": "CASE WHEN r.moved_on < t.moved_on THEN now() ELSE t.recorded_at END",
        "due_at": "CASE WHEN r.moved_on < t.moved_on THEN greatest(t.due_at, now() + interval"
        " '7 days') ELSE t.due_at END",
    },
    new_marks={
        **KEY,
        "awaits_id": f"CASE WHEN {_OURS} = r.to_authority THEN r.from_authority"
        " ELSE r.to_authority END",
        "due_at": "now() + interval '7 days'",
    },
)
