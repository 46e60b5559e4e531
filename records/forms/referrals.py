"""Forms of referrals: how one came, what became of it, to whom it goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Field, Fixed, Fluid, Size
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from accounts.clocks import LONDON
from accounts.models import Organisation, Team
from accounts.roles import OrganisationKind
from records.forms.base import RecordForm
from records.forms.fields import RealDateField
from records.models import Answer, Channel
from records.particulars import NewReferral

IN_THE_FUTURE = "It cannot have come in the future. Leave day and time empty if it came just now"
BY_HAND = [choice for choice in Channel.choices if choice[0] != Channel.FEED]


class ReferralForm(RecordForm):
    """Only the sender must be typed: the rest says what is usual, a call just now."""

    submit_label = "Record the referral"

    sender = forms.CharField(
        label="Who made the referral",
        help_text="Their name and organisation. Do not write the child\u2019s name here.",
        max_length=160,
        error_messages={"required": "Enter who made the referral"},
    )
    sender_phone = forms.CharField(label="Their telephone number", max_length=30, required=False)
    channel = forms.ChoiceField(
        label="How it came", choices=BY_HAND, initial=Channel.TELEPHONE, widget=forms.RadioSelect
    )
    team = forms.ModelChoiceField(
        label="For which team",
        queryset=Team.objects.none(),
        to_field_name="key",
        required=False,
        empty_label="No team in particular",
    )
    reference = forms.CharField(
        label="Your reference for it", max_length=40, required=False, help_text="If it has one."
    )
    came_on = RealDateField(
        label="Day it came", help_text="Leave empty if it came just now.", required=False
    )
    came_time = forms.TimeField(
        label="Time it came",
        help_text="For example, 14:30",
        required=False,
        error_messages={"invalid": "Enter a time, such as 14:30"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.open().filter(organisation=self.acting.organisation)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]

    def layout(self) -> list[LayoutObject | str]:
        return [
            Field.text("sender"),
            Field.text("sender_phone", field_width=Fluid.ONE_HALF),
            Field.radios("channel", legend_size=Size.SMALL, small=True),
            Field.select("team"),
            Field.text("reference", field_width=Fluid.ONE_HALF),
            Field("came_on", context={"legend_size": Size.for_legend("s")}),
            Field.text("came_time", field_width=Fixed.FIVE),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("came_time") and not data.get("came_on") and "came_on" not in self.errors:
            data["came_on"] = timezone.localdate()
        came = self._came(data)
        if came and came > timezone.now():
            raise ValidationError(IN_THE_FUTURE)
        return data

    @property
    def new(self) -> NewReferral:
        """What a valid form says."""
        data = self.cleaned_data
        return NewReferral(
            channel=Channel(data["channel"]),
            sender=data["sender"],
            sender_phone=data["sender_phone"],
            reference=data["reference"],
            team=data["team"],
            came_at=self._came(data),
        )

    @staticmethod
    def _came(data: dict[str, Any]) -> datetime | None:
        """The moment it came; of a day without a time its beginning."""
        if not data.get("came_on"):
            return None
        time = data.get("came_time") or datetime.min.time()
        return datetime.combine(data["came_on"], time, LONDON)


class AnswerReferralForm(RecordForm):
    submit_label = "Answer the referral"

    answer = forms.ChoiceField(
        label="Your answer",
        choices=[choice for choice in Answer.choices if choice[0] != Answer.PASSED_ON],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose your answer"},
    )


class PassOnForm(RecordForm):
    """Another team here, another organisation of the user base, or another managing body."""

    submit_label = "Pass it on"

    to = forms.ChoiceField(
        label="Pass it on to", error_messages={"required": "Choose who it is passed on to"}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = self.acting.organisation
        base = self.acting.base
        self.teams = {
            f"team-{team.pk}": team for team in Team.objects.open().filter(organisation=here)
        }
        kinds = [OrganisationKind.LOCAL_AUTHORITY, OrganisationKind.NATIONAL_PARTNER]
        within = Q(pk=base.pk) | Q(parent=base) if base else Q()
        others = Organisation.objects.open().filter(within | Q(kind__in=kinds))
        self.organisations = {f"organisation-{one.pk}": one for one in others}
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            ("", "Choose"),
            ("Teams here", [(value, team.name) for value, team in self.teams.items()]),
            ("Organisations", [(value, one.name) for value, one in self.organisations.items()]),
        ]

    def layout(self) -> list[LayoutObject | str]:
        return [Field.select("to")]

    @property
    def chosen(self) -> tuple[Organisation, Team | None]:
        """The organisation of a valid form, and its team if one was chosen."""
        value = self.cleaned_data["to"]
        if value in self.teams:
            team = self.teams[value]
            return team.organisation, team
        return self.organisations[value], None
