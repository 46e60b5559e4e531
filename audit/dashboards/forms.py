"""What a reader chooses: one measure and one month, as codes in the address."""

from __future__ import annotations

from datetime import date

from django import forms

from audit.dashboards.measures import BY_BASE, BY_CODE, Measure
from audit.dashboards.reading import months


def _months() -> list[tuple[str, str]]:
    return [(f"{day:%Y-%m}", f"{day:%B %Y}") for day in months()]


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "govuk-select"})


class ChoiceForm(forms.Form):
    """The measure and month of the map; what is not chosen is searches in this month."""

    measure = forms.ChoiceField(
        required=False, widget=_select(), choices=[(each.code, each.label) for each in BY_BASE]
    )
    month = forms.ChoiceField(required=False, widget=_select(), choices=_months)

    @property
    def chosen(self) -> tuple[Measure, date]:
        """The measure and the first day of the month."""
        code = self.cleaned_data["measure"] or BY_BASE[0].code
        month = self.cleaned_data["month"] or f"{months()[0]:%Y-%m}"
        return BY_CODE[code], date.fromisoformat(f"{month}-01")
