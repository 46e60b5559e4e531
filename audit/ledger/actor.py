"""Who acts, as the ledger writes it down: plain identifiers, copied at the moment of the act.

No model and no look-up here; `accounts.acting` builds an Actor for a request.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

SESSION_REF_BYTES = 16


class ActorKind(StrEnum):
    """A person signed in, a scheduled job, a command typed by an operator, or nobody known."""

    PERSON = "person"
    JOB = "job"
    COMMAND = "command"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The acting party of an event.

    `role` is the role acted in (or the name of the job or command), `org` the organisation acted
    for, `base` the authority or national partner that managed it then (the key of local reading),
    `on_behalf_of` the account for whom a mediator acts, `session_ref` 16 bytes of a keyed hash of
    the session key, never the key. Raises ValueError when a person has no id, an anonymous actor
    has one, or `session_ref` has another length.
    """

    kind: ActorKind
    id: int | None = None
    role: str | None = None
    org: int | None = None
    base: int | None = None
    grant_id: int | None = None
    on_behalf_of: int | None = None
    session_ref: bytes | None = None
    source_ip: str | None = None
    request_id: UUID | None = None
    network_id: int | None = None

    def __post_init__(self) -> None:
        if self.kind is ActorKind.PERSON and self.id is None:
            raise ValueError("an actor who is a person has an id")
        if self.kind is ActorKind.ANONYMOUS and self.id is not None:
            raise ValueError("an anonymous actor has no id")
        if self.session_ref is not None and len(self.session_ref) != SESSION_REF_BYTES:
            raise ValueError(f"session_ref is {SESSION_REF_BYTES} bytes of a keyed hash")
