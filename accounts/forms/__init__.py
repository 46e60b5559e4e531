"""What people type about accounts: fields, shapes and messages.

No form saves: views hand the cleaned values to an action.
"""

from accounts.forms.invitations import FileForm, InviteForm, PersonForm
from accounts.forms.passwords import AcceptInvitationForm
from accounts.forms.requirements import AgreementForm, PublishAgreementForm, PublishCourseForm
from accounts.forms.roles import RoleForm
from accounts.forms.vouching import CheckForm, IdentityForm, TrainingForm

__all__ = [
    "AcceptInvitationForm",
    "AgreementForm",
    "CheckForm",
    "FileForm",
    "IdentityForm",
    "InviteForm",
    "PersonForm",
    "PublishAgreementForm",
    "PublishCourseForm",
    "RoleForm",
    "TrainingForm",
]
