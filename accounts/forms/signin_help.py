"""Forms for helping somebody to sign in, and for coming back after a reset."""

from __future__ import annotations

from typing import Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout
from django import forms
from django.contrib.auth.password_validation import validate_password

from accounts.forms.passwords import AcceptInvitationForm
from accounts.models import IdentityCheck, User
from accounts.models.signin_help import Checked


class _Form(forms.Form):
    """A form of ours with one button."""

    button = "Continue"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": "novalidate"}
        self.helper.layout = Layout(*self.boxes(), Button("submit", self.button))

    def boxes(self) -> list[Any]:
        raise NotImplementedError


class FindPersonForm(_Form):
    """Whom to help; posted, so that no address stands in a URL."""

    email = forms.EmailField(
        label="Their work e-mail address",
        error_messages={
            "required": "Enter their work e-mail address",
            "invalid": "Enter an e-mail address in the correct format, like name@example.gov.uk",
        },
    )

    def boxes(self) -> list[Any]:
        return [Field.text("email")]


class UnlockForm(_Form):
    """How it was made sure that the right person asks."""

    button = "Open the lock"
    checked = forms.ChoiceField(
        label="How do you know that it is them?",
        choices=Checked.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how you know that it is them"},
    )

    def boxes(self) -> list[Any]:
        return [Field.radios("checked")]


class ResetForm(_Form):
    """The fresh check of identity before a reset."""

    button = "Reset password and second factors"
    identity_how = forms.ChoiceField(
        label="How did you check their identity today?",
        choices=IdentityCheck.How.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how you checked their identity"},
    )

    def boxes(self) -> list[Any]:
        return [Field.radios("identity_how")]


class NewEmailForm(FindPersonForm):
    """The new address of an account."""

    button = "Change the address"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "New work e-mail address"
        self.fields["email"].error_messages["required"] = "Enter the new work e-mail address"


class RecoveryForm(AcceptInvitationForm):
    """The code that the team said, and a new password twice, judged by whose it is."""

    def __init__(self, *args: Any, user: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["code"].help_text = "Eight digits. Your management team told them to you."

    def clean_password(self) -> str:
        password = super().clean_password()
        validate_password(password, self.user)
        return password
