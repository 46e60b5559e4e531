"""The form behind an invitation: the code that was read out, and a first password."""

from __future__ import annotations

from typing import Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Fluid, Layout
from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)

from accounts.models.invitations import WRONG_CODES_ALLOWED


class AcceptInvitationForm(forms.Form):
    """The code of the invitation, and the first password, typed twice and judged by those of the
    configured validators that do not need to know whose it is.
    """

    tries = WRONG_CODES_ALLOWED

    code = forms.CharField(
        label="Code",
        max_length=20,
        help_text="Eight digits. The person who invited you reads them out over the telephone.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": "Enter the code that was read out to you"},
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter a password"},
    )
    password_again = forms.CharField(
        label="The same password again",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter the same password again"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": "novalidate"}
        self.helper.layout = Layout(
            Field.text("code", field_width=Fluid.ONE_THIRD),
            Field.text("password"),
            Field.text("password_again"),
            Button("submit", "Set password"),
        )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean_password_again(self) -> str:
        again: str = self.cleaned_data["password_again"]
        first = self.cleaned_data.get("password")
        if first is not None and again != first:
            raise forms.ValidationError("The two passwords are not the same")
        return again

    def add_wrong_code(self, left: int) -> None:
        """Says that the code was wrong and how often it may still be tried."""
        tries = "one more try" if left == 1 else f"{left} more tries"
        self.add_error("code", f"This is not the code. Ask for it again: you have {tries}")
