"""Form fields of our own: dates as typed, dates that must exist, identifiers, postcodes."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from crispy_forms_gds.fields import DateInputField
from django import forms
from django.core.exceptions import ValidationError

from records.births import birth_bounds
from records.identifiers import MistypedIdentifier, Recognised, recognise
from records.search import TypedDate

YEAR_OR_DATE = "Enter the day, month and year, or the year alone"
NOT_A_DATE = "Enter a date that exists, such as 27 3 2014"
NOT_A_POSTCODE = "Enter a full postcode, such as ZZ99 3WZ"
POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}")


class TypedDateField(DateInputField):  # type: ignore[misc]  # crispy_forms_gds has no types
    """Three boxes, taken as typed: a day that does not exist is a clue too."""

    def __init__(self, *, required_message: str = YEAR_OR_DATE, **kwargs: Any) -> None:
        super().__init__(require_all_fields=False, **kwargs)
        self.error_messages["required"] = required_message
        for box in self.fields:
            box.required = False

    def compress(self, data_list: Any) -> TypedDate | None:
        day, month, year = (_number(text) for text in data_list)
        if day is None and month is None and year is None:
            return None
        if year is None or (day is None) != (month is None) or not 1900 <= year <= 2100:
            raise ValidationError(YEAR_OR_DATE)
        if day is not None and month is not None and not (1 <= day <= 31 and 1 <= month <= 31):
            raise ValidationError(YEAR_OR_DATE)
        return TypedDate(year, month, day)


class BirthField(TypedDateField):
    """A date of birth to be recorded: exact and real, or a year; at most 26 years back."""

    def compress(self, data_list: Any) -> TypedDate | None:
        typed = super().compress(data_list)
        if typed is not None:
            _require_possible_birth(typed)
        return typed


class RealDateField(DateInputField):  # type: ignore[misc]  # crispy_forms_gds has no types
    """Three boxes that must make a date."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(require_all_fields=False, **kwargs)
        for box in self.fields:
            box.required = False

    def compress(self, data_list: Any) -> date | None:
        numbers = [_number(text) for text in data_list]
        if not any(numbers):
            return None
        day, month, year = numbers
        try:
            return date(year or 0, month or 0, day or 0)
        except ValueError:
            raise ValidationError(NOT_A_DATE) from None


class IdentifierField(forms.CharField):
    """An NHS number, unique pupil number or local identifier; a wrong check digit is said."""

    def clean(self, value: Any) -> Recognised | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return recognise(text)
        except MistypedIdentifier as error:
            raise ValidationError(str(error)) from None


class PostcodeField(forms.CharField):
    """A full postcode, put into its usual shape."""

    def clean(self, value: Any) -> str:
        text = re.sub(r"\s+", "", str(super().clean(value) or "")).upper()
        if not text:
            return ""
        text = f"{text[:-3]} {text[-3:]}"
        if not POSTCODE.fullmatch(text):
            raise ValidationError(NOT_A_POSTCODE)
        return text


def _require_possible_birth(typed: TypedDate) -> None:
    earliest, latest = birth_bounds()
    too_old = ValidationError("The date of birth must be less than 26 years ago")
    if typed.month is None or typed.day is None:
        if typed.year > latest.year:
            raise ValidationError("The date of birth cannot be in the future")
        if typed.year < earliest.year:
            raise too_old
        return
    try:
        born_on = date(typed.year, typed.month, typed.day)
    except ValueError:
        raise ValidationError(NOT_A_DATE) from None
    if born_on > latest:
        raise ValidationError("The date of birth cannot be in the future")
    if born_on < earliest:
        raise too_old


def _number(text: Any) -> int | None:
    return int(text) if text not in (None, "") else None
