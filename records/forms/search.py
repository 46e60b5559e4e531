"""The search form: at least one detail, and a reason. What is enough is the engine's to say."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Div, Field, Fieldset, Fixed, Size
from django import forms
from django.core.exceptions import ValidationError

from records.forms.base import ReasonForm
from records.forms.fields import IdentifierField, TypedDateField
from records.models import Sex
from records.search import SearchTerms

SIDE_BY_SIDE = "cp-side-by-side"
NOTHING_TYPED = "Enter what you know about the child: a name and a date of birth find most children"


def digits() -> forms.TextInput:
    """A box for a number as GOV.UK draws it: text, with the keyboard for digits on a phone."""
    return forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


class SearchForm(ReasonForm):
    """The boxes of `SearchTerms`, then the reason."""

    submit_label = "Search"

    family_name = forms.CharField(label="Family name", max_length=80, required=False)
    given_name = forms.CharField(label="Given name", max_length=80, required=False)
    date_of_birth = TypedDateField(
        label="Date of birth",
        help_text="For example, 27 3 2014. If you know the year only, leave day and month empty.",
        required=False,
    )
    age_from = forms.IntegerField(
        label="Age from", min_value=0, max_value=26, required=False, widget=digits()
    )
    age_to = forms.IntegerField(
        label="Age to", min_value=0, max_value=26, required=False, widget=digits()
    )
    sex = forms.ChoiceField(
        label="Sex",
        required=False,
        choices=[("", "Any, or not known"), (Sex.FEMALE, "Female"), (Sex.MALE, "Male")],
    )
    postcode = forms.CharField(
        label="Postcode of a home, now or before",
        max_length=10,
        required=False,
    )
    identifier = IdentifierField(
        label="NHS number or other identifier", max_length=26, required=False
    )

    def layout(self) -> list[LayoutObject | str]:
        return [
            Fieldset(
                Div(Field.text("family_name"), Field.text("given_name"), css_class=SIDE_BY_SIDE),
                Field("date_of_birth"),
                Div(
                    Field.text("age_from", field_width=Fixed.TWO),
                    Field.text("age_to", field_width=Fixed.TWO),
                    css_class=SIDE_BY_SIDE,
                ),
                Div(
                    Field.text("postcode", field_width=Fixed.TEN),
                    Field.select("sex"),
                    css_class=SIDE_BY_SIDE,
                ),
                Field.text("identifier", field_width=Fixed.TWENTY),
                legend="About the child",
                legend_size=Size.MEDIUM,
            ),
            Fieldset(*self.reason_fields(), legend="Why you are looking", legend_size=Size.MEDIUM),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        youngest, oldest = data.get("age_from"), data.get("age_to")
        if data.get("date_of_birth") and (youngest is not None or oldest is not None):
            self.add_error("age_from", "Give a date of birth or an age range, not both")
        elif (youngest is None) != (oldest is None):
            self.add_error("age_to", "Give both ends of the age range")
        elif youngest is not None and oldest is not None and youngest > oldest:
            self.add_error("age_to", "The second age must not be smaller than the first")
        if not self.errors and not self.terms.fields_used():
            raise ValidationError(NOTHING_TYPED)
        return data

    @property
    def terms(self) -> SearchTerms:
        """The terms of a valid form, as typed."""
        data = self.cleaned_data
        identifier = data.get("identifier")
        return SearchTerms(
            given_name=data.get("given_name", ""),
            family_name=data.get("family_name", ""),
            date_of_birth=data.get("date_of_birth"),
            age_from=data.get("age_from"),
            age_to=data.get("age_to"),
            sex=data.get("sex", ""),
            postcode=data.get("postcode", ""),
            identifier=identifier.value if identifier else "",
        )
