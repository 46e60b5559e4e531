"""The parts of a sentence that come from an event: which column or detail each uses, and its words.

Codes become words here; sentences stand in `wording.py`. Values of search terms are never in an
event, so no part can show them.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format

from accounts.roles import Permission, Role
from audit.ledger.models import AuditEvent

FIELDS: dict[str, str] = {
    "age_from": "age",
    "age_to": "age",
    "birth_date": "date of birth",
    "identifier": "NHS number or other identifier",
    "nhs_number": "NHS number",
    "upn": "unique pupil number",
}
METHODS: dict[str, str] = {
    "password": "password",
    "totp": "authenticator app",
    "webauthn": "passkey",
    "recovery_code": "recovery code",
    "recovery_codes": "recovery codes",
}
REASONS: dict[str, str] = {
    "idle": "15 minutes without use",
    "ended-by-its-owner": "ended by its owner",
    "credentials-changed": "the password or the second factor was changed",
    "too-long": "8 hours are over",
    "not-answered": "nobody answered in time",
    "decided-by-a-person": "decided by a person",
    "two-people-needed": "two people give that role",
    "same-person": "the same person cannot do both",
    "no-live-role": "no role held at the time",
    "role-may-not": "the role does not allow it",
    "other-user-base": "belongs to another management team",
    "acting-role-changed": "the role was changed in another window",
    "directory-unreachable": "the directory cannot be reached",
    "directory-answer-refused": "the directory\u2019s answer cannot be trusted",
    "directory-factor-too-weak": "one factor only was shown at the directory",
    "directory-factor-too-old": "the factors were shown at the directory too long ago",
    "directory-subject-unknown": "this work account is linked to no account",
    "identifier-recorded": "an identifier was recorded",
    "identifier-ended": "an identifier no longer holds",
    "not-used-for-30-days": "not used for 30 days",
    "left-by-the-staff-feed": "the staff feed says that the person left",
    "staff-feed": "the staff feed named another employer",
    "too-many-leavers": "it would have closed too many accounts at once",
    "move-planned": "a move to another managing body was planned",
    "move-cancelled": "a planned move was called off",
    "moved": "another managing body took over",
    "moved-by-the-team": "the team recorded another employer",
    "organisation-merged": "the organisation was merged into its successor",
    "organisation-closed": "the organisation was closed",
}
PERMISSIONS: dict[str, str] = {
    Permission.SEARCH: "search for a child",
    Permission.SEARCH_BY_ADDRESS: "search by an address alone",
    Permission.OPEN_RECORD: "open a child record",
    Permission.CREATE_RECORD: "create a child record",
    Permission.AMEND_RECORD: "amend a child record",
    Permission.DISPUTE_FIELD: "mark something as wrong",
    Permission.RECORD_INVOLVEMENT: "record an involvement",
    Permission.RECEIVE_REFERRAL: "receive a referral",
    Permission.SEND_MESSAGE: "send or read a message",
    Permission.MEDIATE: "look up for somebody without access",
    Permission.ANSWER_MOVE: "answer for an authority whether it takes over a child record",
    Permission.KEEP_SERVICES: "keep the directory of services",
    Permission.REQUEST_SHIELD: "shield a record until it is decided, and see what a shield hides",
    Permission.DECIDE_SHIELD: "decide about shields and review them",
    Permission.LIFT_SHIELD: "take part in removing a shield, and review overrides",
    Permission.OVERRIDE_SHIELD: "look behind a shield",
    Permission.IMPORT_RECORDS: "load child records",
    Permission.READ_LOCAL_TRAIL: "read the audit trail",
    Permission.READ_WHOLE_TRAIL: "read the whole audit trail",
    Permission.READ_LOCAL_FIGURES: "read the figures of a user base",
    Permission.READ_NATIONAL_FIGURES: "read the national figures",
    Permission.GOVERN_DETECTION: "govern detection",
    Permission.MANAGE_ACCOUNTS: "manage accounts",
    Permission.SUSPEND_ACCOUNT: "suspend an account",
    Permission.INVESTIGATE: "investigate",
    Permission.ACCREDIT: "accredit an organisation",
    Permission.PUBLISH_REQUIREMENTS: "publish an agreement or a course",
    Permission.REGISTER_ORGANISATION: "add an organisation",
    Permission.APPLY_FOR_ACCREDITATION: "apply for accreditation",
    Permission.KEEP_DIRECTORIES: "register a directory",
    Permission.KEEP_TEAMS: "keep teams, places of work, calendars and networks",
}
BANDS: dict[str, str] = {
    "none": "nobody there",
    "1-5": "told that 1 to 5 children are there",
    "6-10": "told that 6 to 10 children are there",
    "over-10": "told that more than 10 children are there",
}
LOAD_COUNTS = ("rows", "created", "amended", "closed", "unchanged", "rejected")


@dataclass(frozen=True, slots=True)
class Part:
    """What a part says, and the one or more columns or `detail.<key>` it is made from."""

    uses: tuple[str, ...]
    say: Callable[[AuditEvent], str]


def joined(words: Iterable[str]) -> str:
    """ "a", "a and b", "a, b and c"; each word once."""
    each = list(dict.fromkeys(words))
    return " and ".join([", ".join(each[:-1]), each[-1]]) if len(each) > 1 else "".join(each)


def plain(code: str) -> str:
    """A code as words: no dashes, no underlines."""
    return code.replace("-", " ").replace("_", " ")


def detail_of(event: AuditEvent) -> dict[str, Any]:
    """The event's detail, which the ledger keeps as canonical JSON text."""
    detail: dict[str, Any] = json.loads(event.detail)
    return detail


