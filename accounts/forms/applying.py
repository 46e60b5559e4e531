"""Forms of an application: one item of evidence; a question, an answer or a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Field, Hidden
from django import forms
from django.utils import timezone

from accounts.actions import NewEvidence
from accounts.forms.base import PostedForm
from accounts.forms.days import DayField
from accounts.models import EvidenceKind
from accounts.models.applications import WITH_CONTACT
from accounts.uploads import FileRefused, Upload, judge


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
