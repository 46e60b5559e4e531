"""What people type about accounts: fields, shapes and messages.

No form saves: views hand the cleaned values to an action.
"""

from accounts.forms.passwords import FirstPasswordForm
from accounts.forms.requirements import AgreementForm
from accounts.forms.roles import RoleForm

__all__ = ["AgreementForm", "FirstPasswordForm", "RoleForm"]
