"""The set questions behind explanations: one statement for many looks, whatever their number.

Each is asked of a list `look` (n, person, child, at, judged, day): who looked at whom, when, and
the moment up to which what was recorded counts. `day` is the day of the look in England. Rows are
read by index, look by look (LATERAL with OFFSET 0): the planner may not read a whole table for
them. The columns of every answer: n, code, and what the sentence needs.
"""

from __future__ import annotations

LOOK = """
WITH look AS MATERIALIZED (
    SELECT n, person, child, at, judged, (at AT TIME ZONE 'Europe/London')::date AS day
    FROM unnest(%(person)s::bigint[], %(child)s::int[],
                %(at)s::timestamptz[], %(judged)s::timestamptz[])
        WITH ORDINALITY AS l (person, child, at, judged, n)
)"""

# Hidden at any moment from the look to its judging.
_HIDDEN = """EXISTS (
    SELECT FROM records_withheldaddress AS w
    WHERE w.child_id = {child} AND w.since <= l.judged AND (w.until IS NULL OR w.until > l.at)
)"""
_LIVES = """{a}.kind = 'address' AND {a}.postcode <> '' AND {a}.recorded_at <= l.judged
    AND ({a}.valid_from IS NULL OR {a}.valid_from <= l.day)
    AND ({a}.valid_until IS NULL OR {a}.valid_until > l.day)"""
_HOUSE = "lower(translate({a}.line_1 || {a}.line_2, ' ,.''-', ''))"

# The child looked at, and (`near`) those who live at the same address; of an address that is hidden
# nobody is near. `team`: those the person is in, or left less than a fortnight before.
AROUND = f"""{LOOK}, near AS MATERIALIZED (
    SELECT DISTINCT l.n, b.child_id AS child
    FROM look AS l
    CROSS JOIN LATERAL (
        SELECT a.postcode, a.uprn, {_HOUSE.format(a="a")} AS house FROM records_address AS a
        WHERE a.child_id = l.child AND {_LIVES.format(a="a")} OFFSET 0
    ) AS home
    CROSS JOIN LATERAL (
        SELECT b.child_id FROM records_address AS b
        WHERE b.postcode = home.postcode AND b.child_id <> l.child AND {_LIVES.format(a="b")}
          AND CASE WHEN home.uprn <> '' AND b.uprn <> '' THEN b.uprn = home.uprn
              ELSE home.house <> '' AND {_HOUSE.format(a="b")} = home.house END
        OFFSET 0
    ) AS b
    WHERE NOT {_HIDDEN.format(child="l.child")} AND NOT {_HIDDEN.format(child="b.child_id")}
), around AS MATERIALIZED (
    SELECT n, person, child AS other, at, judged, day, false AS near FROM look
    UNION ALL
    SELECT l.n, l.person, near.child, l.at, l.judged, l.day, true
    FROM near JOIN look AS l ON l.n = near.n
), team AS MATERIALIZED (
    SELECT DISTINCT l.n, m.team_id, m.name
    FROM look AS l
    CROSS JOIN LATERAL (
        SELECT m.team_id, t.name
        FROM accounts_teammembership AS m JOIN accounts_team AS t ON t.id = m.team_id
        WHERE m.user_id = l.person AND m.recorded_at <= l.judged AND m.started_on <= l.day
          AND (m.ended_on IS NULL OR m.end_recorded_at > l.judged OR m.ended_on + 14 >= l.day)
        OFFSET 0
    ) AS m
)"""  # noqa: S608  constants only

# X1, X2 and X3: open, or closed for less than 90 days as far as was known.
INVOLVED = f"""{AROUND}
SELECT a.n,
    CASE WHEN a.near THEN 'X3' WHEN i.practitioner_id = a.person THEN 'X1' ELSE 'X2' END,
    i.practitioner_id IS NOT DISTINCT FROM a.person AS own, team.name, i.started_on, i.ended,
    i.recorded_at > a.at AS late
FROM around AS a
CROSS JOIN LATERAL (
    SELECT i.practitioner_id, i.team_id, i.started_on, i.recorded_at,
        CASE WHEN coalesce(i.end_recorded_at, i.ended_on::timestamp AT TIME ZONE 'Europe/London')
            <= a.judged THEN i.ended_on END AS ended
    FROM records_involvement AS i
    WHERE i.child_id = a.other AND i.recorded_at <= a.judged
      AND i.started_on <= (a.judged AT TIME ZONE 'Europe/London')::date
    OFFSET 0
) AS i
LEFT JOIN team ON team.n = a.n AND team.team_id = i.team_id
WHERE (i.practitioner_id = a.person OR team.n IS NOT NULL)
  AND (i.ended IS NULL OR i.ended > a.day - 90)
"""  # noqa: S608  constants only

