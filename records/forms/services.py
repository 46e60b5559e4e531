"""Forms of the directory of services, and of messages to them."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Field, Fluid
from django import forms

from accounts.models import Organisation
from records.forms.base import RecordForm
from records.models import ServiceKind
from records.particulars import ServiceParts


class ServiceForm(RecordForm):
    """How a service is reached, by day and at night."""

    submit_label = "Save the service"

    name = forms.CharField(
        label="Name", max_length=160, error_messages={"required": "Enter the name of the service"}
    )
    kind = forms.ChoiceField(
        label="Kind",
        choices=[("", "Choose a kind"), *ServiceKind.choices],
        error_messages={"required": "Choose the kind of service"},
    )
    phone = forms.CharField(
        label="Telephone",
        max_length=30,
        error_messages={"required": "Enter the number on which the service is reached"},
    )
    opening_hours = forms.CharField(
        label="Opening hours",
        help_text="For example, Monday to Friday 9am to 5pm",
        max_length=160,
        error_messages={"required": "Enter when the service is open"},
    )
    out_of_hours_phone = forms.CharField(
        label="Out-of-hours number",
        help_text="Leave empty if there is none: the duty desk is shown instead.",
        max_length=30,
        required=False,
    )
    email = forms.EmailField(
        label="E-mail address",
        help_text="Told when somebody writes to the service here; never what about.",
        required=False,
    )
    is_sensitive = forms.BooleanField(
        label="Knowing that a child uses this service would itself tell too much",
        help_text="Sexual health, mental health or substance misuse, for example. Its name is then"
        " shown to nobody, and it is reached through the duty desk or by a message here.",
        required=False,
    )

    def layout(self) -> list[LayoutObject | str]:
        return [
            Field.text("name"),
            Field.select("kind"),
            Field.text("phone", field_width=Fluid.ONE_HALF),
            Field.text("opening_hours"),
            Field.text("out_of_hours_phone", field_width=Fluid.ONE_HALF),
            Field.text("email"),
            Field("is_sensitive"),
        ]

    @property
    def parts(self) -> ServiceParts:
        data = self.cleaned_data
        names = ServiceParts.__dataclass_fields__
        return ServiceParts(**{name: data[name] for name in names})


class NewServiceForm(ServiceForm):
    """Likewise, of one of the organisations of the user base."""

    organisation = forms.ModelChoiceField(
        label="Organisation",
        queryset=Organisation.objects.none(),
        to_field_name="key",
        empty_label="Choose an organisation",
        error_messages={"required": "Choose the organisation of the service"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        base = self.acting.base
        ours = Organisation.objects.open().managed_by(base.pk if base else 0)
        self.fields["organisation"].queryset = ours  # type: ignore[attr-defined]

    def layout(self) -> list[LayoutObject | str]:
        return [Field.select("organisation"), *super().layout()]


class MessageForm(RecordForm):
    """What is asked, or answered."""

    submit_label = "Send"

    text = forms.CharField(
        label="Message",
        help_text="Ask who can ring you, or say what they must know now. Write no case notes.",
        max_length=2_000,
        widget=forms.Textarea,
        error_messages={"required": "Enter your message"},
    )
