"""The reason under which a record is opened: kept in the session, one for each child.

Never in a URL. It ends with the session, and with the role it was stated in.
"""

from __future__ import annotations

from uuid import UUID

from accounts.http import Request
from records.purposes import Purpose, Reason

_REASONS, _MOST = "reasons", 50


def state_reason(request: Request, child_key: UUID, reason: Reason) -> None:
    """Keeps the reason for opening one child's record for the rest of this session."""
    reasons: dict[str, list[object]] = request.session.get(_REASONS, {})
    reasons.pop(str(child_key), None)
    reasons[str(child_key)] = [
        reason.purpose.value,
        reason.case_reference,
        request.acting.actor.grant_id,
        reason.enquiry_id,
    ]
    request.session[_REASONS] = dict(list(reasons.items())[-_MOST:])


def stated_reason(request: Request, child_key: UUID) -> Reason | None:
    """The reason stated in this session and role for opening that record, if any."""
    kept = request.session.get(_REASONS, {}).get(str(child_key))
    if kept is None or kept[2] != request.acting.actor.grant_id:
        return None
    return Reason(Purpose(kept[0]), kept[1], kept[3])
