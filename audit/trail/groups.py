"""The kinds of action a trail can be filtered by: every event type belongs to exactly one group.

Groups are families of event types, the word before the dot; new families must be put here, and a
house test says so.
"""

from django.db import models

from audit.ledger.events import EventType


class ActionGroup(models.TextChoices):
    """What stands in the filter and, as its value, in the URL."""

    SEARCHES = "searches", "Searches"
    RECORDS = "records", "Child records opened or changed"
    SHIELDS = "shields", "Shields"
    WORK = "work", "Involvement, enquiries, teams and services"
    REFUSALS = "refusals", "Access refused"
    SIGNING_IN = "signing-in", "Signing in"
    ACCOUNTS = "accounts", "Accounts, roles and organisations"
    WATCHING = "watching", "Alerts and investigations"
    TRAIL = "trail", "Reading of the trail and statistics"
    SYSTEM = "system", "The system itself"


FAMILIES: dict[ActionGroup, tuple[str, ...]] = {
    ActionGroup.SEARCHES: ("search",),
    ActionGroup.RECORDS: ("record",),
    ActionGroup.SHIELDS: ("shield", "identity"),
    ActionGroup.WORK: (
        "involvement",
        "consent",
        "enquiry",
        "referral",
        "mediation",
        "message",
        "team",
        "rota",
        "network",
        "service",
    ),
    ActionGroup.REFUSALS: ("access",),
    ActionGroup.SIGNING_IN: ("auth", "session"),
    ActionGroup.ACCOUNTS: (
        "organisation",
        "accreditation",
        "evidence",
        "account",
        "check",
        "training",
        "agreement",
        "role",
    ),
    ActionGroup.WATCHING: ("alert", "rule", "report", "investigation", "manager", "person"),
    ActionGroup.TRAIL: ("trail", "payload", "statistics"),
    ActionGroup.SYSTEM: ("feed", "audit", "log", "key", "system", "command"),
}


def actions_of(group: ActionGroup) -> list[str]:
    """The event types of a group, as the ledger spells them."""
    families = FAMILIES[group]
    return [event.value for event in EventType if event.value.partition(".")[0] in families]
