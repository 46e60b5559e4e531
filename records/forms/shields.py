"""Asking for a shield, deciding, reviewing, removing, looking behind it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Field
from django import forms
from django.utils import timezone

from records.forms.base import RecordForm
from records.models import ShieldProfile

MONTHS = (("6", "In 6 months"), ("1", "In 1 month"), ("3", "In 3 months"), ("12", "In 12 months"))
DAYS_A_MONTH = 30.44


def _profile_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="What has to be hidden?",
        choices=ShieldProfile.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what has to be hidden"},
    )


def _why_field(label: str, hint: str, missing: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": missing},
    )


def _review_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="When is it asked again whether the shield is needed?", choices=MONTHS
    )


class _ShieldForm(RecordForm):
    """Radios for the profile, a box for the reason. `action` is where it is sent, if not here:
    several stand on one page.
    """

    def __init__(self, *args: Any, action: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.form_action = action

    def layout(self) -> list[LayoutObject | str]:
        shown = {
            "profile": Field.radios,
            "decision": Field.radios,
            "for_carer": Field.checkbox,
            "review_in": Field.select,
        }
        return [shown.get(name, Field.textarea)(name) for name in self.fields]

    @property
    def chosen(self) -> ShieldProfile:
        """The chosen profile of a valid form."""
        return ShieldProfile(self.cleaned_data["profile"])

    @property
    def review_on(self) -> date:
        """The day of the next review that a valid form names."""
        days = round(int(self.cleaned_data["review_in"]) * DAYS_A_MONTH)
        return timezone.localdate() + timedelta(days=days)


class RequestShieldForm(_ShieldForm):
    """What to hide, and why. The shield stands as soon as this is sent."""

    submit_label = "Shield this record now"

    profile = _profile_field()
    reason = _why_field(
        "Why must it be hidden?",
        "Who must not find the child, and what could happen. Only those who decide read this.",
        "Say why it must be hidden",
    )
    for_carer = forms.BooleanField(label="A parent or carer asked for it", required=False)


class DecideShieldForm(_ShieldForm):
    """Yes or no, with reasons that the asker reads."""

    submit_label = "Decide"

    decision = forms.ChoiceField(
        label="Does the shield stay?",
        choices=[("apply", "Yes, it stays"), ("refuse", "No, show the record again")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether the shield stays"},
    )
    profile = _profile_field()
    review_in = _review_field()
    reason = _why_field("Reasons", "Who asked for the shield reads them.", "Give your reasons")
    evidence = _why_field(
        "Evidence",
        "A reference, such as a court order's number. Do not describe the case here.",
        "Say what evidence you have seen, or that there is none",
    )


class ReviewShieldForm(_ShieldForm):
    """The shield is still needed."""

    submit_label = "Keep the shield"

    profile = _profile_field()
    review_in = _review_field()
    reason = _why_field("Why is it still needed?", "", "Say why it is still needed")


class ReasonsForm(_ShieldForm):
    """One box: why. For proposals to remove a shield, appeals and overrides."""

    reason = _why_field("Reasons", "", "Give your reasons")

    def __init__(self, *args: Any, submit_label: str, hint: str = "", **kwargs: Any) -> None:
        self.submit_label = submit_label
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = hint
