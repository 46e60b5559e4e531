"""Forms that keep records right: one amended part, a dispute, an involvement."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Field
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.acting import Acting
from accounts.models import Authority
from records.forms.base import RecordForm
from records.forms.fields import BirthField, IdentifierField, PostcodeField, RealDateField
from records.models import (
    AddressKind,
    DisputedField,
    DisputeReason,
    NameUse,
    Practice,
    School,
    Service,
    Sex,
)
from records.particulars import AddressParts, CarerParts, NameParts, NewInvolvement

NO_NAME = "Enter a given name or a family name"
BIRTH_HINT = "For example, 27 3 2014. If you know the year only, leave day and month empty."


class NameForm(RecordForm):
    """A name; a newborn may have a family name only."""

    family_name = forms.CharField(label="Family name", max_length=80, required=False)
    given_name = forms.CharField(
        label="Given name",
        help_text="Leave empty if the child has no given name yet",
        max_length=80,
        required=False,
    )
    other_given_names = forms.CharField(label="Other given names", max_length=160, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("given_name") and not data.get("family_name"):
            self.add_error("family_name", NO_NAME)
        return data

    @property
    def name(self) -> NameParts:
        return NameParts(
            given_name=self.cleaned_data["given_name"],
            other_given_names=self.cleaned_data["other_given_names"],
            family_name=self.cleaned_data["family_name"],
        )


class AmendNameForm(NameForm):
    previous_use = forms.ChoiceField(
        label="What is the present name from now on?",
        choices=[(NameUse.FORMER, "A former name"), (NameUse.ALIAS, "Still used: also known as")],
        initial=NameUse.FORMER,
        widget=forms.RadioSelect,
    )


class BirthDateForm(RecordForm):
    date_of_birth = BirthField(
        label="Date of birth",
        help_text=BIRTH_HINT,
        required_message="Enter the date of birth, or the year",
    )


class SexForm(RecordForm):
    sex = forms.ChoiceField(
        label="Sex",
        choices=Sex.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the sex, or that it is not specified"},
    )


class AuthorityForm(RecordForm):
    authority = forms.ModelChoiceField(
        label="Local authority responsible for the child",
        queryset=Authority.objects.order_by("name"),
        empty_label="Choose an authority",
        error_messages={"required": "Choose the responsible authority"},
    )

    def layout(self) -> list[LayoutObject | str]:
        return [Field.select("authority")]


class IdentifierForm(RecordForm):
    identifier = IdentifierField(
        label="NHS number or other identifier",
        help_text="An NHS number, a unique pupil number or a local identifier",
        max_length=26,
        error_messages={"required": "Enter the NHS number or other identifier"},
    )


class AddressForm(RecordForm):
    """An address, or the fact that there is none."""

    kind = forms.ChoiceField(
        label="Where the child lives",
        choices=[
            (AddressKind.ADDRESS, "At this address"),
            (AddressKind.NO_FIXED_ABODE, "No fixed abode"),
            (AddressKind.LEFT_ENGLAND, "The child has left England"),
        ],
        initial=AddressKind.ADDRESS,
        widget=forms.RadioSelect,
    )
    line_1 = forms.CharField(label="Address line 1", max_length=120, required=False)
    line_2 = forms.CharField(label="Address line 2 (optional)", max_length=120, required=False)
    town = forms.CharField(label="Town or city", max_length=80, required=False)
    postcode = PostcodeField(label="Postcode", max_length=10, required=False)
    is_additional = forms.BooleanField(
        label="This is a second home: keep the present address too", required=False
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        has_lines = any(data.get(name) for name in ("line_1", "town", "postcode"))
        if data.get("kind") == AddressKind.ADDRESS and not has_lines:
            self.add_error("line_1", "Enter the address, or say that there is none")
        return data

    @property
    def address(self) -> AddressParts:
        data = self.cleaned_data
        kind = AddressKind(data["kind"])
        if kind is not AddressKind.ADDRESS:
            return AddressParts(kind=kind)
        return AddressParts(
            line_1=data["line_1"],
            line_2=data["line_2"],
            town=data["town"],
            postcode=data["postcode"],
        )


class CarerForm(RecordForm):
    carer_name = forms.CharField(
        label="Name of the parent or carer",
        max_length=160,
        error_messages={"required": "Enter the name of the parent or carer"},
    )
    carer_phone = forms.CharField(label="Telephone number", max_length=30, required=False)
    is_additional = forms.BooleanField(
        label="Keep the parents and carers recorded now", required=False, initial=True
    )

    @property
    def carer(self) -> CarerParts:
        return CarerParts(
            name=self.cleaned_data["carer_name"], phone=self.cleaned_data["carer_phone"]
        )


class SchoolForm(RecordForm):
    urn = forms.CharField(
        label="Unique reference number (URN) of the school",
        help_text="Six digits, as in Get Information about Schools",
        max_length=10,
        error_messages={"required": "Enter the school's URN"},
    )

    def clean_urn(self) -> School:
        school = School.objects.filter(urn=self.cleaned_data["urn"].replace(" ", "")).first()
        if school is None:
            raise ValidationError("No school with this URN is known. Check the number")
        return school


class PracticeForm(RecordForm):
    ods_code = forms.CharField(
        label="ODS code of the general practice",
        help_text="One letter and five digits, such as Y12345",
        max_length=10,
        error_messages={"required": "Enter the practice's ODS code"},
    )

    def clean_ods_code(self) -> Practice:
        code = self.cleaned_data["ods_code"].replace(" ", "").upper()
        practice = Practice.objects.filter(ods_code=code).first()
        if practice is None:
            raise ValidationError("No practice with this ODS code is known. Check the code")
        return practice


class DisputeForm(RecordForm):
    """Coded answers only, so that no story about a child can be written down."""

    submit_label = "Mark as wrong"

    field = forms.ChoiceField(
        label="What is wrong?",
        choices=DisputedField.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is wrong"},
    )
    reason = forms.ChoiceField(
        label="In which way?",
        choices=DisputeReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose in which way it is wrong"},
    )


class InvolvementForm(RecordForm):
    """That one of one's own services works with the child, and whom to ring."""

    service = forms.ModelChoiceField(
        label="Service",
        queryset=Service.objects.none(),
        empty_label="Choose a service",
        error_messages={"required": "Choose the service"},
    )
    is_me = forms.BooleanField(
        label="I am the practitioner to contact", required=False, initial=True
    )
    contact_name = forms.CharField(
        label="Whom to contact, if it is somebody else", max_length=160, required=False
    )
    contact_phone = forms.CharField(label="Telephone number to ring", max_length=30, required=False)
    started_on = RealDateField(
        label="Since when",
        help_text="For example, 27 3 2024. Leave empty for today.",
        required=False,
    )

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, acting=acting, **kwargs)
        organisations = {o.pk for o in (acting.organisation, acting.base) if o is not None}
        services = Service.objects.open().filter(organisation__in=organisations)
        self.fields["service"].queryset = services  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("is_me") and not data.get("contact_name"):
            self.add_error("contact_name", "Enter whom to contact")
        started_on = data.get("started_on")
        if started_on and started_on > timezone.localdate():
            self.add_error("started_on", "The start cannot be in the future")
        return data

    @property
    def new(self) -> NewInvolvement:
        data = self.cleaned_data
        return NewInvolvement(
            service_id=data["service"].pk,
            started_on=data["started_on"] or timezone.localdate(),
            contact_name="" if data["is_me"] else data["contact_name"],
            contact_phone=data["contact_phone"],
        )