# X4: from three days before it came to thirty days after, to a team of the person, or to their
# employer when it names no team.
REFERRED = f"""{AROUND}
SELECT a.n, 'X4', a.near, r.came_on, team.name
FROM around AS a
CROSS JOIN LATERAL (
    SELECT r.team_id, r.organisation_id,
        (r.came_at AT TIME ZONE 'Europe/London')::date AS came_on
    FROM records_referral AS r
    WHERE r.child_id = a.other AND greatest(r.recorded_at, r.child_named_at) <= a.judged
      AND a.at BETWEEN r.came_at - interval '3 days' AND r.came_at + interval '30 days'
    OFFSET 0
) AS r
JOIN accounts_user AS u ON u.id = a.person
LEFT JOIN team ON team.n = a.n AND team.team_id = r.team_id
WHERE team.n IS NOT NULL OR (r.team_id IS NULL AND r.organisation_id = u.employer_id)
"""  # noqa: S608  constants only

_AT_PLACE = """
SELECT l.n, 'X5', '{kind}', coalesce(nullif(s.name, ''), nullif(site.name, ''), site.code)
FROM look AS l
CROSS JOIN LATERAL (
    SELECT p.{kind}_id AS place_id FROM {places} AS p
    WHERE p.child_id = l.child AND p.recorded_at <= l.judged
      AND (p.started_on IS NULL OR p.started_on <= l.day)
      AND (p.ended_on IS NULL OR p.ended_on >= l.day)
    OFFSET 0
) AS p
JOIN records_{kind} AS s ON s.id = p.place_id
CROSS JOIN LATERAL (
    SELECT site.name, site.code
    FROM accounts_siteposting AS o JOIN accounts_site AS site ON site.id = o.site_id
    WHERE o.user_id = l.person AND o.recorded_at <= l.judged AND o.started_on <= l.day
      AND (o.ended_on IS NULL OR o.end_recorded_at > l.judged OR o.ended_on >= l.day)
      AND site.kind = '{kind}' AND site.code = s.{code}
    OFFSET 0
) AS site"""
_SCHOOLS = _AT_PLACE.format(kind="school", places="records_schoolplace", code="urn")
_PRACTICES = _AT_PLACE.format(
    kind="practice", places="records_practiceregistration", code="ods_code"
)
# X5: the child's school or practice is where the person works.
PLACED = f"{LOOK}{_SCHOOLS} UNION ALL {_PRACTICES}"

# X6: asked for within the day before, and the child named by the time of judging.
MEDIATED = f"""{LOOK}
SELECT l.n, 'X6', q.requester_id, q.requested_at
FROM look AS l
CROSS JOIN LATERAL (
    SELECT q.requester_id, q.requested_at FROM records_mediatedrequest AS q
    WHERE q.child_id = l.child AND q.operator_id = l.person AND q.opened_at <= l.judged
      AND q.requested_at BETWEEN l.at - interval '24 hours' AND l.at
    OFFSET 0
) AS q
"""  # noqa: S608  constants only

# X8: thirty days either way of the move; an offer that was taken back says nothing.
MOVED = f"""{LOOK}
SELECT l.n, 'X8', v.moved_on
FROM look AS l
JOIN accounts_user AS u ON u.id = l.person
JOIN accounts_organisation AS e ON e.id = u.employer_id
LEFT JOIN accounts_organisation AS p ON p.id = e.parent_id
CROSS JOIN LATERAL (
    SELECT v.moved_on FROM records_housemove AS v
    WHERE v.child_id = l.child AND v.recorded_at <= l.judged
      AND v.moved_on BETWEEN l.day - 30 AND l.day + 30
      AND coalesce(u.home_authority_id, e.authority_id, p.authority_id)
          IN (v.from_authority_id, v.to_authority_id)
      AND NOT (v.state = 'withdrawn' AND v.answered_at <= l.judged)
    OFFSET 0
) AS v
"""  # noqa: S608  constants only

