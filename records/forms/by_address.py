"""The form of a search by address alone: a full postcode, and one of the reasons that allow it."""

from __future__ import annotations

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Field, Fieldset, Fixed, Size

from records.forms.base import ReasonForm
from records.forms.fields import NOT_A_POSTCODE, PostcodeField
from records.purposes import Purpose, address_purposes_for


class AddressSearchForm(ReasonForm):
    """A postcode and a reason; no street, no sex, no age: by those a range could be counted out."""

    submit_label = "Continue"

    postcode = PostcodeField(
        label="Postcode of the home",
        help_text="The full postcode, such as ZZ99 3WZ.",
        max_length=10,
        error_messages={
            "required": "Enter the full postcode of the home",
            "max_length": NOT_A_POSTCODE,
        },
    )

    def purposes(self) -> tuple[Purpose, ...]:
        return address_purposes_for(self.acting.role)

    def layout(self) -> list[LayoutObject | str]:
        return [
            Field.text("postcode", field_width=Fixed.TEN),
            Fieldset(*self.reason_fields(), legend="Why you are looking", legend_size=Size.MEDIUM),
        ]
