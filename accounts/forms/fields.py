"""Fields that several forms about accounts share."""

from __future__ import annotations

from typing import Any

from crispy_forms_gds.fields import DateInputField
from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone

PHONE = RegexValidator(r"^[0-9+() -]{5,30}$", "Enter a telephone number, like 01632 960 001")


class PastDateField(DateInputField):  # type: ignore[misc]  # crispy_forms_gds has no types
    """Three boxes for a real day up to today."""

    def __init__(self, *, what: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.what = what
        self.error_messages["required"] = f"Enter {what}"

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(f"Enter {self.what} up to today: this is in the future")
        return day


class ComingDateField(DateInputField):  # type: ignore[misc]  # crispy_forms_gds has no types
    """Three boxes for a real day from today on, or nothing."""

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError("Enter a day from today on, or leave all three boxes empty")
        return day
