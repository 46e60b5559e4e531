"""The form in which a person chooses the role to act in."""

from __future__ import annotations

from typing import Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout
from django import forms

from accounts.acting import Acting
from accounts.models import RoleGrant


class RoleForm(forms.Form):
    """Which of one's own live roles to act in."""

    grant = forms.TypedChoiceField(
        label="Act as", widget=forms.RadioSelect, error_messages={"required": "Choose a role"}
    )

    def __init__(self, *args: Any, grants: list[RoleGrant], acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["grant"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101  tells mypy
        own = {str(grant.pk): grant for grant in grants}
        field.choices = [
            (key, f"{grant.role.label}, {grant.organisation.name}") for key, grant in own.items()
        ]
        field.coerce = lambda key: own[key]
        field.initial = str(acting.grant.pk) if acting.grant else None
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": "novalidate"}
        self.helper.layout = Layout(
            Field.radios("grant"),
            Button("submit", "Continue"),
        )
