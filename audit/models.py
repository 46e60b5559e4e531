"""Where Django looks for models. They live in the rooms; nobody but Django imports this module."""

from audit.detection.models import (
    AutomaticSuspension,
    JudgedLook,
    Learned,
    PersonDay,
    Reach,
    ScanCursor,
)
from audit.investigations.models import Alert, Investigation, InvestigationEntry
from audit.ledger.models import AuditEvent, AuditPayload

__all__ = [
    "Alert",
    "AuditEvent",
    "AuditPayload",
    "AutomaticSuspension",
    "Investigation",
    "InvestigationEntry",
    "JudgedLook",
    "Learned",
    "PersonDay",
    "Reach",
    "ScanCursor",
]
