"""What a team member types when something is put on file about a person."""

from __future__ import annotations

from typing import Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Hidden, Layout, Size
from django import forms

from accounts.acting import Acting
from accounts.forms.fields import PHONE, PastDateField
from accounts.models import CourseVersion, CriminalRecordCheck, IdentityCheck, User


def helper_for(acting: Acting, button: str, *fields: Any) -> FormHelper:
    """The layout of a form that carries the role it was shown under."""
    helper = FormHelper()
    helper.attrs = {"novalidate": "novalidate"}
    grant = str(acting.grant.pk) if acting.grant else ""
    helper.layout = Layout(Hidden("acting_grant", grant), *fields, Button("submit", button))
    return helper


def _date(name: str) -> Field:
    return Field(name, context={"legend_size": Size.for_legend("s")})


class ContactForm(forms.Form):
    """A person's work phone and line manager, as they are to be from now on."""

    work_phone = forms.CharField(
        label="Work phone",
        validators=[PHONE],
        help_text="Codes are read out to this number.",
        error_messages={"required": "Enter the work phone number"},
    )
    line_manager_name = forms.CharField(
        label="Line manager\u2019s name",
        max_length=160,
        error_messages={"required": "Enter the line manager\u2019s name"},
    )
    line_manager_email = forms.EmailField(
        label="Line manager\u2019s e-mail address",
        max_length=254,
        error_messages={
            "required": "Enter the line manager\u2019s e-mail address",
            "invalid": "Enter an e-mail address, like name@example.gov.uk",
        },
    )

    def __init__(self, *args: Any, acting: Acting, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(user, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        self._own_email = user.email
        self.helper = helper_for(acting, "Change", *map(Field.text, self.base_fields))

    def clean_line_manager_email(self) -> str:
        """Nobody is their own line manager."""
        email = str(self.cleaned_data["line_manager_email"]).strip().lower()
        if email == self._own_email:
            raise forms.ValidationError("Enter somebody else: nobody is their own line manager")
        return email


class IdentityForm(forms.Form):
    """How and when a team member saw who the person is."""

    how = forms.ChoiceField(
        label="How did you check?",
        choices=IdentityCheck.How.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how you checked"},
    )
    checked_on = PastDateField(label="When?", what="the day of the check")

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_for(
            acting,
            "I confirm who this person is",
            Field.radios("how", legend_size=Size.SMALL),
            _date("checked_on"),
        )


class CheckForm(forms.Form):
    """Date and outcome of a criminal-record check, nothing else of it."""

    checked_on = PastDateField(label="Date of the check", what="the date of the check")
    finding = forms.ChoiceField(
        label="Outcome",
        choices=CriminalRecordCheck.Finding.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the outcome"},
    )

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_for(
            acting,
            "Record the check",
            _date("checked_on"),
            Field.radios("finding", legend_size=Size.SMALL),
        )


class TrainingForm(forms.Form):
    """Which version of the course was passed, and when."""

    version = forms.ModelChoiceField(
        label="Version of the training",
        queryset=CourseVersion.objects.none(),
        empty_label=None,
        error_messages={"required": "Choose the version that was passed"},
    )
    passed_on = PastDateField(label="Passed on", what="the day it was passed")

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        version = self.fields["version"]
        assert isinstance(version, forms.ModelChoiceField)  # noqa: S101  tells mypy
        version.queryset = CourseVersion.objects.order_by("-number")
        version.initial = version.queryset.first()
        self.helper = helper_for(
            acting, "Record the training", Field.select("version"), _date("passed_on")
        )
