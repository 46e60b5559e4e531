"""The register of networks: what a user base's people work from, kept by its team."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from ipaddress import ip_network

from django.db import transaction
from django.utils import timezone

from accounts.acting import Acting
from accounts.actions.teams import AlreadyThere, doubles_are
from accounts.models import Authority, Network, NetworkKind, Organisation
from accounts.policies import require
from accounts.policies.teams import can_keep_teams
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNetwork:
    """A network as somebody describes it; where it is only if it is in one place."""

    name: str
    kind: NetworkKind
    cidr: str
    place: str = ""
    authority: Authority | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None


def register_network(*, organisation: Organisation, new: NewNetwork, by: Acting) -> Network:
    """Adds a network from today on. Raises `Refused`, `AlreadyThere`, and ValueError for what is no
    network.
    """
    require(
        can_keep_teams(by, organisation),
        permission=Permission.KEEP_TEAMS.value,
        target_type="organisation",
        target_id=organisation.pk,
    )
    cidr = str(ip_network(new.cidr.strip()))
    with doubles_are(AlreadyThere), transaction.atomic():
        network = Network.objects.create(
            organisation=organisation,
            name=new.name.strip(),
            kind=new.kind,
            cidr=cidr,
            place=new.place.strip(),
            authority=new.authority,
            latitude=new.latitude,
            longitude=new.longitude,
            started_on=timezone.localdate(),
            recorded_by=by.user,
        )
        _tell(network, by, "registered")
    return network


def end_network(*, network: Network, by: Acting) -> bool:
    """The network is not used any more from today on. False when it had ended."""
    require(
        can_keep_teams(by, network.organisation),
        permission=Permission.KEEP_TEAMS.value,
        target_type="network",
        target_id=network.pk,
    )
    with transaction.atomic():
        live = Network.objects.filter(pk=network.pk, ended_on__isnull=True)
        if not live.update(ended_on=timezone.localdate()):
            return False
        _tell(network, by, "ended")
    return True


def _tell(network: Network, by: Acting, to: str) -> None:
    append(
        EventType.NETWORK_AMENDED,
        actor=by.actor,
        target_type="network",
        target_id=network.pk,
        detail={"kind": network.kind, "to": to, "organisation_id": network.organisation_id},
    )
