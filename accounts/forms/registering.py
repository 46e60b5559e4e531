"""Forms of the register: adding an organisation, and naming who applies for it."""

from __future__ import annotations

import re
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Field, Size
from django import forms

from accounts.forms.base import PostedForm
from accounts.models import Authority, Organisation
from accounts.models.identifiers import IdentifierScheme, OrganisationIdentifier
from accounts.roles import OrganisationKind


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
