"""Facts about people and organisations, one file a subject; constraints are stated here and kept by
the database.
"""

from accounts.models.accreditation import Accreditation, RenewalReminder, Sanction
from accounts.models.applications import (
    AccreditationApplication,
    ApplicationMessage,
    EvidenceItem,
    EvidenceKind,
)
from accounts.models.devices import KnownDevice
from accounts.models.directories import DirectoryLink, IdentityProvider
from accounts.models.grants import RoleGrant, RoleGrantHistory
from accounts.models.households import StaffHousehold
from accounts.models.identifiers import IdentifierScheme, OrganisationIdentifier
from accounts.models.invitations import Invitation
from accounts.models.messages import MessageKind, OutboxMessage
from accounts.models.moves import OrganisationMove
from accounts.models.networks import Network, NetworkKind
from accounts.models.organisations import Authority, Organisation
from accounts.models.requirements import (
    AgreementAcceptance,
    AgreementVersion,
    CourseVersion,
    TrainingResult,
)
from accounts.models.role_requests import RoleRequest
from accounts.models.sessions import Session
from accounts.models.signin_help import Recovery, SignInChange
from accounts.models.staffing import StaffLink, StaffProposal
from accounts.models.teams import (
    Duty,
    DutyKind,
    ShiftPattern,
    Site,
    SiteKind,
    SitePosting,
    Team,
    TeamMembership,
)
from accounts.models.users import User
from accounts.models.vouching import CriminalRecordCheck, IdentityCheck

__all__ = [
    "Accreditation",
    "AccreditationApplication",
    "AgreementAcceptance",
    "AgreementVersion",
    "ApplicationMessage",
    "Authority",
    "CourseVersion",
    "CriminalRecordCheck",
    "DirectoryLink",
    "Duty",
    "DutyKind",
    "EvidenceItem",
    "EvidenceKind",
    "IdentifierScheme",
    "IdentityCheck",
    "IdentityProvider",
    "Invitation",
    "KnownDevice",
    "MessageKind",
    "Network",
    "NetworkKind",
    "Organisation",
    "OrganisationIdentifier",
    "OrganisationMove",
    "OutboxMessage",
    "Recovery",
    "RenewalReminder",
    "RoleGrant",
    "RoleGrantHistory",
    "RoleRequest",
    "Sanction",
    "Session",
    "ShiftPattern",
    "SignInChange",
    "Site",
    "SiteKind",
    "SitePosting",
    "StaffHousehold",
    "StaffLink",
    "StaffProposal",
    "Team",
    "TeamMembership",
    "TrainingResult",
    "User",
]
