"""Forms of the register: filters, words to find, reasons and days for what changes it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.fields import DateInputField
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Hidden, Layout, Size
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.forms.team import NOT_A_DATE, TeamForm, reason_field
from accounts.models import IdentifierScheme, Organisation
from accounts.models.identifiers import SHAPES
from accounts.querysets import OrganisationQuerySet
from accounts.register import RegisterFilters
from accounts.roles import OrganisationKind


class RegisterFilterForm(forms.Form):
    """Which organisations to show. In the address, so only codes."""

    kind = forms.ChoiceField(
        label="Kind", required=False, choices=[("", "Any"), *OrganisationKind.choices]
    )
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[
            ("", "Any"),
            ("open", "Open"),
            ("not-accredited", "Open, not accredited today"),
            ("closed", "Closed"),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_method = "get"
        self.helper.disable_csrf = True  # a GET form: a token would end up in the URL
        self.helper.attrs = {"novalidate": ""}
        self.helper.layout = Layout(
            *(Field.select(name, label_size=Size.SMALL) for name in self.fields),
            Button.secondary("", "Show"),
        )

    @property
    def filters(self) -> RegisterFilters:
        """The filters chosen; what is malformed filters nothing."""
        given = self.cleaned_data if self.is_valid() else {}
        kind = OrganisationKind(given["kind"]) if given.get("kind") else None
        return RegisterFilters(kind=kind, state=given.get("state", ""))


class FindOrganisationForm(TeamForm):
    """Finds organisations by a part of the name, or by an identifier held now or before."""

    submit_label = "Find"

    words = forms.CharField(
        label="Name, URN, ODS code or another identifier",
        max_length=160,
        error_messages={"required": "Enter a name or an identifier"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def layout(self) -> list[LayoutObject | str]:
        return [Field.text("words", label_size=Size.SMALL)]


class DayField(DateInputField):  # type: ignore[misc]  # crispy_forms_gds has no types
    """Three boxes for today or a later day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(require_all_fields=False, **kwargs)
        self.error_messages["required"] = "Enter the day"
        for box in self.fields:
            box.required = False

    def compress(self, data_list: Any) -> date | None:
        if not any(data_list):
            return None
        try:
            day, month, year = (int(text or 0) for text in data_list)
            chosen = date(year, month, day)
        except (ValueError, OverflowError):
            raise ValidationError(NOT_A_DATE) from None
        if chosen < timezone.localdate():
            raise ValidationError("The day must be today or later")
        return chosen


class _SeenForm(TeamForm):
    """A form that confirms what a preview showed: it carries the preview's seal."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, seal: str, **kwargs: Any) -> None:
        self.seal = seal
        super().__init__(*args, **kwargs)

    def seal_field(self) -> LayoutObject:
        """Always the seal of what this page shows, whatever was posted before."""
        return Hidden("seen", self.seal)


class CloseForm(_SeenForm):
    """Closing an organisation, with its people if that is ticked."""

    submit_label = "Close the organisation"
    dangerous = True

    with_people = forms.BooleanField(
        label="Close the accounts of its people with it",
        required=False,
        help_text="Otherwise their accounts must have been moved or closed before.",
    )
    reason = reason_field(label="Why it is closed")

    def layout(self) -> list[LayoutObject | str]:
        return [
            self.seal_field(),
            Field.checkbox("with_people"),
            Field.textarea("reason", rows=3),
        ]


class MergeForm(_SeenForm):
    """The organisation that lives on, and why."""

    submit_label = "Merge the organisations"
    dangerous = True

    into = forms.ModelChoiceField(
        label="Which organisation lives on?",
        queryset=Organisation.objects.none(),
        to_field_name="key",
        empty_label="Choose the successor",
        error_messages={"required": "Choose the successor"},
    )
    reason = reason_field(label="Why they are merged")

    def __init__(self, *args: Any, successors: OrganisationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = successors  # type: ignore[attr-defined]

    def layout(self) -> list[LayoutObject | str]:
        return [self.seal_field(), Field.select("into"), Field.textarea("reason", rows=3)]


class MoveForm(TeamForm):
    """The body that manages this employer from a day on, and why."""

    submit_label = "Plan the move"

    to = forms.ModelChoiceField(
        label="Which authority or partner manages it then?",
        queryset=Organisation.objects.none(),
        to_field_name="key",
        empty_label="Choose the managing body",
        error_messages={"required": "Choose the managing body"},
    )
    effective_on = DayField(
        label="From which day?", help_text="From its first minute. Today: at once."
    )
    reason = reason_field(label="Why it moves")

    def __init__(self, *args: Any, bodies: OrganisationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = bodies  # type: ignore[attr-defined]

    def layout(self) -> list[LayoutObject | str]:
        return [
            Field.select("to"),
            Field("effective_on", context={"legend_size": Size.for_legend("s")}),
            Field.textarea("reason", rows=3),
        ]


class IdentifierForm(TeamForm):
    """One identifier; one already held in that register is succeeded by it."""

    submit_label = "Record the identifier"

    scheme = forms.ChoiceField(
        label="Register",
        choices=[("", "Choose a register"), *IdentifierScheme.choices],
        error_messages={"required": "Choose a register"},
    )
    value = forms.CharField(
        label="Identifier",
        max_length=12,
        error_messages={"required": "Enter the identifier"},
    )

    def layout(self) -> list[LayoutObject | str]:
        return [Field.select("scheme"), Field.text("value")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        scheme, value = cleaned.get("scheme"), cleaned.get("value", "").replace(" ", "").upper()
        if scheme and value and not re.fullmatch(SHAPES[IdentifierScheme(scheme)], value):
            self.add_error("value", "Check the identifier: that register has none like it")
        cleaned["value"] = value
        return cleaned
