"""Forms of the mediated request: who asks, why, for which child; how it ended."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Field, Fieldset, Fluid, Size
from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from records.forms.base import RecordForm
from records.models import MediationOutcome, Urgency
from records.particulars import NewMediation
from records.purposes import MAY_STATE, Purpose

UNKNOWN = (
    "Nobody has an account with that address. Check it, or leave it empty and enter their name,"
    " organisation and its number"
)
NO_CALLER = "Enter the caller\u2019s work e-mail address, or their name if they have no account"
PURPOSES = tuple(
    purpose
    for purpose in Purpose
    if purpose is not Purpose.MEDIATED and any(purpose in stated for stated in MAY_STATE.values())
)


class MediationForm(RecordForm):
    """The request, before anything is looked up."""

    submit_label = "Record the request"

    email = forms.EmailField(
        label="Work e-mail address of the caller, if they have an account", required=False
    )
    caller_name = forms.CharField(
        label="Without an account: name of the caller", max_length=160, required=False
    )
    caller_organisation = forms.CharField(
        label="Without an account: organisation", max_length=160, required=False
    )
    call_back_on = forms.CharField(
        label="Without an account: number to ring back",
        help_text="The organisation\u2019s own number, as a directory or its website has it; never"
        " the one that the caller gives.",
        max_length=30,
        required=False,
    )
    urgency = forms.ChoiceField(
        label="Why they do not look themselves",
        choices=Urgency.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why they do not look themselves"},
    )
    purpose = forms.ChoiceField(
        label="Their reason for access", error_messages={"required": "Choose their reason"}
    )
    case_reference = forms.CharField(
        label="Their case reference",
        max_length=20,
        error_messages={"required": "Enter their case reference"},
    )
    given_name = forms.CharField(label="Given name", max_length=80, required=False)
    family_name = forms.CharField(
        label="Family name",
        max_length=80,
        error_messages={"required": "Enter the family name of the child, as they say it"},
    )
    born = forms.CharField(
        label="Date of birth, or age",
        help_text="As they say it.",
        max_length=40,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(p.value, p.label) for p in PURPOSES]
        self.fields["purpose"].choices = [("", "Choose a reason"), *choices]  # type: ignore[attr-defined]

    def layout(self) -> list[LayoutObject | str]:
        return [
            Fieldset(
                Field.text("email"),
                Field.text("caller_name"),
                Field.text("caller_organisation"),
                Field.text("call_back_on", field_width=Fluid.ONE_HALF),
                Field.radios("urgency", legend_size=Size.SMALL, small=True),
                legend="Who asks",
                legend_size=Size.MEDIUM,
            ),
            Fieldset(
                Field.select("purpose"),
                Field.text("case_reference", field_width=Fluid.ONE_HALF),
                legend="Why",
                legend_size=Size.MEDIUM,
            ),
            Fieldset(
                Field.text("family_name"),
                Field.text("given_name"),
                Field.text("born", field_width=Fluid.ONE_HALF),
                legend="Which child, as the caller says",
                legend_size=Size.MEDIUM,
            ),
        ]

    def clean_email(self) -> User | None:
        email = self.cleaned_data["email"].strip().lower()
        if not email:
            return None
        found: User | None = User.objects.filter(email=email).first()
        if found is None:
            raise ValidationError(UNKNOWN)
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "email" in self.errors or data.get("email"):
            return data
        for name, message in (
            ("caller_name", NO_CALLER),
            ("caller_organisation", "Enter the caller\u2019s organisation"),
            ("call_back_on", "Enter the number to ring back"),
        ):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, message)
        return data

    @property
    def new(self) -> NewMediation:
        """What a valid form says. Somebody with an account is rung at their work number on file."""
        data = self.cleaned_data
        requester: User | None = data["email"]
        caller = {"name": data["caller_name"], "organisation": data["caller_organisation"]}
        said = {name: data[name] for name in ("given_name", "family_name", "born")}
        return NewMediation(
            requester=requester,
            caller=None if requester else caller,
            call_back_on=requester.work_phone if requester else data["call_back_on"],
            urgency=Urgency(data["urgency"]),
            purpose=Purpose(data["purpose"]),
            case_reference=data["case_reference"],
            said_of_child=said,
        )


class OutcomeForm(RecordForm):
    submit_label = "End the request"

    outcome = forms.ChoiceField(
        label="How it ended",
        choices=MediationOutcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it ended"},
    )
