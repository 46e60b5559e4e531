"""Who acts, under which grant: built once a request (or job) and handed to every policy, action and
access.

Never cached across requests: an account suspended or an organisation withdrawn is out at its next
request.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.conf import settings

from accounts.models import Organisation, RoleGrant, User
from accounts.roles import Permission, Role, permissions_of
from audit.ledger.actor import Actor, ActorKind


@dataclass(frozen=True)
class RequestFacts:
    """Where a request came from, as the event keeps it.

    `session_ref` is a keyed hash, never the key itself.
    """

    source_ip: str | None = None
    request_id: UUID | None = None
    session_ref: bytes | None = None
    network_id: int | None = None  # registered network that `source_ip` lies in


NO_REQUEST = RequestFacts()


@dataclass(frozen=True)
class Acting:
    """One person acting in one role, or a job, a command, or nobody at all.

    `grant` comes annotated by `RoleGrantQuerySet.with_standing()`; policies judge it, this class
    only carries it. `factor_is_fresh`: a second factor was shown in this session within the last
    five minutes; jobs and commands have no session, so for them it is always so. `factors_shown`:
    which second factors this session has shown; `by_directory`: an organisation's own sign-in
    service opened it.
    """

    actor: Actor
    user: User | None = None
    grant: RoleGrant | None = None
    factor_is_fresh: bool = False
    factors_shown: frozenset[int] = frozenset()
    by_directory: bool = False

    @cached_property
    def role(self) -> Role | None:
        return self.grant.role if self.grant else None

    @property
    def organisation(self) -> Organisation | None:
        return self.grant.organisation if self.grant else None

    @property
    def base(self) -> Organisation | None:
        """The management team's organisation: what the local trail is scoped by."""
        return self.organisation.base if self.organisation else None

    def has(self, permission: Permission) -> bool:
        """Whether the role, by the table alone, includes `permission`.

        Standing is asked of `policies.can`.
        """
        return self.role is not None and permission in permissions_of(self.role)

    @property
    def duty_phone(self) -> str:
        """The out-of-hours number this person should ring: their own team's, else the
        national one.
        """
        own = self.base.duty_phone if self.base else ""
        return own or settings.NATIONAL_DUTY_PHONE


def nobody(facts: RequestFacts = NO_REQUEST) -> Acting:
    """A request without a signed-in person."""
    return Acting(
        actor=Actor(
            kind=ActorKind.ANONYMOUS,
            source_ip=facts.source_ip,
            request_id=facts.request_id,
            session_ref=facts.session_ref,
        )
    )


def job(name: str) -> Acting:
    """A scheduled job; `name` is the task's, kept as the role on its events."""
    return Acting(actor=Actor(kind=ActorKind.JOB, role=name), factor_is_fresh=True)


def installer() -> Acting:
    """Whoever types `install_central_body` on an empty system: nobody has an account yet."""
    actor = Actor(kind=ActorKind.COMMAND, role="install_central_body")
    return Acting(actor=actor, factor_is_fresh=True)


def person(
    user: User,
    grant: RoleGrant | None,
    facts: RequestFacts = NO_REQUEST,
    *,
    factor_is_fresh: bool = False,
    factors_shown: frozenset[int] = frozenset(),
    by_directory: bool = False,
) -> Acting:
    """`user` acting under `grant` (none when the account holds no live role)."""
    return Acting(
        user=user,
        grant=grant,
        actor=_actor(ActorKind.PERSON, user, grant, facts),
        factor_is_fresh=factor_is_fresh,
        factors_shown=factors_shown,
        by_directory=by_directory,
    )


def known_as(acting: Acting, user: User) -> Acting:
    """The same request, now that it has shown who sends it: an invitation's token, a password, a
    passkey.
    """
    facts = RequestFacts(
        source_ip=acting.actor.source_ip,
        request_id=acting.actor.request_id,
        session_ref=acting.actor.session_ref,
        network_id=acting.actor.network_id,
    )
    return person(user, None, facts)


def operator(user: User | None, grant: RoleGrant | None, command: str) -> Acting:
    """A person acting through a command; without one (synthetic databases only) the demo operator
    stands in.
    """
    if user is None:
        actor = Actor(kind=ActorKind.COMMAND, role=f"demo_operator:{command}")
        return Acting(actor=actor, factor_is_fresh=True)
    actor = _actor(ActorKind.COMMAND, user, grant, NO_REQUEST)
    return Acting(user=user, grant=grant, actor=actor, factor_is_fresh=True)


def _actor(kind: ActorKind, user: User, grant: RoleGrant | None, facts: RequestFacts) -> Actor:
    organisation = grant.organisation if grant else user.employer
    return Actor(
        kind=kind,
        id=user.pk,
        role=grant.role.value if grant else None,
        org=organisation.pk,
        base=organisation.base.pk,
        grant_id=grant.pk if grant else None,
        session_ref=facts.session_ref,
        source_ip=facts.source_ip,
        request_id=facts.request_id,
        network_id=facts.network_id,
    )


def session_ref(session_key: str | None) -> bytes | None:
    """HMAC-SHA-256 of the session key, 16 bytes: links the events of one session without holding
    the key.
    """
    if not session_key:
        return None
    return hmac.digest(settings.SECRET_KEY.encode(), session_key.encode(), hashlib.sha256)[:16]
