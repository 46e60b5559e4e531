"""Forms of the staff feed: the list of one employer, and answers to what it proposes."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.layout import Field, Size
from django import forms

from accounts.forms.team import LONGEST_REASON, TeamForm, reason_field
from accounts.models import Organisation
from accounts.querysets import OrganisationQuerySet
from accounts.staffing.read import MOST_BYTES


class StaffFeedForm(TeamForm):
    """The whole list of one employer; tried first, unless somebody says that it counts."""

    submit_label = "Send the list"

    employer = forms.ModelChoiceField(
        label="Whose people are in the list?",
        queryset=Organisation.objects.none(),
        to_field_name="key",
        empty_label="Choose the employer",
        error_messages={"required": "Choose the employer"},
    )
    file = forms.FileField(
        label="The list, a CSV file",
        error_messages={
            "required": "Choose the file",
            "empty": "The file is empty. Choose the one with the list.",
        },
    )
    mode = forms.ChoiceField(
        label="What should happen?",
        choices=[
            ("try", "Try it: check and count, change nothing"),
            ("do", "Take it: close leavers, end movers' roles, propose joiners"),
        ],
        initial="try",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what should happen"},
    )
    confirmed_leavers = forms.IntegerField(
        label="Number of accounts to close",
        help_text="Leave it empty. You are asked for it if the list would close unusually many.",
        required=False,
        min_value=1,
    )
    reason = reason_field(help_text="For instance: weekly list of the personnel team.")

    def __init__(self, *args: Any, employers: OrganisationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["employer"].queryset = employers  # type: ignore[attr-defined]

    def layout(self) -> list[LayoutObject | str]:
        return [
            Field.select("employer"),
            Field("file"),
            Field.radios("mode", legend_size=Size.SMALL),
            Field.text("confirmed_leavers"),
            Field.textarea("reason", rows=2),
        ]

    def clean_file(self) -> bytes:
        """The bytes of the file; a larger one than any list is not even read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                f"The file must be smaller than {MOST_BYTES // 1_000_000} MB"
            )
        content: bytes = file.read()
        return content


class ProposalForm(TeamForm):
    """Yes or no to what a feed proposes; a no says why."""

    submit_label = "Answer"

    answer = forms.ChoiceField(
        label="Your answer",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose your answer"},
    )
    reason = forms.CharField(
        label="If you refuse, why",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea,
    )

    def __init__(self, *args: Any, is_joiner: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        yes = "Accept: send the invitation" if is_joiner else "Accept: record the new post"
        self.fields["answer"].choices = [("yes", yes), ("no", "Refuse")]  # type: ignore[attr-defined]

    def layout(self) -> list[LayoutObject | str]:
        return [Field.radios("answer", legend_size=Size.SMALL), Field.textarea("reason", rows=3)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("answer") == "no" and not cleaned.get("reason"):
            self.add_error("reason", "Enter why you refuse")
        return cleaned
