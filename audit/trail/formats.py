"""One event in the words of other systems: FHIR R4 AuditEvent, OCSF and ECS, one JSON line each.

Made from the canonical text that is the leaf, so that an export says no more and no less than what
was sealed. Identifiers and codes only, as in the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

Row = dict[str, Any]

DICOM = "http://dicom.nema.org/resources/ontology/DCM"
OURS = "urn:contactpoint"
OCSF_VERSION = "1.3.0"
ECS_VERSION = "8.17.0"


class ExportFormat(StrEnum):
    """What an export may look like."""

    JSONL = "jsonl"  # the canonical texts themselves
    FHIR = "fhir"
    OCSF = "ocsf"
    ECS = "ecs"


def line_of(text: str, wanted: ExportFormat) -> str:
    """The line of one event, from its canonical text."""
    if wanted is ExportFormat.JSONL:
        return text
    return json.dumps(_FORMATS[wanted](json.loads(text)), ensure_ascii=False)


def _filled(value: Any) -> Any:
    """Without empty parts: none of the formats wants them."""
    if isinstance(value, dict):
        parts = {key: _filled(part) for key, part in value.items()}
        return {key: part for key, part in parts.items() if part not in (None, {}, [])}
    if isinstance(value, list):
        return [part for part in map(_filled, value) if part not in (None, {}, [])]
    return value


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _family(row: Row) -> str:
    return str(row["action"]).partition(".")[0]


def _verb(row: Row) -> str:
    return str(row["action"]).partition(".")[2]


# FHIR R4 ----------------------------------------------------------------------------------------

_DCM: dict[str, tuple[str, str]] = {
    "auth": ("110114", "User Authentication"),
    "session": ("110114", "User Authentication"),
    "search": ("110112", "Query"),
    "record": ("110110", "Patient Record"),
    "role": ("110136", "Security Roles Changed"),
    "accreditation": ("110136", "Security Roles Changed"),
    "account": ("110137", "User Security Attributes Changed"),
    "trail": ("110101", "Audit Log Used"),
    "audit": ("110101", "Audit Log Used"),
}
_DCM_ELSE = ("110100", "Application Activity")
_FHIR_OUTCOME = {"success": "0", "denied": "4", "failure": "4", "error": "8"}
_READS = {"viewed", "read", "listed", "printed", "exported", "disclosed"}
_CREATES = {"created", "recorded", "registered"}
_UPDATES = {"amended", "changed", "merged", "disputed"}


def _fhir_action(row: Row) -> str:
    verb = _verb(row)
    for letter, verbs in (("R", _READS), ("C", _CREATES), ("U", _UPDATES)):
        if verb in verbs:
            return letter
    return "E"


def _identifier(kind: str, number: object) -> Row | None:
    if number is None:
        return None
    return {"identifier": {"system": f"{OURS}:{kind}", "value": str(number)}}


def _coding(kind: str, code: object) -> Row | None:
    return None if code is None else {"system": f"{OURS}:{kind}", "code": str(code)}


def _fhir(row: Row) -> Row:
    code, display = _DCM.get(_family(row), _DCM_ELSE)
    details = {name: row[name] for name in ("query_fields", "result_count", "detail")}
    agents: list[Row] = [
        {
            "who": _identifier("account", row["actor_id"])
            or {"display": row["actor_role"] or row["actor_kind"]},
            "role": [{"coding": [_coding("role", row["actor_role"])]}],
            "requestor": True,
            "network": {"address": row["source_ip"], "type": row["source_ip"] and "2"},
        }
    ]
    others = (("account", row["on_behalf_of"]), ("organisation", row["actor_org"]))
    agents += [{"who": _identifier(*one), "requestor": False} for one in others if one[1]]
    shown = [("child_record", number) for number in row["result_ids"] or ()]
    if row["target_id"] is not None:
        shown.insert(0, (row["target_type"], row["target_id"]))
    entities: list[Row] = [{"what": _identifier(kind, number)} for kind, number in shown]
    entities.append(
        {
            "name": row["action"],
            "detail": [
                {"type": name, "valueString": json.dumps(value)}
                for name, value in details.items()
                if value not in (None, "{}")
            ],
        }
    )
    made = {
        "resourceType": "AuditEvent",
        "id": str(row["id"]),
        "type": {"system": DICOM, "code": code, "display": display},
        "subtype": [_coding("event-type", row["action"])],
        "action": _fhir_action(row),
        "recorded": row["recorded_at"],
        "outcome": _FHIR_OUTCOME[row["outcome"]],
        "outcomeDesc": row["reason"],
        "purposeOfEvent": [{"coding": [_coding("purpose", row["purpose"])]}],
        "agent": agents,
        "source": {"observer": {"display": "ContactPoint"}},
        "entity": entities,
    }
    return dict(_filled(made))


# OCSF -------------------------------------------------------------------------------------------

_OCSF_CLASS = {"auth": (3, 3002), "session": (3, 3002), "account": (3, 3001), "role": (3, 3001)}
_OCSF_ELSE = (6, 6001)  # Web Resources Activity
_OCSF_ACTIVITY: dict[str, int] = {
    "auth.login": 1,
    "auth.logout": 2,
    "search.performed": 5,
    "record.viewed": 2,
    "record.created": 1,
    "record.amended": 3,
    "record.imported": 6,
    "record.exported": 7,
    "record.disclosed": 7,
    "trail.read": 2,
    "trail.exported": 7,
    "audit.exported": 7,
}
_OTHER = 99


def _ocsf(row: Row) -> Row:
    category, kind = _OCSF_CLASS.get(_family(row), _OCSF_ELSE)
    activity = _OCSF_ACTIVITY.get(row["action"], _OTHER)
    user = {"uid": _text(row["actor_id"]), "org": {"uid": _text(row["actor_org"])}}
    concerned = row["target_id"] if row["target_type"] == "user" else row["actor_id"]
    resources = [{"type": "child_record", "uid": str(n)} for n in row["result_ids"] or ()]
    if row["target_id"] is not None:
        resources.insert(0, {"type": row["target_type"], "uid": str(row["target_id"])})
    made = {
        "category_uid": category,
        "class_uid": kind,
        "activity_id": activity,
        "activity_name": row["action"],
        "type_uid": kind * 100 + activity,
        "time": round(datetime.fromisoformat(row["recorded_at"]).timestamp() * 1000),
        "severity_id": 1 if row["outcome"] == "success" else 2,
        "status_id": 1 if row["outcome"] == "success" else 2,
        "status_code": row["reason"],
        "metadata": {
            "version": OCSF_VERSION,
            "uid": str(row["id"]),
            "correlation_uid": row["request_id"],
            "product": {"name": "ContactPoint", "vendor_name": "ContactPoint"},
        },
        "actor": {"user": user, "session": {"uid": row["session_ref"]}},
        "src_endpoint": {"ip": row["source_ip"]},
        "unmapped": {
            name: row[name] for name in ("actor_kind", "actor_role", "purpose", "query_fields")
        },
    }
    if category == 3:
        made["user"] = {"uid": str(concerned) if concerned is not None else "unknown"}
    else:
        made["web_resources"] = resources or [{"type": "event", "uid": str(row["id"])}]
    return dict(_filled(made))


# ECS --------------------------------------------------------------------------------------------

_ECS_KIND: dict[str, tuple[str, str]] = {
    "auth": ("authentication", "info"),
    "session": ("session", "info"),
    "search": ("database", "access"),
    "record": ("database", "access"),
    "account": ("iam", "user"),
    "role": ("iam", "user"),
    "accreditation": ("iam", "change"),
    "shield": ("iam", "change"),
    "access": ("iam", "denied"),
}
_ECS_ELSE = ("configuration", "info")


def _ecs(row: Row) -> Row:
    category, kind = _ECS_KIND.get(_family(row), _ECS_ELSE)
    made = {
        "@timestamp": row["recorded_at"],
        "ecs": {"version": ECS_VERSION},
        "event": {
            "kind": "event",
            "category": [category],
            "type": ["denied"] if row["outcome"] == "denied" else [kind],
            "action": row["action"],
            "outcome": "success" if row["outcome"] == "success" else "failure",
            "reason": row["reason"],
            "id": str(row["id"]),
            "sequence": row["id"],
            "provider": "contactpoint",
        },
        "user": {
            "id": _text(row["actor_id"]),
            "roles": [row["actor_role"]],
            "target": {
                "id": _text(row["target_id"]) if row["target_type"] == "user" else None,
            },
        },
        "organization": {"id": _text(row["actor_org"])},
        "source": {"ip": row["source_ip"]},
        "trace": {"id": row["request_id"]},
        "labels": {
            "purpose": row["purpose"],
            "target_type": row["target_type"],
            "target_id": _text(row["target_id"]),
            "result_ids": ",".join(map(str, row["result_ids"] or ())) or None,
        },
    }
    return dict(_filled(made))


_FORMATS: dict[ExportFormat, Callable[[Row], Row]] = {
    ExportFormat.FHIR: _fhir,
    ExportFormat.OCSF: _ocsf,
    ExportFormat.ECS: _ecs,
}
