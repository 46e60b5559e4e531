"""Forms about the user agreement and the course."""

from __future__ import annotations

from typing import Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Fixed, Layout, Size
from django import forms

from accounts.acting import Acting
from accounts.forms.fields import ComingDateField
from accounts.forms.vouching import helper_for
from accounts.models import AgreementVersion, CourseVersion


class AgreementForm(forms.Form):
    """Agreeing to the version that was read: its number travels with the form."""

    number = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: AgreementVersion | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].initial = version.number if version else None
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": "novalidate"}
        self.helper.layout = Layout(Field("number"), Button("submit", "I agree"))


class _PublishForm(forms.Form):
    """What both kinds of version share; `after` is the newest version its author has seen."""

    everybody_by = ComingDateField(
        label="Last day on which older versions still count",
        help_text="Leave it empty if older versions go on counting. Otherwise give people time.",
        required=False,
    )
    after = forms.IntegerField(widget=forms.HiddenInput)

    def _lay_out(self, acting: Acting, newest: int, *fields: Any) -> None:
        self.fields["after"].initial = newest
        date = Field("everybody_by", context={"legend_size": Size.for_legend("s")})
        self.helper = helper_for(acting, "Continue", *fields, date, Field("after"))


class PublishAgreementForm(_PublishForm):
    """The text of a new version of the user agreement."""

    text = forms.CharField(
        label="Text",
        max_length=20_000,
        help_text="An empty line begins a new part; its first line becomes its heading.",
        widget=forms.Textarea(attrs={"rows": 20}),
        error_messages={"required": "Enter the text of the agreement"},
    )

    def __init__(self, *args: Any, acting: Acting, newest: AgreementVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].initial = newest.text
        self._lay_out(acting, newest.number, Field("text"))


class PublishCourseForm(_PublishForm):
    """The title of a new version of the training and how long a pass counts."""

    title = forms.CharField(label="Title", max_length=120)
    valid_months = forms.IntegerField(
        label="How many months a pass counts", min_value=1, max_value=60
    )

    def __init__(self, *args: Any, acting: Acting, newest: CourseVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].initial = newest.title
        self.fields["valid_months"].initial = newest.valid_months
        months = Field.text("valid_months", field_width=Fixed.THREE)
        self._lay_out(acting, newest.number, Field.text("title"), months)
