"""What "I am working with this child" would record of the person who says so: service, team, role.

Filled from the role grant and the team, so nobody types anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.acting import Acting
from accounts.models import Organisation, Team, TeamMembership
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.models import (
    BirthDate,
    Involvement,
    Service,
    ServiceKind,
)
from records.names import names_of
from records.presented import OwnInvolvementView
from records.visibility import SENSITIVE, born_words

CONFIRM_AFTER = timedelta(days=90)  # from then on "still involved?" is asked
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class OwnWork:
    """The service in which somebody works, the team behind it, and as what.

    `service` is None while the directory does not have it yet: recording it adds it.
    """

    organisation: Organisation
    service: Service | None
    team: Team | None
    role: str

    @property
    def name(self) -> str:
        """What the service is called, or would be."""
        if self.service is not None:
            return self.service.name
        return f"{self.organisation}: {self.team}" if self.team else str(self.organisation)


def own_work(by: Acting) -> OwnWork | None:
    """Two statements at most: the person's present team with its service; without a team, the
    organisation's only service, or the one of its own name. None for nobody.
    """
    if by.user is None or by.organisation is None:
        return None
    role = by.user.job_title or (by.role.label if by.role else "")
    team = _present_team(by)
    service = getattr(team, "service", None) if team else _service_of(by.organisation)
    return OwnWork(by.organisation, service, team, role)


def service_recorded(work: OwnWork, by: Acting) -> Service:
    """The service of `work`, added to the directory with its event if it was not there. In the
    caller's transaction.
    """
    if work.service is not None:
        return work.service
    assert by.user is not None  # noqa: S101  for the type checker: `own_work` asked
    service = Service.objects.create(
        organisation=work.organisation,
        team=work.team,
        name=work.name,
        kind=ServiceKind.OTHER,
        phone=by.user.work_phone,
        is_invented=by.user.is_invented,
    )
    append(
        EventType.SERVICE_CREATED,
        actor=by.actor,
        target_type="service",
        target_id=service.pk,
        detail={"organisation_id": work.organisation.pk},
    )
    return service


def _present_team(by: Acting) -> Team | None:
    """The team joined last, of those at the organisation acted for."""
    membership = (
        TeamMembership.objects.current()
        .filter(user=by.user, team__organisation=by.organisation, team__closed_at__isnull=True)
        .select_related("team__organisation", "team__service")
        .order_by("-started_on", "-pk")
        .first()
    )
    return membership.team if membership else None


def _service_of(organisation: Organisation) -> Service | None:
    services = list(Service.objects.open().filter(organisation=organisation, team=None)[:50])
    for service in services:
        if service.name == organisation.name or len(services) == 1:
            return service
    return None


def count_unconfirmed(by: Acting) -> int:
    """How many of the person's own involvements wait for "still involved?". One statement."""
    return _unconfirmed(by).count()


def unconfirmed_involvements(by: Acting) -> list[OwnInvolvementView]:
    """The person's own involvements that nobody confirmed for 90 days, the oldest first, with the
    child's name and date of birth: an event, in the same transaction, unless there is none.

    Four statements beside the transaction's own.
    """
    with transaction.atomic():
        rows = list(_unconfirmed(by).select_related("child", "service", "team")[:MOST_SHOWN])
        if not rows:
            return []
        children = [row.child_id for row in rows]
        names = names_of(children)
        born = _births(children)
        append(
            EventType.INVOLVEMENT_LISTED,
            actor=by.actor,
            result_count=len(rows),
            result_ids=children,
        )
    return [
        OwnInvolvementView(
            id=row.pk,
            child_key=row.child.key,
            child=names.get(row.child_id, "No name recorded"),
            born=born.get(row.child_id, "Not recorded"),
            service=SENSITIVE if row.service.is_sensitive else row.service.name,
            started_on=row.started_on,
            confirmed_on=row.last_confirmed_on,
        )
        for row in rows
    ]


def _unconfirmed(by: Acting) -> QuerySet[Involvement]:
    return Involvement.objects.filter(
        practitioner=by.user,
        ended_on__isnull=True,
        last_confirmed_on__lt=timezone.localdate() - CONFIRM_AFTER,
    ).order_by("last_confirmed_on", "pk")


def _births(children: list[int]) -> dict[int, str]:
    current = BirthDate.objects.filter(child__in=children, is_current=True)
    return {birth.child_id: born_words(birth.born_on, birth.born_year) for birth in current}
