"""What an event of each type must say. The writer refuses an event that does not.

Entries are names of `writer.append` arguments, or `detail.<key>`. What a `detail` may hold at all
is in `details.py`.
"""

from audit.ledger.events import EventType

_SEARCH = frozenset({"purpose", "query_fields"})
_TARGET = frozenset({"target_type", "target_id"})
_LOOK = _TARGET | {"purpose"}

# A type's own entry counts; without one, its family's; without either it needs nothing more.
REQUIRED_BY_FAMILY: dict[str, frozenset[str]] = {
    "record": _TARGET,
    "shield": _TARGET,
    "identity": _TARGET | {"purpose"},
    "involvement": _TARGET,
    "consent": _TARGET,
    "enquiry": frozenset({"enquiry_id"}),
    "referral": _TARGET,
    "mediation": _TARGET,
    "team": _TARGET,
    "service": _TARGET,
    "organisation": _TARGET,
    "accreditation": _TARGET,
    "evidence": _TARGET,
    "account": _TARGET,
    "role": _TARGET | {"detail.role"},
    "alert": _TARGET,
    "investigation": _TARGET,
    "payload": _TARGET,
    "feed": frozenset({"detail.source"}),
}
REQUIRED: dict[EventType, frozenset[str]] = {
    EventType.AUTH_LOGIN: frozenset({"detail.method"}),
    EventType.AUTH_FACTOR_ADDED: frozenset({"detail.factor"}),
    EventType.AUTH_FACTOR_REMOVED: frozenset({"detail.factor"}),
    EventType.SESSION_EXPIRED: frozenset({"reason"}),
    EventType.SEARCH_PERFORMED: _SEARCH | {"result_count"},
    EventType.SEARCH_REFUSED: _SEARCH,
    EventType.RECORD_VIEWED: _LOOK,
    EventType.RECORD_PRINTED: _LOOK,
    EventType.RECORD_DISCLOSED: _LOOK,
    EventType.RECORD_AMENDED: _TARGET | {"detail.fields"},
    EventType.RECORD_DISPUTED: _TARGET | {"detail.fields"},
    EventType.RECORD_IMPORTED: frozenset({"detail.source", "result_count"}),
    EventType.RECORD_EXPORTED: frozenset({"purpose", "result_count"}),
    EventType.SHIELD_OVERRIDDEN: _LOOK,
    EventType.INVOLVEMENT_LISTED: frozenset({"result_count"}),
    EventType.ACCOUNT_INVITATION_REFUSED: frozenset(),  # the link may name nobody
    EventType.ACCOUNT_EXPORTED: frozenset({"result_count"}),
    EventType.ACCOUNT_SUSPENDED: _TARGET | {"reason"},
    EventType.ACCOUNT_REINSTATED: _TARGET | {"reason"},
    EventType.ACCOUNT_CLOSED: _TARGET | {"reason"},
    EventType.CHECK_RECORDED: _TARGET | {"detail.status"},
    EventType.TRAINING_RECORDED: _TARGET | {"detail.version", "detail.valid_until"},
    EventType.TRAINING_REQUIRED: frozenset({"detail.version"}),
    EventType.AGREEMENT_ACCEPTED: frozenset({"detail.version"}),
    EventType.AGREEMENT_PUBLISHED: frozenset({"detail.version"}),
    # Committed before the trail is read, so it cannot say how much was found.
    EventType.TRAIL_READ: frozenset(),
    EventType.TRAIL_EXPORTED: frozenset({"purpose", "result_count"}),
    EventType.AUDIT_VERIFIED: frozenset({"detail.size"}),
    EventType.PAYLOAD_ERASED: frozenset({"detail.event_ids"}),  # many at once
    EventType.LOG_PRUNED: frozenset({"detail.min_id"}),
    EventType.LOG_ERA_STARTED: frozenset({"detail.era"}),
    EventType.KEY_ROTATED: frozenset({"detail.key_id"}),
    EventType.SYSTEM_ERROR: frozenset({"detail.error"}),
    EventType.COMMAND_RUN: frozenset({"detail.command"}),
}

# Types that cannot have succeeded, so that a caller who forgets `outcome` is told.
NEVER_SUCCEEDS: frozenset[EventType] = frozenset(
    {
        EventType.ACCESS_DENIED,
        EventType.AUTH_LOGIN_FAILED,
        EventType.AUTH_LOCKED,
        EventType.AUTH_REAUTHENTICATION_FAILED,
        EventType.SEARCH_REFUSED,
        EventType.SEARCH_EXPIRED,
        EventType.SEARCH_LIMITED,
        EventType.FEED_REFUSED,
        EventType.ACCOUNT_INVITATION_REFUSED,
        EventType.SYSTEM_ERROR,
    }
)


def required_for(event: EventType) -> frozenset[str]:
    """What an event of this type must say: its own entry, or else its family's, or nothing."""
    if event in REQUIRED:
        return REQUIRED[event]
    family = event.value.partition(".")[0]
    return REQUIRED_BY_FAMILY.get(family, frozenset())
