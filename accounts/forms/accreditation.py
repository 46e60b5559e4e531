"""Forms of accreditation: organisations, applicants, evidence, questions, decisions, sanctions."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Field, Hidden, Size
from django import forms
from django.utils import timezone

from accounts.actions import NewEvidence
from accounts.forms.base import PostedForm
from accounts.forms.days import DayField
from accounts.models import AccreditationApplication, Authority, EvidenceKind, Organisation
from accounts.models.applications import WITH_CONTACT
from accounts.models.identifiers import IdentifierScheme, OrganisationIdentifier
from accounts.roles import OrganisationKind
from accounts.states import SanctionLevel
from accounts.uploads import FileRefused, Upload, judge

YEAR = timedelta(days=365)
LONGEST = 3 * YEAR
A_REASON = "Kept with this act and shown to those concerned. Name no child here."


def _text(label: str, missing: str, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, error_messages={"required": missing}, **more)


class OrganisationForm(PostedForm):
    """A body to be added; a management team adds employers beneath its own body only."""

    submit_label = "Add the organisation"

    kind = forms.ChoiceField(
        label="What kind of organisation is it?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what kind of organisation it is"},
    )
    name = _text("Name", "Enter the name of the organisation", max_length=160)
    authority = forms.ModelChoiceField(
        label="Which local authority is it?",
        help_text="For a local authority only.",
        queryset=Authority.objects.filter(organisation=None),
        required=False,
        empty_label="None",
    )
    parent = forms.ModelChoiceField(
        label="Which body manages its accounts?",
        help_text="For an employing organisation only.",
        queryset=Organisation.objects.none(),
        to_field_name="key",
        required=False,
        empty_label="None",
    )
    urn = forms.CharField(
        label="URN", help_text="For a school: six digits.", required=False, max_length=6
    )
    ods_code = forms.CharField(
        label="ODS code", help_text="For a health organisation.", required=False, max_length=8
    )
    duty_phone = forms.CharField(
        label="Out-of-hours duty desk", required=False, max_length=30,
        help_text="For a local authority or a national partner: a number that answers at night.",
    )  # fmt: skip

    def __init__(self, *args: Any, own_base: Organisation | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own_base = own_base
        managing = Organisation.objects.open().filter(
            kind__in=[OrganisationKind.LOCAL_AUTHORITY, OrganisationKind.NATIONAL_PARTNER]
        )
        kinds = [kind for kind in OrganisationKind if kind != OrganisationKind.CENTRAL_BODY]
        if own_base is not None:
            managing, kinds = managing.filter(pk=own_base.pk), [OrganisationKind.EMPLOYER]
            del self.fields["authority"], self.fields["duty_phone"]
            self.fields["parent"].initial = own_base.key
        self.fields["kind"].choices = [(k.value, k.label) for k in kinds]  # type: ignore[attr-defined]
        self.fields["kind"].initial = kinds[0].value if len(kinds) == 1 else None
        self.fields["parent"].queryset = managing  # type: ignore[attr-defined]
        self.helper.layout.fields[:-1] = self.layout()

    def layout(self) -> list[LayoutObject | str]:
        return [
            Field.radios(name, legend_size=Size.SMALL) if name == "kind" else Field(name)
            for name in self.fields
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind")
        self._belongs("authority", kind == OrganisationKind.LOCAL_AUTHORITY, "Choose the authority")
        self._belongs("parent", kind == OrganisationKind.EMPLOYER, "Choose the managing body")
        self._free("urn", IdentifierScheme.URN, r"[0-9]{6}", "Enter six digits")
        self._free("ods_code", IdentifierScheme.ODS, r"[A-Z0-9]{3,8}", "Enter an ODS code")
        return cleaned

    def _belongs(self, name: str, is_needed: bool, missing: str) -> None:
        """A choice that one kind needs, and the others ignore."""
        if not is_needed:
            self.cleaned_data[name] = None
        elif name in self.fields and not self.cleaned_data.get(name):
            self.add_error(name, missing)

    def _free(self, name: str, scheme: IdentifierScheme, shape: str, wrong: str) -> None:
        """An identifier of its shape that no other organisation holds today."""
        value = self.cleaned_data.get(name, "").strip().upper()
        self.cleaned_data[name] = value
        if not value:
            return
        if not re.fullmatch(shape, value):
            self.add_error(name, wrong)
        elif OrganisationIdentifier.objects.live().filter(scheme=scheme, value=value).exists():
            self.add_error(name, "Another organisation holds this identifier. Check it")

    @property
    def facts(self) -> dict[str, Any]:
        """What `create_organisation` is given."""
        given = self.cleaned_data
        schemes = {IdentifierScheme.URN: given["urn"], IdentifierScheme.ODS: given["ods_code"]}
        return {
            "kind": OrganisationKind(given["kind"]),
            "name": given["name"],
            "authority": given["authority"],
            "parent": given["parent"],
            "duty_phone": given.get("duty_phone", ""),
            "identifiers": {scheme: value for scheme, value in schemes.items() if value},
        }


class ApplicantForm(PostedForm):
    """Who answers for an application: somebody of the organisation."""

    submit_label = "Invite this person"

    place = forms.ChoiceField(
        label="What will this person be?",
        choices=[("applicant", "The applicant"), ("deputy", "The applicant's deputy")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose applicant or deputy"},
    )
    email = forms.EmailField(
        label="Work e-mail address",
        error_messages={
            "required": "Enter a work e-mail address",
            "invalid": "Enter an e-mail address, such as name@school.example",
        },
    )
    given_name = _text("First name", "Enter a first name", max_length=80)
    family_name = _text("Last name", "Enter a last name", max_length=80)
    job_title = forms.CharField(label="Post", required=False, max_length=120)
    work_phone = _text("Work phone", "Enter a phone number at work", max_length=30)
    line_manager_name = _text(
        "Name of their line manager", "Enter the line manager's name", max_length=160
    )
    line_manager_email = forms.EmailField(
        label="Line manager's work e-mail address",
        error_messages={
            "required": "Enter the line manager's e-mail address",
            "invalid": "Enter an e-mail address, such as name@school.example",
        },
    )

    def layout(self) -> list[LayoutObject | str]:
        return [
            Field.radios(name, legend_size=Size.SMALL) if name == "place" else Field(name)
            for name in self.fields
        ]

    @property
    def person(self) -> dict[str, Any]:
        """The facts of the account."""
        return {name: value for name, value in self.cleaned_data.items() if name != "place"}

    @property
    def as_deputy(self) -> bool:
        return bool(self.cleaned_data["place"] == "deputy")


class EvidenceForm(PostedForm):
    """One item: a file or a reference, its date and expiry; for some kinds who is responsible."""

    submit_label = "Save"

    reference = forms.CharField(
        label="Reference",
        help_text="Where your organisation keeps it, for example a document number.",
        required=False,
        max_length=200,
    )
    file = forms.FileField(
        label="File",
        help_text="PDF, ODT, DOCX, PNG or JPEG, smaller than 10 MB.",
        required=False,
        allow_empty_file=True,
    )
    version = forms.CharField(label="Version", required=False, max_length=40)
    dated_on = DayField(label="Date of the document", required_message="Enter its date")
    expires_on = DayField(
        label="Valid or due for review until", required_message="Enter until when it is valid"
    )
    contact_name = forms.CharField(label="Name", required=False, max_length=160)
    contact_email = forms.EmailField(
        label="Work e-mail address",
        required=False,
        error_messages={"invalid": "Enter an e-mail address, such as hr@school.example"},
    )
    contact_phone = forms.CharField(label="Work phone", required=False, max_length=30)

    def __init__(
        self, *args: Any, kind: EvidenceKind, has_file: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.has_file = kind, has_file
        self.upload: Upload | None = None
        if kind not in WITH_CONTACT:
            for name in ("contact_name", "contact_email", "contact_phone"):
                del self.fields[name]
        else:
            who = "HR contact" if kind is EvidenceKind.DISCIPLINARY else "Lead"
            for name in ("contact_name", "contact_email", "contact_phone"):
                field = self.fields[name]
                field.label = f"{who}: {str(field.label).lower()}"
        if kind is EvidenceKind.DISCIPLINARY:
            self.fields["contact_name"].help_text = "Who will receive referrals about misuse."
        self.helper.layout.fields[:-1] = self.layout()

    def layout(self) -> list[LayoutObject | str]:
        days = {"dated_on", "expires_on"}
        return [self.day(name) if name in days else Field(name) for name in self.fields]

    def clean_file(self) -> None:
        """Judged by its content; the name and the type the browser claims are not looked at."""
        file = self.cleaned_data["file"]
        if file:
            try:
                self.upload = judge(file)
            except FileRefused as refusal:
                raise forms.ValidationError(refusal.message) from refusal

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        has_any = cleaned.get("reference") or self.upload or self.has_file
        if not has_any and "file" not in self.errors:
            self.add_error("reference", "Enter a reference, or choose a file")
        self._in_order(cleaned.get("dated_on"), cleaned.get("expires_on"))
        self._responsible(cleaned)
        return cleaned

    def _in_order(self, dated: date | None, expires: date | None) -> None:
        today = timezone.localdate()
        if dated and dated > today:
            self.add_error("dated_on", "The date must not lie in the future")
        if expires and expires < today:
            self.add_error("expires_on", "This must not be past. Show what is valid today")

    def _responsible(self, cleaned: dict[str, Any]) -> None:
        needed = {"contact_name": "Enter a name", "contact_email": "Enter an e-mail address"}
        if self.kind is EvidenceKind.DISCIPLINARY:
            needed["version"] = "Enter the version of the procedures"
        for name, missing in needed.items():
            if name in self.fields and name not in self.errors and not cleaned.get(name):
                self.add_error(name, missing)

    @property
    def new(self) -> NewEvidence:
        """The item of a valid form."""
        facts = {name: value for name, value in self.cleaned_data.items() if name != "file"}
        return NewEvidence(kind=self.kind, **facts)


class TextForm(PostedForm):
    """A question, an answer or a reason; an officer's carries the round that was `seen`."""

    text = forms.CharField(max_length=2000, widget=forms.Textarea)

    def __init__(
        self,
        *args: Any,
        label: str,
        button: str,
        missing: str,
        longest: int = 2000,
        dangerous: bool = False,
        seen: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.submit_label, self.dangerous, self.seen = button, dangerous, seen
        super().__init__(*args, **kwargs)
        field = self.fields["text"]
        field.label, field.max_length = label, longest  # type: ignore[attr-defined]
        field.help_text = "Name no child here."
        field.error_messages["required"] = missing
        self.longest = longest

    def layout(self) -> list[LayoutObject | str]:
        seen = [] if self.seen is None else [Hidden("round", self.seen)]
        return [*seen, Field.textarea("text", rows=5)]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if len(text) > self.longest:
            raise forms.ValidationError(f"Write at most {self.longest} characters")
        return text


class RoundForm(forms.Form):
    """Which submission the officer looked at; travels with every decision."""

    round = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class ApprovalForm(PostedForm):
    """From when until when, and which submission was looked at."""

    submit_label = "Accredit the organisation"

    round = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    valid_from = DayField(label="First day", required_message="Enter the first day")
    valid_until = DayField(label="Last day", required_message="Enter the last day")

    def __init__(self, *args: Any, application: AccreditationApplication, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.application = application
        first = self._first_day()
        self.fields["valid_from"].initial = first
        self.fields["valid_until"].initial = first + YEAR - timedelta(days=1)
        self.fields["round"].initial = application.round

    def _first_day(self) -> date:
        """Today, or the day after the accreditation in force ends."""
        today = timezone.localdate()
        in_force = self.application.organisation.accreditations.in_force()
        ends = [row.valid_until for row in in_force]
        return max(ends) + timedelta(days=1) if ends else today

    def layout(self) -> list[LayoutObject | str]:
        return ["round", self.day("valid_from"), self.day("valid_until")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_until")
        if first and first < timezone.localdate():
            self.add_error("valid_from", "The first day must not be past")
        elif first and self._begins_already(first):
            self.add_error("valid_from", "An accreditation begins on that day already")
        if first and last and not first <= last <= first + LONGEST:
            self.add_error("valid_until", "The last day must be within three years of the first")
        return cleaned

    def _begins_already(self, first: date) -> bool:
        live = self.application.organisation.accreditations.filter(status="accredited")
        return live.filter(valid_from=first).exists()


class SanctionForm(PostedForm):
    """Which level, and why. What it touches is shown on the next page, before anything happens."""

    submit_label = "See what this would touch"

    level = forms.ChoiceField(
        label="What may the organisation do from now on?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a level"},
    )
    reason = forms.CharField(
        label="Why",
        help_text=A_REASON,
        max_length=400,
        widget=forms.Textarea,
        error_messages={"required": "Enter your reason"},
    )

    def __init__(self, *args: Any, current: SanctionLevel | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            SanctionLevel.NO_NEW_USERS: "No new users: nobody is invited, no role is granted",
            SanctionLevel.READ_ONLY: "Read-only: looking things up goes on, nothing is changed",
            SanctionLevel.OFF: "Off: no account can be used",
        }
        choices = [(level.code, words[level]) for level in SanctionLevel if level != current]
        if current is not None:
            choices.insert(0, ("none", "Everything: lift the sanction"))
        self.fields["level"].choices = choices  # type: ignore[attr-defined]

    def layout(self) -> list[LayoutObject | str]:
        return [
            Field.radios("level", legend_size=Size.SMALL),
            Field.textarea("reason", rows=3),
        ]

    @property
    def chosen(self) -> SanctionLevel | None:
        """The level of a valid form; None lifts."""
        codes = {level.code: level for level in SanctionLevel}
        return codes.get(self.cleaned_data["level"])


class SeenForm(forms.Form):
    """What the preview said when it was confirmed."""

    seen_level = forms.ChoiceField(choices=[("none", ""), *((s.code, "") for s in SanctionLevel)])
    seen_users = forms.IntegerField(min_value=0)
    seen_sessions = forms.IntegerField(min_value=0)
    seen_enquiries = forms.IntegerField(min_value=0)