# X7 and X11 go by the roles held at the moment of the look; `authority` is that of their base.
ON_DUTY = f"""{LOOK}, role AS MATERIALIZED (
    SELECT l.n, g.role, g.organisation_id, coalesce(o.authority_id, p.authority_id) AS authority
    FROM look AS l
    CROSS JOIN LATERAL (
        SELECT c.codename AS role, g.content_object_id AS organisation_id
        FROM accounts_rolegrant AS g JOIN auth_permission AS c ON c.id = g.permission_id
        WHERE g.user_id = l.person AND g.granted_at <= l.at
          AND (g.until IS NULL OR g.until > l.at)
        UNION
        SELECT h.role, h.organisation_id
        FROM accounts_rolegranthistory AS h JOIN accounts_rolegranthistory AS e
            ON e.grant_id = h.grant_id AND e.change IN ('revoked', 'expired')
        WHERE h.user_id = l.person AND h.change = 'granted' AND h.at <= l.at AND e.at > l.at
        OFFSET 0
    ) AS g
    JOIN accounts_organisation AS o ON o.id = g.organisation_id
    LEFT JOIN accounts_organisation AS p ON p.id = o.parent_id
), reached AS MATERIALIZED (
    SELECT l.n, coalesce(o.authority_id, p.authority_id) AS authority, r.came_on
    FROM look AS l
    CROSS JOIN LATERAL (
        SELECT r.organisation_id, (r.came_at AT TIME ZONE 'Europe/London')::date AS came_on
        FROM records_referral AS r
        WHERE r.child_id = l.child AND greatest(r.recorded_at, r.child_named_at) <= l.judged
          AND l.at BETWEEN r.came_at - interval '3 days' AND r.came_at + interval '30 days'
        OFFSET 0
    ) AS r
    JOIN accounts_organisation AS o ON o.id = r.organisation_id
    LEFT JOIN accounts_organisation AS p ON p.id = o.parent_id
), on_call AS MATERIALIZED (
    SELECT DISTINCT l.n, coalesce(o.authority_id, p.authority_id) AS authority
    FROM look AS l
    CROSS JOIN LATERAL (
        SELECT d.team_id FROM accounts_duty AS d
        WHERE d.user_id = l.person AND d.kind = 'on_call' AND d.recorded_at <= l.judged
          AND d.starts_at BETWEEN l.at - interval '31 days' AND l.at AND d.ends_at > l.at
          AND (d.withdrawn_at IS NULL OR d.withdrawn_at > l.judged)
        OFFSET 0
    ) AS d
    JOIN accounts_team AS t ON t.id = d.team_id
    JOIN accounts_organisation AS o ON o.id = t.organisation_id
    LEFT JOIN accounts_organisation AS p ON p.id = o.parent_id
)
SELECT l.n, 'X7', (s.requested_at AT TIME ZONE 'Europe/London')::date
FROM look AS l
JOIN role ON role.n = l.n AND role.role = 'shield_administrator'
CROSS JOIN LATERAL (
    SELECT s.requested_at FROM records_shieldrequest AS s
    WHERE s.child_id = l.child AND s.organisation_id = role.organisation_id
      AND s.recorded_at <= l.judged AND s.requested_at BETWEEN l.at - interval '7 days' AND l.at
    OFFSET 0
) AS s
UNION ALL
SELECT l.n, 'X11', NULL
FROM look AS l
JOIN role ON role.n = l.n AND role.role = 'management_team'
CROSS JOIN LATERAL (
    SELECT FROM records_childrecord AS c
    WHERE c.id = l.child AND c.authority_id = role.authority OFFSET 0
) AS c
UNION ALL
SELECT reached.n, 'X11', reached.came_on
FROM reached
JOIN role ON role.n = reached.n AND role.authority = reached.authority
    AND role.role IN ('mediator', 'shield_administrator')
UNION ALL
SELECT reached.n, 'X11', reached.came_on
FROM reached JOIN on_call USING (n, authority)
"""  # noqa: S608  constants only

# X10, and whether the address of the child is hidden, which changes the words of other reasons.
ABOUT_CHILD = f"""{LOOK}
SELECT l.n, 'X10', c.is_training, {_HIDDEN.format(child="l.child")}
FROM look AS l
CROSS JOIN LATERAL (
    SELECT coalesce(c.training_since <= l.judged, false) AS is_training
    FROM records_childrecord AS c WHERE c.id = l.child OFFSET 0
) AS c
"""  # noqa: S608  constants only

# Of looks that nothing explains: at work by the rota then; and an open case, or a referral, of a
# team that the person had left more than a fortnight before.
SHIFTS_AND_LEFT_TEAMS = f"""{LOOK}, gone AS MATERIALIZED (
    SELECT DISTINCT l.n, m.team_id
    FROM look AS l
    CROSS JOIN LATERAL (
        SELECT m.team_id FROM accounts_teammembership AS m
        WHERE m.user_id = l.person AND m.recorded_at <= l.judged AND m.started_on <= l.day
          AND m.end_recorded_at <= l.judged AND m.ended_on + 14 < l.day
          AND NOT EXISTS (
              SELECT FROM accounts_teammembership AS again
              WHERE again.user_id = l.person AND again.team_id = m.team_id
                AND again.started_on <= l.day
                AND (again.ended_on IS NULL OR again.ended_on + 14 >= l.day))
        OFFSET 0
    ) AS m
)
SELECT l.n, 'shift' FROM look AS l
CROSS JOIN LATERAL (
    SELECT FROM accounts_duty AS d
    WHERE d.user_id = l.person AND d.recorded_at <= l.judged
      AND d.starts_at BETWEEN l.at - interval '31 days' AND l.at AND d.ends_at > l.at
      AND (d.withdrawn_at IS NULL OR d.withdrawn_at > l.judged)
    LIMIT 1
) AS d
UNION ALL
SELECT gone.n, 'left' FROM gone JOIN look AS l ON l.n = gone.n
CROSS JOIN LATERAL (
    SELECT FROM records_involvement AS i
    WHERE i.child_id = l.child AND i.team_id = gone.team_id AND i.recorded_at <= l.judged
      AND i.started_on <= l.day AND (i.ended_on IS NULL OR i.ended_on > l.day - 90)
    LIMIT 1
) AS i
"""  # noqa: S608  constants only
