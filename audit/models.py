"""Where Django looks for models. They live in the rooms; nobody but Django imports this module."""

from audit.investigations.models import Investigation, InvestigationEntry
from audit.ledger.models import AuditEvent, AuditPayload

__all__ = ["AuditEvent", "AuditPayload", "Investigation", "InvestigationEntry"]
