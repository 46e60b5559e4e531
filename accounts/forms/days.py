"""A day as three boxes, which must make a date that exists."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms_gds.fields import DateInputField
from django.core.exceptions import ValidationError

NOT_A_DATE = "Enter a date that exists, such as 27 3 2027"


class DayField(DateInputField):  # type: ignore[misc]  # crispy_forms_gds has no types
    """`required_message` says which day to enter."""

    def __init__(self, *, required_message: str, **kwargs: Any) -> None:
        super().__init__(require_all_fields=False, **kwargs)
        self.error_messages["required"] = required_message
        for box in self.fields:
            box.required = False

    def compress(self, data_list: Any) -> date | None:
        if not any(data_list):
            return None
        try:
            day, month, year = (int(text or 0) for text in data_list)
            return date(year, month, day)
        except (ValueError, OverflowError):
            raise ValidationError(NOT_A_DATE) from None
