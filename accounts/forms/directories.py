"""The form in which the central team registers a directory."""

from __future__ import annotations

from typing import Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout
from django import forms

from accounts.models import Organisation
from accounts.roles import OrganisationKind

MANAGING = [OrganisationKind.LOCAL_AUTHORITY, OrganisationKind.NATIONAL_PARTNER]


class DirectoryForm(forms.Form):
    """What the organisation's own administrator tells the central team."""

    organisation = forms.ModelChoiceField(
        label="Authority or national partner",
        queryset=Organisation.objects.none(),
        error_messages={"required": "Choose the authority or national partner"},
    )
    issuer = forms.CharField(
        label="Issuer",
        help_text="Exactly as the directory spells it, for example https://login.council.gov.uk/v2",
        max_length=300,
        error_messages={"required": "Enter the address of the issuer"},
    )
    client_id = forms.CharField(
        label="Client identifier",
        max_length=200,
        error_messages={"required": "Enter the client identifier"},
    )
    secret = forms.CharField(
        label="Client secret",
        help_text="It is kept encrypted and never shown again",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the client secret"},
    )
    accepted_acr = forms.CharField(
        label="Accepted strengths of sign-in (acr)",
        help_text="Only values that mean two factors there, separated by spaces",
        error_messages={"required": "Enter at least one value"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = Organisation.objects.filter(kind__in=MANAGING).order_by("name")
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  tells mypy
        field.queryset = choices
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": "novalidate"}
        self.helper.layout = Layout(
            Field.select("organisation"),
            *(Field.text(name) for name in ("issuer", "client_id", "secret", "accepted_acr")),
            Button("submit", "Register the directory"),
        )

    def clean_accepted_acr(self) -> list[str]:
        values: list[str] = self.cleaned_data["accepted_acr"].split()
        return values
