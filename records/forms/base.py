"""What our forms share: GOV.UK rendering, trimmed text, the reason for access."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Field, Fluid, Layout, Submit
from django import forms
from django.http import HttpRequest, QueryDict

from accounts.acting import Acting
from records.enquiries import OpenEnquiry
from records.purposes import Purpose, Reason, purposes_for


def posted(request: HttpRequest) -> QueryDict | None:
    """What to bind a form to: this POST, be it empty, else nothing."""
    return request.POST if request.method == "POST" else None


class RecordForm(forms.Form):
    """A form of a signed-in person."""

    submit_label = "Save"

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.acting = acting
        self.helper = FormHelper()
        self.helper.form_method = "post"
        self.helper.attrs = {"novalidate": "", "autocomplete": "off"}
        self.helper.layout = Layout(*self.layout(), *self._closing())

    def layout(self) -> list[LayoutObject | str]:
        """The fields in order; forms with legends or columns override it."""
        return [Field(name) for name in self.fields]

    def _closing(self) -> list[LayoutObject]:
        return [Submit("submit", self.submit_label)]


class ReasonForm(RecordForm):
    """States the reason for access: a coded purpose and the reference of one's own case."""

    submit_label = "Continue"

    purpose = forms.ChoiceField(
        label="Reason for access",
        error_messages={"required": "Choose your reason for access"},
    )
    case_reference = forms.CharField(
        label="Case reference",
        help_text="Your own reference for this work, such as a referral or attendance number. "
        "Do not write the child's name here.",
        max_length=40,
        error_messages={"required": "Enter your case reference"},
    )

    def __init__(
        self, *args: Any, acting: Acting, enquiry: OpenEnquiry | None = None, **kwargs: Any
    ) -> None:
        """`enquiry`: what the session works under; its reason is filled in and can be changed."""
        if enquiry:
            kwargs["initial"] = {
                "purpose": enquiry.reason.purpose.value,
                "case_reference": enquiry.reason.case_reference,
                **kwargs.get("initial", {}),
            }
        super().__init__(*args, acting=acting, **kwargs)
        requested = enquiry is not None and enquiry.reason.purpose is Purpose.MEDIATED
        choices = [
            (p.value, p.label) for p in self.purposes() if requested or p is not Purpose.MEDIATED
        ]
        self.fields["purpose"].choices = [("", "Choose a reason"), *choices]  # type: ignore[attr-defined]

    def purposes(self) -> tuple[Purpose, ...]:
        """The purposes offered; forms for fewer of them override it."""
        return purposes_for(self.acting.role)

    @property
    def reason(self) -> Reason:
        """The stated reason of a valid form."""
        return Reason(Purpose(self.cleaned_data["purpose"]), self.cleaned_data["case_reference"])

    @staticmethod
    def reason_fields() -> list[LayoutObject]:
        return [
            Field.select("purpose"),
            Field.text("case_reference", field_width=Fluid.ONE_HALF),
        ]

    def layout(self) -> list[LayoutObject | str]:
        return [*self.reason_fields()]
