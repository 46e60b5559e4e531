"""Forms of house moves: where to and since when; and why not."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Field, Size
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Authority
from records.forms.base import RecordForm
from records.forms.fields import RealDateField
from records.models import MoveRefusal


class MoveForm(RecordForm):
    submit_label = "Record the move and ask"

    to = forms.ModelChoiceField(
        label="Authority that the child moved to",
        queryset=Authority.objects.order_by("name"),
        empty_label="Choose an authority",
        error_messages={"required": "Choose the authority that the child moved to"},
    )
    moved_on = RealDateField(
        label="Day of the move",
        help_text="For example, 27 3 2026",
        required=False,
    )

    def layout(self) -> list[LayoutObject | str]:
        return [
            Field.select("to"),
            Field("moved_on", context={"legend_size": Size.for_legend("s")}),
        ]

    def clean_moved_on(self) -> Any:
        day = self.cleaned_data["moved_on"]
        if day is None:
            raise ValidationError("Enter the day of the move")
        if day > timezone.localdate():
            raise ValidationError("Enter a day that is not in the future")
        return day


class RefuseMoveForm(RecordForm):
    submit_label = "Refuse"

    why = forms.ChoiceField(
        label="Why your authority does not agree",
        choices=MoveRefusal.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why your authority does not agree"},
    )
