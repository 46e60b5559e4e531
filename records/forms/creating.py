"""The form of a new record, and the look for the same child that comes before it is made."""

from __future__ import annotations

from uuid import UUID

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Field, Fieldset, Fixed, Fluid, Size
from django import forms

from records.forms.fields import BirthField, IdentifierField, PostcodeField
from records.forms.keeping import BIRTH_HINT, NameForm
from records.models import Sex
from records.particulars import AddressParts, CarerParts, NewChild
from records.purposes import Purpose, Reason
from records.search import SearchTerms

ANOTHER_CHILD = "This is another child: create the record"


class NewChildForm(NameForm):
    """A new record: a name at least; everything else if it is known."""

    submit_label = "Continue"

    date_of_birth = BirthField(label="Date of birth", help_text=BIRTH_HINT, required=False)
    sex = forms.ChoiceField(label="Sex", choices=Sex.choices, initial=Sex.NOT_SPECIFIED)
    line_1 = forms.CharField(label="Address line 1", max_length=120, required=False)
    line_2 = forms.CharField(label="Address line 2 (optional)", max_length=120, required=False)
    town = forms.CharField(label="Town or city", max_length=80, required=False)
    postcode = PostcodeField(label="Postcode", max_length=10, required=False)
    carer_name = forms.CharField(label="Name of a parent or carer", max_length=160, required=False)
    carer_phone = forms.CharField(label="Their telephone number", max_length=30, required=False)
    identifier = IdentifierField(
        label="NHS number or other identifier", max_length=26, required=False
    )
    case_reference = forms.CharField(
        label="Case reference",
        help_text="Your own reference for this work. Do not write the child's name here.",
        max_length=40,
        error_messages={"required": "Enter your case reference"},
    )
    looked_up = forms.UUIDField(required=False, widget=forms.HiddenInput)
    is_another_child = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def layout(self) -> list[LayoutObject | str]:
        return [
            Fieldset(
                Field.text("family_name", field_width=Fluid.TWO_THIRDS),
                Field.text("given_name", field_width=Fluid.TWO_THIRDS),
                Field.text("other_given_names", field_width=Fluid.TWO_THIRDS),
                Field("date_of_birth"),
                Field.select("sex"),
                Field.text("identifier", field_width=Fixed.TWENTY),
                legend="The child",
                legend_size=Size.MEDIUM,
            ),
            Fieldset(
                Field.text("line_1"),
                Field.text("line_2"),
                Field.text("town", field_width=Fluid.TWO_THIRDS),
                Field.text("postcode", field_width=Fixed.TEN),
                Field.text("carer_name"),
                Field.text("carer_phone", field_width=Fixed.TWENTY),
                legend="Home, if you know it",
                legend_size=Size.MEDIUM,
            ),
            Fieldset(
                Field.text("case_reference", field_width=Fluid.ONE_HALF),
                legend="Why you make this record",
                legend_size=Size.MEDIUM,
            ),
            "looked_up",
            "is_another_child",
        ]

    def warn(self, looked_up: UUID) -> None:
        """Makes the next button say that this is another child, after a look found some alike."""
        typed = dict(self.data.items())  # unpacking a QueryDict would give lists
        self.data = typed | {"looked_up": str(looked_up), "is_another_child": "on"}
        self.helper.layout.fields[-1].value = ANOTHER_CHILD

    @property
    def reason(self) -> Reason:
        return Reason(Purpose.KEEP_RECORD, self.cleaned_data["case_reference"])

    @property
    def terms(self) -> SearchTerms:
        """What to look for before the record is made: its name and date of birth."""
        data = self.cleaned_data
        return SearchTerms(
            given_name=data["given_name"],
            family_name=data["family_name"],
            date_of_birth=data["date_of_birth"],
            postcode=data["postcode"],
        )

    @property
    def new(self) -> NewChild:
        data = self.cleaned_data
        lines = {name: data[name] for name in ("line_1", "line_2", "town", "postcode")}
        carer = CarerParts(name=data["carer_name"], phone=data["carer_phone"])
        return NewChild(
            name=self.name,
            born=data["date_of_birth"],
            sex=Sex(data["sex"]),
            address=AddressParts(**lines) if any(lines.values()) else None,
            carer=carer if carer.name else None,
            identifier=data["identifier"],
        )
