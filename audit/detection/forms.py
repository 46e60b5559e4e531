"""What is typed about detection."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Field
from django import forms

from accounts.forms.base import PostedForm

LONGEST = 1_000


class ModeForm(PostedForm):
    """Why the scan suspends by itself from now on, or advises only."""

    why = forms.CharField(
        label="Why",
        help_text="Kept with the event in the audit trail.",
        max_length=LONGEST,
        widget=forms.Textarea,
        error_messages={"required": "Enter why this is changed"},
    )

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        self.submit_label = label
        super().__init__(*args, **kwargs)

    def layout(self) -> list[LayoutObject | str]:
        return [Field.textarea("why", rows=3)]
