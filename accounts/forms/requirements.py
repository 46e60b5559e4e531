"""Forms about the user agreement and the course."""

from __future__ import annotations

from typing import Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout
from django import forms

from accounts.models import AgreementVersion


class AgreementForm(forms.Form):
    """Agreeing to the version that was read: its number travels with the form."""

    number = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: AgreementVersion | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].initial = version.number if version else None
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": "novalidate"}
        self.helper.layout = Layout(Field("number"), Button("submit", "I agree"))
