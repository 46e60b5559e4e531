"""Facts about children, one file a subject; constraints stated here, kept by the database.

No case data.
"""

from records.models.children import BirthDate, ChildName, ChildRecord, NameUse, Sex
from records.models.contacts import Address, AddressKind, Carer
from records.models.enquiries import Enquiry
from records.models.identifiers import Identifier, IdentifierScheme
from records.models.involvement import Involvement, Service, ServiceKind
from records.models.mediation import MediatedRequest, MediationOutcome, Urgency
from records.models.messages import MessageText, ServiceMessage
from records.models.moves import HouseMove, MoveRefusal, MoveState
from records.models.places import Place, Practice, PracticeRegistration, School, SchoolPlace
from records.models.provenance import DisputedField, DisputeReason, FieldDispute, SourceLink
from records.models.referrals import Answer, Channel, Referral
from records.models.requests import AddressStep, SearchRequest
from records.models.search import ChildSearch, NameDelete, NameStat
from records.models.shields import (
    Shield,
    ShieldOverride,
    ShieldProfile,
    ShieldRequest,
    ShieldStatus,
    WithheldAddress,
)

__all__ = [
    "Address",
    "AddressKind",
    "AddressStep",
    "Answer",
    "BirthDate",
    "Carer",
    "Channel",
    "ChildName",
    "ChildRecord",
    "ChildSearch",
    "DisputeReason",
    "DisputedField",
    "Enquiry",
    "FieldDispute",
    "HouseMove",
    "Identifier",
    "IdentifierScheme",
    "Involvement",
    "MediatedRequest",
    "MediationOutcome",
    "MessageText",
    "MoveRefusal",
    "MoveState",
    "NameDelete",
    "NameStat",
    "NameUse",
    "Place",
    "Practice",
    "PracticeRegistration",
    "Referral",
    "School",
    "SchoolPlace",
    "SearchRequest",
    "Service",
    "ServiceKind",
    "ServiceMessage",
    "Sex",
    "Shield",
    "ShieldOverride",
    "ShieldProfile",
    "ShieldRequest",
    "ShieldStatus",
    "SourceLink",
    "Urgency",
    "WithheldAddress",
]
