"""Forms of an officer: accrediting, and putting an organisation under a sanction."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Field, Size
from django import forms
from django.utils import timezone

from accounts.forms.base import PostedForm
from accounts.forms.days import DayField
from accounts.models import AccreditationApplication
from accounts.states import SanctionLevel

YEAR = timedelta(days=365)
LONGEST = 3 * YEAR
A_REASON = "Kept with this act and shown to those concerned. Name no child here."


class RoundForm(forms.Form):
    """Which submission the officer looked at; travels with every decision."""

    round = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class ApprovalForm(PostedForm):
    """From when until when, and which submission was looked at."""

    submit_label = "Accredit the organisation"

    round = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    valid_from = DayField(label="First day", required_message="Enter the first day")
    valid_until = DayField(label="Last day", required_message="Enter the last day")

    def __init__(self, *args: Any, application: AccreditationApplication, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.application = application
        first = self._first_day()
        self.fields["valid_from"].initial = first
        self.fields["valid_until"].initial = first + YEAR - timedelta(days=1)
        self.fields["round"].initial = application.round

    def _first_day(self) -> date:
        """Today, or the day after the accreditation in force ends."""
        today = timezone.localdate()
        in_force = self.application.organisation.accreditations.in_force()
        ends = [row.valid_until for row in in_force]
        return max(ends) + timedelta(days=1) if ends else today

    def layout(self) -> list[LayoutObject | str]:
        return ["round", self.day("valid_from"), self.day("valid_until")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_until")
        if first and first < timezone.localdate():
            self.add_error("valid_from", "The first day must not be past")
        elif first and self._begins_already(first):
            self.add_error("valid_from", "An accreditation begins on that day already")
        if first and last and not first <= last <= first + LONGEST:
            self.add_error("valid_until", "The last day must be within three years of the first")
        return cleaned

    def _begins_already(self, first: date) -> bool:
        live = self.application.organisation.accreditations.filter(status="accredited")
        return live.filter(valid_from=first).exists()


class SanctionForm(PostedForm):
    """Which level, and why. What it touches is shown on the next page, before anything happens."""

    submit_label = "See what this would touch"

    level = forms.ChoiceField(
        label="What may the organisation do from now on?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a level"},
    )
    reason = forms.CharField(
        label="Why",
        help_text=A_REASON,
        max_length=400,
        widget=forms.Textarea,
        error_messages={"required": "Enter your reason"},
    )

    def __init__(self, *args: Any, current: SanctionLevel | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            SanctionLevel.NO_NEW_USERS: "No new users: nobody is invited, no role is granted",
            SanctionLevel.READ_ONLY: "Read-only: looking things up goes on, nothing is changed",
            SanctionLevel.OFF: "Off: no account can be used",
        }
        choices = [(level.code, words[level]) for level in SanctionLevel if level != current]
        if current is not None:
            choices.insert(0, ("none", "Everything: lift the sanction"))
        self.fields["level"].choices = choices  # type: ignore[attr-defined]

    def layout(self) -> list[LayoutObject | str]:
        return [
            Field.radios("level", legend_size=Size.SMALL),
            Field.textarea("reason", rows=3),
        ]

    @property
    def chosen(self) -> SanctionLevel | None:
        """The level of a valid form; None lifts."""
        codes = {level.code: level for level in SanctionLevel}
        return codes.get(self.cleaned_data["level"])


class SeenForm(forms.Form):
    """What the preview said when it was confirmed."""

    seen_level = forms.ChoiceField(choices=[("none", ""), *((s.code, "") for s in SanctionLevel)])
    seen_users = forms.IntegerField(min_value=0)
    seen_sessions = forms.IntegerField(min_value=0)
    seen_enquiries = forms.IntegerField(min_value=0)
