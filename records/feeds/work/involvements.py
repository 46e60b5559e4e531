"""The feed of involvements: who works with which child, as a case system knows it."""

from __future__ import annotations

from functools import partial

from records.feeds import cells
from records.feeds.work import values
from records.feeds.work.pieces import (
    BACKWARDS,
    END,
    END_KNOWN,
    ENDS,
    FIND_PERSON,
    FIND_TEAM,
    IN_BASE,
    NAME,
    NEW_END_KNOWN,
    PERSON,
    START,
    TEAM,
    TEAM_QUERY,
    doubles,
    known_anew,
    person_at,
)
from records.feeds.work.spec import Column, Fault, Feed, Lookup

INVOLVEMENTS = Feed(
    name="involvements",
    title="Who works with which child",
    table="records_involvement",
    columns={
        "child_ref": Column(
            partial(cells.text, most=80), about="the child's source_ref in its own feed"
        ),
        "child_source": Column(
            partial(cells.text, most=60), about="the source of that feed; empty: this one"
        ),
        "nhs_number": Column(cells.nhs_number, about="instead of child_ref"),
        "service": Column(
            partial(cells.text, most=160), required=True, about="name in the directory of services"
        ),
        "team": Column(NAME, about=TEAM.about),
        "practitioner": Column(values.email, about=PERSON.about),
        "role": Column(NAME, about="as what, for example health visitor"),
        "contact_name": Column(
            partial(cells.text, most=160), about="whom to ring, if not the practitioner"
        ),
        "contact_phone": Column(cells.phone, about="number to ring, if not the service's"),
        "started_on": START,
        "ended_on": END,
        "confirmed_on": Column(values.day, "date", about="when the source last confirmed it"),
    },
    lookups=(
        Lookup(
            "child_id",
            "child_ref",
            """CASE WHEN r.child_ref <> '' THEN (
                SELECT l.child_id FROM records_sourcelink AS l
                WHERE l.source = coalesce(nullif(r.child_source, ''), %(source)s)
                  AND l.source_ref = r.child_ref) ELSE (
                SELECT min(i.child_id) FROM records_identifier AS i
                WHERE i.scheme = 'nhs_number' AND i.value = r.nhs_number AND i.ended_on IS NULL
                HAVING count(*) = 1) END""",
            "unknown child",
            "Load the child first, or write the NHS number that the record has.",
        ),
        Lookup(
            "service_id",
            "service",
            f"""SELECT s.name AS key, min(s.id) AS id FROM records_service AS s
            JOIN accounts_organisation AS o ON o.id = s.organisation_id
            WHERE {IN_BASE.format(o="o")} GROUP BY s.name HAVING count(*) = 1""",  # noqa: S608  constants only
            "unknown service",
            "Write the name as the directory of services has it, once among your own.",
            key="r.service",
        ),
        Lookup(
            "team_id",
            "team",
            TEAM_QUERY,
            FIND_TEAM.value_class,
            FIND_TEAM.remedy,
            key="r.team",
            given="r.team <> ''",
        ),
        Lookup(
            "practitioner_id",
            "practitioner",
            person_at("practitioner"),
            FIND_PERSON.value_class,
            FIND_PERSON.remedy,
            given="r.practitioner <> ''",
        ),
    ),
    faults=(
        BACKWARDS,
        Fault("started_on", "r.started_on > current_date", "in the future", "Send it then."),
        *doubles(
            "records_involvement",
            "child_ref",
            {
                "b.child_id": "r.child_id",
                "b.service_id": "r.service_id",
                "b.practitioner_id": "r.practitioner_id",
            },
            "r.ended_on IS NULL AND r.practitioner_id IS NOT NULL",
            "b.ended_on IS NULL",
        ),
        *doubles(
            "records_involvement",
            "child_ref",
            {
                "b.child_id": "r.child_id",
                "b.service_id": "r.service_id",
                "b.contact_name": "r.contact_name",
            },
            "r.ended_on IS NULL AND r.practitioner_id IS NULL",
            "b.ended_on IS NULL AND b.practitioner_id IS NULL",
        ),
    ),
    fields={
        "child_id": "r.child_id",
        "service_id": "r.service_id",
        "team_id": "r.team_id",
        "practitioner_id": "r.practitioner_id",
        "role": "r.role",
        "contact_name": "r.contact_name",
        "contact_phone": "r.contact_phone",
        "started_on": "r.started_on",
        "ended_on": "r.ended_on",
        "last_confirmed_on": "greatest(least(r.confirmed_on, current_date), r.started_on)",
    },
    updates={
        **ENDS,
        "last_confirmed_on": "greatest(least(r.confirmed_on, current_date), r.started_on,"
        " t.last_confirmed_on)",
    },
    marks={
        "recorded_at": known_anew("child_id", "service_id", "team_id", "practitioner_id"),
        **END_KNOWN,
    },
    new_marks=NEW_END_KNOWN,
)
