"""Forms with which a local team keeps teams, places of work, calendars and networks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Field
from django import forms
from django.utils import timezone

from accounts.clocks import LONDON
from accounts.forms.base import PostedForm
from accounts.forms.days import DayField
from accounts.models import (
    Authority,
    DutyKind,
    NetworkKind,
    Organisation,
    ShiftPattern,
    SiteKind,
    User,
)
from accounts.querysets import OrganisationQuerySet, UserQuerySet

START = "The first day. Leave empty for today."


class TeamNameForm(PostedForm):
    """What a team is called."""

    submit_label = "Save the name"

    name = forms.CharField(
        label="Name of the team", max_length=120, error_messages={"required": "Enter a name"}
    )


class NewTeamForm(TeamNameForm):
    """A team of one of the organisations of the user base."""

    submit_label = "Create the team"

    organisation = forms.ModelChoiceField(
        label="Organisation",
        queryset=Organisation.objects.none(),
        error_messages={"required": "Choose the organisation"},
    )

    def __init__(self, *args: Any, organisations: OrganisationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]


class PersonForm(PostedForm):
    """Somebody of the user base, by work e-mail address: posted, so never in an address."""

    email = forms.EmailField(
        label="Work e-mail address of the person",
        error_messages={"required": "Enter the person's work e-mail address"},
    )

    def __init__(self, *args: Any, people: UserQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = people

    def clean_email(self) -> User:
        found: User | None = self._people.filter(email=self.cleaned_data["email"].lower()).first()
        if found is None:
            raise forms.ValidationError(
                "There is no such account in your user base. Check the address, or invite first"
            )
        return found


class MemberForm(PersonForm):
    """A person joins the team."""

    submit_label = "Add to the team"

    started_on = DayField(
        label="Since when", help_text=START, required=False, required_message="Enter the first day"
    )
    pattern = forms.ChoiceField(
        label="Usually works", choices=ShiftPattern.choices, initial=ShiftPattern.DAY
    )

    def layout(self) -> list[LayoutObject | str]:
        return [Field("email"), self.day("started_on"), Field("pattern")]

    def clean_started_on(self) -> Any:
        return self.cleaned_data["started_on"] or timezone.localdate()


class LastDayForm(PostedForm):
    """The last day of a membership or at a site."""

    submit_label = "Record the last day"

    ended_on = DayField(
        label="Last day",
        help_text="Leave empty for today.",
        required=False,
        required_message="Enter the last day",
    )

    def __init__(self, *args: Any, started_on: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._started_on = started_on

    def layout(self) -> list[LayoutObject | str]:
        return [self.day("ended_on")]

    def clean_ended_on(self) -> Any:
        day = self.cleaned_data["ended_on"] or timezone.localdate()
        if day < self._started_on:
            raise forms.ValidationError("Enter a day on or after the first day")
        return day


class DutyForm(PersonForm):
    """One entry of a team's calendar."""

    submit_label = "Add to the calendar"

    kind = forms.ChoiceField(label="What it is", choices=DutyKind.choices)
    day = DayField(label="Day it begins", required_message="Enter the day it begins")
    begins = forms.TimeField(
        label="From",
        help_text="For example, 20:00",
        error_messages={"required": "Enter when it begins", "invalid": "Enter a time, like 20:00"},
    )
    hours = forms.IntegerField(
        label="How many hours",
        min_value=1,
        max_value=24 * 31,
        error_messages={"required": "Enter how many hours it lasts"},
    )

    def layout(self) -> list[LayoutObject | str]:
        fields = [Field(name) for name in ("begins", "hours")]
        return [Field("email"), Field("kind"), self.day("day"), *fields]

    @property
    def starts_at(self) -> datetime:
        """The beginning, in the time of England."""
        data = self.cleaned_data
        return datetime.combine(data["day"], data["begins"], tzinfo=LONDON)


class SiteForm(PostedForm):
    """A school, practice or hospital where somebody works."""

    submit_label = "Record the place of work"

    kind = forms.ChoiceField(label="What it is", choices=SiteKind.choices)
    code = forms.CharField(
        label="Code",
        help_text="The URN of a school, the ODS code of a practice or hospital",
        max_length=8,
        error_messages={"required": "Enter the URN or ODS code"},
    )
    name = forms.CharField(label="Name", max_length=160, required=False)
    started_on = DayField(
        label="Since when", help_text=START, required=False, required_message="Enter the first day"
    )

    def layout(self) -> list[LayoutObject | str]:
        return [*(Field(name) for name in ("kind", "code", "name")), self.day("started_on")]

    def clean_started_on(self) -> Any:
        return self.cleaned_data["started_on"] or timezone.localdate()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        code = data.get("code", "").strip().upper()
        is_school = data.get("kind") == SiteKind.SCHOOL
        fits = (
            code.isascii()
            and code.isalnum()
            and ((len(code) == 6 and code.isdigit()) if is_school else 3 <= len(code) <= 8)
        )
        if code and not fits:
            self.add_error(
                "code",
                "Enter the six digits of the URN" if is_school else "Enter the ODS code, like RA7",
            )
        data["code"] = code
        return data


class NetworkForm(PostedForm):
    """A network that people of the user base work from."""

    submit_label = "Register the network"

    name = forms.CharField(
        label="Name", max_length=80, error_messages={"required": "Enter a name for the network"}
    )
    kind = forms.ChoiceField(label="What it is", choices=NetworkKind.choices)
    cidr = forms.CharField(
        label="Network",
        help_text="As your network team writes it, for example 192.0.2.0/24",
        error_messages={"required": "Enter the network"},
    )
    place = forms.CharField(
        label="Town", help_text="Only if the network is in one place", max_length=80, required=False
    )
    authority = forms.ModelChoiceField(
        label="Authority it is in", queryset=Authority.objects.all(), required=False
    )
    latitude = forms.DecimalField(
        label="Latitude", required=False, min_value=-90, max_value=90, decimal_places=5
    )
    longitude = forms.DecimalField(
        label="Longitude", required=False, min_value=-180, max_value=180, decimal_places=5
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            self.add_error("longitude", "Enter both latitude and longitude, or leave both empty")
        return data
