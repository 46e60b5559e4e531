"""What the `detail` and the `facts` of an event may hold: named keys with machine values.

Names, dates of birth, postcodes, terms as typed, reasons in free text and case references never
belong here; they go to the erasable payload. The database sees only the text made from this.
"""

import re
from collections.abc import Mapping, Sequence

from audit.ledger.canonical import canonical_json

MAX_LENGTH = 16_000  # the table's own limit is a little above
# A code, an identifier, a date, a time, a version: no space, so no name and no sentence.
_MACHINE_VALUE = re.compile(r"[A-Za-z0-9_.:+/-]{0,200}\Z")

DETAIL_KEYS: dict[str, str] = {
    # signing in
    "method": "how somebody signed in: password, totp, webauthn, recovery_code",
    "factor": "the kind of second factor",
    "issuer": "identity provider, by our own code",
    "attempts": "failed attempts counted",
    "sessions": "sessions ended, or alive when it was done",
    "enquiries": "enquiries open when it was done",
    # what changed
    "field": "name of the one field concerned",
    "fields": "names of the fields changed, disputed or shown; never their values",
    "from": "state or code before",
    "to": "state or code after",
    "status": "state or code now",
    "kind": "sub-kind of the target",
    "valid_from": "date from which it holds",
    "valid_until": "date until which it holds",
    "review_on": "date of the next review",
    "due_at": "time by which an answer is due",
    "version": "version of a course, agreement, policy, rule or file layout",
    # identifiers of other rows
    "user_id": "account concerned, beside actor and target",
    "organisation_id": "organisation concerned",
    "accreditation_id": "accreditation",
    "application_id": "application for accreditation",
    "grant_id": "role grant concerned, beside the one acted under",
    "role_request_id": "request for a role that two people give",
    "invitation_id": "invitation",
    "child_id": "child record concerned, when it is not the target",
    "merged_id": "row that was merged into the target",
    "involvement_id": "involvement",
    "service_id": "service",
    "team_id": "team",
    "site_id": "place of work",
    "network_id": "registered network, beside the one acted from",
    "duty_id": "entry of a team's calendar",
    "referral_id": "referral, when it is not the target",
    "move_id": "house move from one authority to another",
    "mediation_id": "request from somebody without access, under which this was looked up",
    "dispute_id": "mark 'this is wrong'",
    "shield_id": "shield",
    "evidence_id": "item of evidence",
    "message_id": "message in the outbox",
    "event_ids": "events this one is about",
    "alert_id": "alert",
    "investigation_id": "investigation",
    "search_key": "the search's opaque key",
    # roles and refusals
    "role": "role concerned",
    "permission": "what was asked for and refused",
    "url_name": "name of the page, never its address",
    "http_method": "GET, POST",
    "http_status": "status answered",
    # searching and reading
    "redisplay": "the same search shown again",
    "band": "about how many children a search by address found: none, 1-5, 6-10, over-10",
    "refused_for": "what the search lacked",
    "advice": "code of the advice shown",
    "strong": "results that were strong matches",
    "candidates": "records compared",
    "profile": "shield or preview profile",
    "filters": "names of the filters used in reading the trail",
    "actions": "event types filtered by",
    "day_from": "first day of the trail read",
    "day_to": "last day of the trail read",
    "page": "page number",
    "before_id": "the page of the trail that ends before this event",
    "format": "file format of an export",
    # loads, commands, the system
    "source": "short code of the feed or file's source",
    "batch": "load, by its own identifier",
    "dry_run": "nothing was written",
    "rows": "rows read",
    "created": "rows created",
    "amended": "rows amended",
    "unchanged": "rows found unchanged",
    "closed": "accounts closed, or that would have been",
    "rejected": "rows rejected",
    "command": "management command",
    "task": "scheduled task",
    "synthetic": "done on a database of invented data",
    "error": "class of the error, never its message",
    "count": "how many",
    "days": "how many days",
    # the ledger's own
    "size": "leaves in the tree",
    "root": "root hash, hexadecimal",
    "findings": "verifier findings by code",
    "duration_ms": "time taken",
    "era": "era of transaction identifiers",
    "min_id": "lowest event kept",
    "partition": "partition concerned",
    "key_id": "key, by its identifier",
    # watching
    "rule": "detection rule",
    "rules": "detection rules",
    "score": "score in thousandths",
    "family": "family of rules",
    "gate": "which part of the gate held",
}

FACT_KEYS: dict[str, str] = {
    "v": "version of this set of facts; always there",
    "same_surname": "a child shown bears the practitioner's surname, present or former",
    "same_household": "keyed hash of the household equals the practitioner's",
    "former_household": "equals a former household of the practitioner",
    "colleague_household": "equals a colleague's household",
    "same_postcode": "postcode equals the practitioner's",
    "criteria": "keyed hash of each criterion, by name of the criterion",
    "follows_previous": "same boxes as the search before, and what they say comes after it",
    "occurred_at": "when it was done, where the event came later",
    "test_words": "the case reference says nothing but that this is a test",
}


def detail_text(detail: Mapping[str, object] | None) -> str:
    """The canonical text of `detail`, `{}` for none.

    Raises ValueError for a key not in DETAIL_KEYS or a value that is not a machine value,
    TypeError for a type canonical JSON does not know.
    """
    return _text("detail", detail or {}, DETAIL_KEYS)


def facts_text(facts: Mapping[str, object] | None) -> str | None:
    """The canonical text of `facts`; None for none. Raises as `detail_text`, and without a `v`."""
    if facts is None:
        return None
    if type(facts.get("v")) is not int:
        raise ValueError("facts carry their version as a whole number 'v'")
    return _text("facts", facts, FACT_KEYS)


def _text(what: str, values: Mapping[str, object], known: Mapping[str, str]) -> str:
    if unknown := set(values) - set(known):
        raise ValueError(f"unknown key in {what}: {sorted(map(str, unknown))}; see details.py")
    text = canonical_json(values)
    for key, value in values.items():
        _require_machine_value(what, key, value)
    if len(text.encode()) > MAX_LENGTH:
        raise ValueError(f"{what} is longer than {MAX_LENGTH} bytes")
    return text


def _require_machine_value(what: str, key: str, value: object) -> None:
    if isinstance(value, str):
        if not _MACHINE_VALUE.match(value):
            raise ValueError(f"{what}[{key!r}] is not a code, identifier, date or number")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            _require_machine_value(what, key, name)
            _require_machine_value(what, key, item)
    elif isinstance(value, Sequence):
        for item in value:
            _require_machine_value(what, key, item)
