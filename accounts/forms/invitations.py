"""What a team types to invite one person, and the choice of a file for many."""

from __future__ import annotations

from typing import Any

from crispy_forms_gds.layout import Field, Fluid
from django import forms

from accounts.acting import Acting
from accounts.forms.fields import PHONE
from accounts.forms.vouching import helper_for
from accounts.models import Organisation
from accounts.roles import Permission


def employers_for(acting: Acting) -> Any:
    """The organisations this team invites people for: those whose accounts it manages."""
    every = Organisation.objects.open()
    if acting.has(Permission.READ_WHOLE_TRAIL) or acting.base is None:
        return every
    return every.managed_by(acting.base.pk)


class PersonForm(forms.Form):
    """One named person with work contact and line manager; also judges the rows of a file."""

    given_name = forms.CharField(label="Given name", max_length=80)
    family_name = forms.CharField(label="Family name", max_length=80)
    email = forms.EmailField(
        label="Work e-mail address",
        max_length=254,
        error_messages={"invalid": "Enter an e-mail address, like name@example.gov.uk"},
    )
    work_phone = forms.CharField(
        label="Work phone", validators=[PHONE], help_text="You read the code out to this number."
    )
    job_title = forms.CharField(label="Post", max_length=120)
    line_manager_name = forms.CharField(label="Line manager\u2019s name", max_length=160)
    line_manager_email = forms.EmailField(
        label="Line manager\u2019s e-mail address",
        max_length=254,
        error_messages={"invalid": "Enter an e-mail address, like name@example.gov.uk"},
    )

    def clean_line_manager_email(self) -> str:
        """Nobody is their own line manager."""
        email = str(self.cleaned_data["line_manager_email"]).strip().lower()
        if email == str(self.cleaned_data.get("email", "")).strip().lower():
            raise forms.ValidationError("Enter somebody else: nobody is their own line manager")
        return email


class InviteForm(PersonForm):
    """Inviting one person of one employer."""

    employer = forms.ModelChoiceField(
        label="Employer",
        queryset=Organisation.objects.none(),
        empty_label=None,
        error_messages={"required": "Choose the employer"},
    )

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        employer = self.fields["employer"]
        assert isinstance(employer, forms.ModelChoiceField)  # noqa: S101  tells mypy
        employer.queryset = employers_for(acting)
        employer.initial = acting.base
        texts = [Field.text(name) for name in PersonForm.base_fields if name != "work_phone"]
        texts.insert(3, Field.text("work_phone", field_width=Fluid.ONE_HALF))
        self.helper = helper_for(acting, "Invite", *texts, Field.select("employer"))


class FileForm(forms.Form):
    """A file of rows, and whether to try it out first."""

    file = forms.FileField(
        label="CSV file",
        help_text="UTF-8, with the column names in the first line; at most 200 rows.",
        error_messages={"required": "Choose a file", "empty": "Choose a file that is not empty"},
    )
    dry_run = forms.TypedChoiceField(
        label="What should happen?",
        choices=[("yes", "Only check the file and show what would happen"), ("no", "Do it")],
        coerce=lambda choice: choice == "yes",
        widget=forms.RadioSelect,
        initial="yes",
        error_messages={"required": "Choose what should happen"},
    )

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_for(acting, "Continue", Field("file"), Field.radios("dry_run"))