def role_label(role: str) -> str:
    """The role's name as people know it; a role that no longer exists is shown as recorded."""
    return Role(role).label if role in Role.values else plain(role)


def _from_detail(key: str, words: Callable[[Any], str] = str) -> Part:
    def say(event: AuditEvent) -> str:
        value = detail_of(event).get(key)
        return "" if value in (None, "", []) else words(value)

    return Part((f"detail.{key}",), say)


def _names(fields: Iterable[str]) -> str:
    return joined(FIELDS.get(name, plain(name)) for name in fields)


def _shown(event: AuditEvent) -> str:
    if band := detail_of(event).get("band"):
        return BANDS.get(band, plain(band))
    if event.result_count is None:
        return ""
    if event.result_count == 0:
        return "nothing found"
    return f"{event.result_count} record{'' if event.result_count == 1 else 's'} shown"


def _count(event: AuditEvent) -> str:
    return "" if event.result_count is None else str(event.result_count)


def _because(event: AuditEvent) -> str:
    return REASONS.get(event.reason, plain(event.reason)) if event.reason else ""


def _load(event: AuditEvent) -> str:
    detail = detail_of(event)
    return ", ".join(f"{detail[key]} {key}" for key in LOAD_COUNTS if key in detail)


def _days_read(event: AuditEvent) -> str:
    detail = detail_of(event)
    first, last = detail.get("day_from"), detail.get("day_to")
    if not (first and last):
        return ""
    return _day(first) if first == last else f"{_day(first)} to {_day(last)}"


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "j F Y")


def _either(word: str) -> Callable[[Any], str]:
    return lambda value: word if value else ""


def _methods(code: str) -> str:
    """`password+totp` as "password and authenticator app"."""
    return joined(METHODS.get(each, plain(each)) for each in code.split("+"))


PARTS: dict[str, Part] = {
    "because": Part(("reason",), _because),
    "command": _from_detail("command"),
    "count": Part(
        ("result_count",), lambda e: "" if e.result_count is None else str(e.result_count)
    ),
    "criteria": Part(("query_fields",), lambda e: _names(e.query_fields or ())),
    "days_read": Part(("detail.day_from", "detail.day_to"), _days_read),
    "error": _from_detail("error"),
    "factor": _from_detail("factor", lambda code: METHODS.get(code, plain(code))),
    "fields": _from_detail("fields", _names),
    "filters": _from_detail("filters", lambda names: joined(map(plain, names))),
    "load": Part(tuple(f"detail.{key}" for key in LOAD_COUNTS), _load),
    "method": _from_detail("method", _methods),
    "own_surname": Part(
        ("own_surname",),
        lambda e: "a family name is the practitioner\u2019s own" if e.own_surname else "",
    ),
    "permission": _from_detail("permission", lambda code: PERMISSIONS.get(code, plain(code))),
    "redisplay": _from_detail("redisplay", _either("the same search shown again")),
    "role": _from_detail("role", role_label),
    "rule": _from_detail("rule", plain),
    "shown": Part(("result_count", "detail.band"), _shown),
    "size": _from_detail("size"),
    "source": _from_detail("source"),
    "to": _from_detail("to", plain),
    "valid_until": _from_detail("valid_until", _day),
    "version": _from_detail("version"),
}
