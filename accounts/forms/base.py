"""What a form of a signed-in person shares: the GOV.UK look, and the fields in their order."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout, Size
from django import forms


class PostedForm(forms.Form):
    """Posts; its one button says what will happen."""

    submit_label = "Continue"
    dangerous = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_method = "post"
        self.helper.attrs = {"novalidate": "", "autocomplete": "off"}
        button = Button.warning if self.dangerous else Button
        self.helper.layout = Layout(*self.layout(), button("submit", self.submit_label))

    def layout(self) -> list[LayoutObject | str]:
        """The fields in order; forms with legends override it."""
        return [Field(name) for name in self.fields]

    @staticmethod
    def day(name: str) -> LayoutObject:
        """A day with its legend in the size of a label."""
        return Field(name, context={"legend_size": Size.for_legend("s")})
