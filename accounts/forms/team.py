"""Forms of the management team: filters, names to find, roles to give, reasons for what is done."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.fields import DateInputField
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Layout, Size
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.clocks import LONDON
from accounts.models import Organisation
from accounts.models.users import AccountStatus
from accounts.roles import OrganisationKind, Role, may_be_held_at
from accounts.team.people import PeopleFilters

LONGEST = timedelta(days=3 * 365 + 1)  # like a criminal-record check: three years
USUAL = timedelta(days=365)
LONGEST_REASON = 400
NOT_A_DATE = "Enter a date that exists, such as 27 3 2027"


class TeamForm(forms.Form):
    """A form that posts, in the GOV.UK look."""

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


def reason_field(label: str = "Reason", help_text: str = "") -> forms.CharField:
    """Why somebody does this: kept with the event, and erasable."""
    return forms.CharField(
        label=label,
        help_text=help_text or "Kept with this act. Do not write a child's name here.",
        max_length=LONGEST_REASON,
        widget=forms.Textarea,
        error_messages={"required": "Enter your reason"},
    )


class LastDayField(DateInputField):  # type: ignore[misc]  # crispy_forms_gds has no types
    """Three boxes for the last day of a role: after today, at most three years ahead."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(require_all_fields=False, **kwargs)
        self.error_messages["required"] = "Enter the last day of this role"
        for box in self.fields:
            box.required = False

    def compress(self, data_list: Any) -> datetime | None:
        if not any(data_list):
            return None
        try:
            day, month, year = (int(text or 0) for text in data_list)
            chosen = date(year, month, day)
        except (ValueError, OverflowError):
            raise ValidationError(NOT_A_DATE) from None
        today = timezone.localdate()
        if not today < chosen <= today + LONGEST:
            raise ValidationError("The last day must be after today and within three years")
        return datetime.combine(chosen, time(23, 59, 59), LONDON)


def _last_day() -> LastDayField:
    return LastDayField(
        label="Last day of this role",
        help_text="At most three years from today. It can be extended before it ends.",
    )


def _last_day_layout() -> LayoutObject:
    return Field("until", context={"legend_size": Size.for_legend("s")})


class GrantForm(TeamForm):
    """A role for a person at one of the organisations of their own user base."""

    submit_label = "Continue"

    role = forms.ChoiceField(
        label="Role",
        choices=[("", "Choose a role"), *Role.choices],
        error_messages={"required": "Choose a role"},
    )
    organisation = forms.ModelChoiceField(
        label="At which organisation",
        queryset=Organisation.objects.none(),
        to_field_name="key",
        empty_label="Choose an organisation",
        error_messages={"required": "Choose an organisation"},
    )
    until = _last_day()
    reason = reason_field(help_text="What the person needs this role for.")

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        kinds = {OrganisationKind(kind) for kind in organisations.values_list("kind", flat=True)}
        held_here = [role for role in Role if any(may_be_held_at(role, kind) for kind in kinds)]
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            ("", "Choose a role"),
            *((role.value, role.label) for role in held_here),
        ]

    def layout(self) -> list[LayoutObject | str]:
        return [
            Field.select("role"),
            Field.select("organisation"),
            _last_day_layout(),
            Field.textarea("reason", rows=3),
        ]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class ExtendForm(TeamForm):
    """A later last day for a role, and why."""

    submit_label = "Extend the role"

    until = _last_day()
    reason = reason_field(help_text="Why the person needs this role for longer.")

    def layout(self) -> list[LayoutObject | str]:
        return [_last_day_layout(), Field.textarea("reason", rows=3)]


class AnswerForm(TeamForm):
    """Yes or no to a colleague's request for a powerful role; a no says why."""

    submit_label = "Answer the request"

    answer = forms.ChoiceField(
        label="Your answer",
        choices=[("yes", "Agree: the role is granted"), ("no", "Refuse")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose your answer"},
    )
    reason = forms.CharField(
        label="If you refuse, why",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea,
    )

    def layout(self) -> list[LayoutObject | str]:
        return [
            Field.radios("answer", legend_size=Size.SMALL),
            Field.textarea("reason", rows=3),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("answer") == "no" and not cleaned.get("reason"):
            self.add_error("reason", "Enter why you refuse")
        return cleaned


class ReasonForm(TeamForm):
    """The reason for something that is confirmed on a page of its own."""

    reason = reason_field()

    def __init__(self, *args: Any, label: str, dangerous: bool = False, **kwargs: Any) -> None:
        self.submit_label, self.dangerous = label, dangerous
        super().__init__(*args, **kwargs)

    def layout(self) -> list[LayoutObject | str]:
        return [Field.textarea("reason", rows=3)]


class FindForm(TeamForm):
    """Finds people of the user base. Always posted: no name stands in an address."""

    submit_label = "Find"

    words = forms.CharField(
        label="Name or work e-mail address",
        max_length=160,
        error_messages={"required": "Enter a name or a work e-mail address"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def layout(self) -> list[LayoutObject | str]:
        return [Field.text("words", label_size=Size.SMALL)]


class FilterForm(forms.Form):
    """Which people to show. In the address, so only codes."""

    status = forms.ChoiceField(
        label="Status", required=False, choices=[("", "Any"), *AccountStatus.choices]
    )
    role = forms.ChoiceField(label="Role", required=False, choices=[("", "Any"), *Role.choices])
    only = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[
            ("", "Everybody"),
            ("ending", "Whose role ends within 30 days"),
            ("hindered", "Who cannot work today"),
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
    def filters(self) -> PeopleFilters:
        """The filters chosen; what is malformed filters nothing."""
        given = self.cleaned_data if self.is_valid() else {}
        return PeopleFilters(
            status=AccountStatus(given["status"]) if given.get("status") else None,
            role=Role(given["role"]) if given.get("role") else None,
            ending=given.get("only") == "ending",
            hindered=given.get("only") == "hindered",
        )
