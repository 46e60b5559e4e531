"""What a reader may ask the trail for. Only opaque keys, dates and codes: never a name in a URL."""

from datetime import date, timedelta
from typing import Any, NoReturn

from crispy_forms_gds.fields import DateInputField
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import HTML, Field, Fixed, Layout, Size
from crispy_forms_gds.widgets import DateInputWidget
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.acting import Acting
from audit.ledger.canonical import MAX_SAFE_INTEGER
from audit.ledger.events import Outcome
from audit.trail.groups import ActionGroup
from audit.trail.reading import DEFAULT_DAYS, LONGEST_DAYS, TrailFilters
from audit.trail.rows import OUTCOMES

EARLIEST = date(2000, 1, 1)


class IsoOrBoxes(DateInputWidget):  # type: ignore[misc]  # the library is untyped
    """Three boxes as they are typed, or one ISO date as our own links write it."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        iso = data.get(name)
        if not iso:
            return super().value_from_datadict(data, files, name)
        boxes = iso.split("-")
        return boxes[::-1] if len(boxes) == 3 else [iso, "", ""]


class Day(DateInputField):  # type: ignore[misc]  # the library is untyped
    """A day that may be left out; half a date or one that never was is an error."""

    widget = IsoOrBoxes

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, require_all_fields=False, **options)

    def compress(self, data_list: Any) -> date | None:
        day, month, year = data_list
        if not (day and month and year):
            return None
        try:
            return date(int(year), int(month), int(day))
        except (ValueError, OverflowError):
            self._not_a_date()

    def _not_a_date(self) -> NoReturn:
        raise ValidationError(f"{self.label} must be a real date")


class TrailForm(forms.Form):
    """The filters: days, kind of action, and a person chosen from the trail (an opaque key)."""

    day_from = Day(label="From")
    day_to = Day(label="To")
    action = forms.ChoiceField(
        label="What was done",
        required=False,
        choices=[("", "Everything"), *ActionGroup.choices],
    )
    outcome = forms.ChoiceField(
        label="How it ended",
        required=False,
        choices=[("", "Any way"), *((code.value, words) for code, (words, _) in OUTCOMES.items())],
    )
    record = forms.IntegerField(
        label="Number of a child record",
        help_text="As it stands in the last column. Shows who searched for, opened or changed it.",
        required=False,
        min_value=1,
        max_value=MAX_SAFE_INTEGER,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "Number of a child record must be a whole number"},
    )
    organisation = forms.UUIDField(required=False, widget=forms.HiddenInput)
    person = forms.UUIDField(required=False, widget=forms.HiddenInput)
    about = forms.UUIDField(required=False, widget=forms.HiddenInput)
    before = forms.IntegerField(
        required=False, min_value=1, max_value=MAX_SAFE_INTEGER, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_method = "get"
        self.helper.disable_csrf = True  # a GET form: a token would end up in the URL
        self.helper.attrs = {"novalidate": ""}
        self.helper.layout = Layout(
            HTML('<div class="govuk-grid-row"><div class="govuk-grid-column-one-half">'),
            Field("day_from", context={"legend_size": Size.for_legend("s")}),
            HTML('</div><div class="govuk-grid-column-one-half">'),
            Field("day_to", context={"legend_size": Size.for_legend("s")}),
            HTML("</div></div>"),
            Field.select("action", label_size=Size.SMALL),
            Field.select("outcome", label_size=Size.SMALL),
            Field.text("record", label_size=Size.SMALL, field_width=Fixed.TEN),
            "person",
            "about",
            "organisation",
            _button("Show events"),
        )

    @property
    def is_forged(self) -> bool:
        """Whether a part that no person types (the key, the place in the list) is malformed."""
        return bool({"person", "about", "organisation", "before"} & set(self.errors))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"day_from", "day_to"} & set(self.errors):
            return cleaned
        today = timezone.localdate()
        last = cleaned["day_to"] = cleaned["day_to"] or today
        first = cleaned["day_from"] = cleaned["day_from"] or _week_until(last)
        if not EARLIEST <= first <= today:
            self.add_error("day_from", "From must be today or in the past")
        elif not first <= last <= today:
            self.add_error(
                "day_to", "To must be the same day as From or later, and not after today"
            )
        elif (last - first).days >= LONGEST_DAYS:
            self.add_error("day_from", f"Choose at most {LONGEST_DAYS} days at a time")
        return cleaned

    @property
    def filters(self) -> TrailFilters:
        """The filters of a valid form."""
        given = self.cleaned_data
        return TrailFilters(
            day_from=given["day_from"],
            day_to=given["day_to"],
            person=given["person"],
            about=given["about"],
            organisation=given["organisation"],
            record=given["record"],
            action=ActionGroup(given["action"]) if given["action"] else None,
            outcome=Outcome(given["outcome"]) if given["outcome"] else None,
            before=given["before"],
        )


class PersonForm(forms.Form):
    """Finds a person by name or work e-mail address, or an organisation by name. Always posted."""

    words = forms.CharField(
        label="Name of a person or organisation, or work e-mail address",
        max_length=160,
        error_messages={"required": "Enter a name or a work e-mail address"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": "", "autocomplete": "off"}
        self.helper.layout = Layout(
            Field.text("words", label_size=Size.SMALL),
            _button("Find person"),
        )


def _button(label: str) -> HTML:
    """A button without a name, so that it adds nothing to the address of a GET form."""
    return HTML(f'<button class="govuk-button" data-module="govuk-button">{label}</button>')


def _week_until(day: date) -> date:
    return max(day - timedelta(days=DEFAULT_DAYS - 1), EARLIEST)
