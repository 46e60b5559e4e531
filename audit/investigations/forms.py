"""What is typed in a case: words, a finding on its axes, an employer's answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms_gds.fields import DateInputField
from crispy_forms_gds.layout import Field, Size
from django import forms
from django.utils import timezone

from accounts.forms.base import PostedForm
from accounts.models import Organisation, User
from accounts.roles import MANAGING
from accounts.uploads import FileRefused, Upload, judge
from audit.investigations.actions import Judgement
from audit.investigations.models import EmployerSanction, Finding, Intent
from audit.investigations.reports import Suspicion
from records.actions.handing_over import Plan
from records.open_work import OpenItem, OpenWork

LONGEST = 4_000
LEFT = "left"  # to no colleague: to the team, or closed


class WordsForm(PostedForm):
    """Why, or what was heard or seen."""

    said = forms.CharField(
        label="What you write down",
        help_text="Kept with the case. Use the record number of a child, never the name.",
        max_length=LONGEST,
        widget=forms.Textarea,
        error_messages={"required": "Enter what is to be written down"},
    )

    def __init__(self, *args: Any, label: str, dangerous: bool = False, **kwargs: Any) -> None:
        self.submit_label, self.dangerous = label, dangerous
        super().__init__(*args, **kwargs)

    def layout(self) -> list[LayoutObject | str]:
        return [Field.textarea("said", rows=4)]


class WhyNotForm(PostedForm):
    """Why an account is not suspended on an alert."""

    submit_label = "Answer without suspending"

    said = forms.CharField(
        label="Why the account is not suspended",
        help_text="Kept with the alert. Use the record number of a child, never the name.",
        max_length=LONGEST,
        widget=forms.Textarea,
        error_messages={"required": "Enter why the account is not suspended"},
    )

    def layout(self) -> list[LayoutObject | str]:
        return [Field.textarea("said", rows=4)]


class TakeForm(PostedForm):
    """Nothing to type: the page says what taking a case means."""

    def __init__(self, *args: Any, label: str, dangerous: bool = False, **kwargs: Any) -> None:
        self.submit_label = label
        super().__init__(*args, **kwargs)


class FindingForm(WordsForm):
    """The finding, the intent and the data are asked apart: one does not follow from another."""

    finding = forms.ChoiceField(
        label="What happened",
        choices=Finding.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happened"},
    )
    intent = forms.ChoiceField(
        label="With what intent",
        choices=Intent.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the intent, or say that it is not known"},
    )
    compromised = forms.ChoiceField(
        label="Was a child\u2019s data compromised?",
        choices=[("no", "No"), ("yes", "Yes: tell your data protection officer within 72 hours")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether data was compromised"},
    )

    def layout(self) -> list[LayoutObject | str]:
        small = {"legend_size": Size.SMALL}
        return [
            Field.radios("finding", **small),
            Field.radios("intent", **small),
            Field.radios("compromised", **small),
            *super().layout(),
        ]

    @property
    def judgement(self) -> Judgement:
        """What was chosen."""
        return Judgement(
            finding=Finding(self.cleaned_data["finding"]),
            intent=Intent(self.cleaned_data["intent"]),
            data_compromised=self.cleaned_data["compromised"] == "yes",
        )


class SuspicionForm(PostedForm):
    """What somebody signed in has seen of a colleague."""

    submit_label = "Send"

    about = forms.CharField(
        label="Work e-mail address or name of the person",
        max_length=200,
        error_messages={"required": "Enter whom it is about"},
    )
    said = forms.CharField(
        label="What you saw or heard, and when",
        help_text="Do not write the name or the address of a child.",
        max_length=LONGEST,
        widget=forms.Textarea,
        error_messages={"required": "Enter what you saw or heard"},
    )
    powerful = forms.BooleanField(
        label="It is about somebody of a management team: only the central team should read this",
        required=False,
    )

    def layout(self) -> list[LayoutObject | str]:
        return [Field("about"), Field.textarea("said", rows=8), Field("powerful")]

    @property
    def suspicion(self) -> Suspicion:
        """What was said."""
        return Suspicion(
            about=self.cleaned_data["about"],
            said=self.cleaned_data["said"],
            contact=self.cleaned_data.get("contact", ""),
            powerful=self.cleaned_data["powerful"],
        )


class ReportForm(SuspicionForm):
    """The same from anybody, who may stay unnamed."""

    where = forms.ModelChoiceField(
        label="Which local authority or national partner it concerns",
        queryset=Organisation.objects.none(),
        required=False,
        empty_label="I do not know",
    )
    contact = forms.CharField(
        label="How we can reach you, if you want to say",
        help_text="You may leave this empty and stay unnamed.",
        max_length=200,
        required=False,
    )
    passphrase = forms.CharField(
        label="A passphrase of your own",
        help_text="With it and the reference you get, you see later where your report stands. At"
        " least 12 characters; three or four words are good.",
        min_length=12,
        max_length=128,
        widget=forms.PasswordInput,
        error_messages={
            "required": "Enter a passphrase",
            "min_length": "Enter a passphrase of at least 12 characters",
        },
    )

    def layout(self) -> list[LayoutObject | str]:
        where: Any = self.fields["where"]
        where.queryset = Organisation.objects.filter(kind__in=MANAGING).order_by("name")
        return [
            Field("about"),
            Field.textarea("said", rows=8),
            Field.select("where"),
            Field("powerful"),
            Field("contact"),
            Field("passphrase"),
        ]


class ReportStatusForm(PostedForm):
    """The reference and the passphrase; nothing else opens a report."""

    submit_label = "See where it stands"

    reference = forms.CharField(
        label="Reference", max_length=60, error_messages={"required": "Enter the reference"}
    )
    passphrase = forms.CharField(
        label="Your passphrase",
        max_length=128,
        widget=forms.PasswordInput,
        error_messages={"required": "Enter your passphrase"},
    )


class OpenCaseForm(WordsForm):
    """Whom a case is about: by work e-mail address."""

    email = forms.EmailField(
        label="Work e-mail address of the person",
        error_messages={
            "required": "Enter the work e-mail address of the person",
            "invalid": "Enter an e-mail address, such as name@authority.example",
        },
    )

    def layout(self) -> list[LayoutObject | str]:
        return [Field("email"), *super().layout()]

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        people = User.objects.select_related("employer__parent")
        self.person = people.filter(email=email).first()
        if self.person is None:
            raise forms.ValidationError("Nobody has an account with this address. Check it")
        return str(email)


class OpenOnReportForm(OpenCaseForm):
    """The report is the reason, so nothing else is typed."""

    said = None  # type: ignore[assignment]

    def layout(self) -> list[LayoutObject | str]:
        return [Field("email")]


class NoCaseForm(WordsForm):
    """Why a report becomes no case."""


class OwnAnswerForm(PostedForm):
    """The person\u2019s side: an answer or an appeal, and a file."""

    submit_label = "Send"

    kind = forms.ChoiceField(
        label="What you send",
        choices=[
            ("answer", "My side, or an answer to a question"),
            ("appeal", "An appeal: I want others to look at the decision"),
        ],
        initial="answer",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether you answer or appeal"},
    )
    said = forms.CharField(
        label="What you want to say",
        help_text="Do not write the name or the address of a child.",
        max_length=LONGEST,
        widget=forms.Textarea,
        error_messages={"required": "Enter what you want to say"},
    )
    file = forms.FileField(
        label="A file, if you have one",
        help_text="PDF, ODT, DOCX, PNG or JPEG, smaller than 10 MB. It goes with an answer.",
        required=False,
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, may_answer: bool, has_room: bool, **kwargs: Any) -> None:
        self.upload: Upload | None = None
        self._has_room = has_room
        super().__init__(*args, **kwargs)
        if not may_answer:
            kind = self.fields["kind"]
            kind.choices = kind.choices[1:]  # type: ignore[attr-defined]
            kind.initial = "appeal"

    def layout(self) -> list[LayoutObject | str]:
        return [
            Field.radios("kind", legend_size=Size.SMALL),
            Field.textarea("said", rows=8),
            Field("file"),
        ]

    def clean_file(self) -> None:
        """Judged by its content; what the browser claims is not looked at."""
        file = self.cleaned_data["file"]
        if not file:
            return
        if not self._has_room:
            raise forms.ValidationError("No more files are taken. Send the others to your team")
        try:
            self.upload = judge(file)
        except FileRefused as refusal:
            raise forms.ValidationError(refusal.message) from refusal

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.upload and cleaned.get("kind") == "appeal":
            self.add_error("file", "Send the file with an answer, and the appeal without it")
        return cleaned

    @property
    def appeals(self) -> bool:
        return bool(self.cleaned_data["kind"] == "appeal")


class HandOverForm(PostedForm):
    """One question for everything, and one for each piece of work that goes elsewhere."""

    submit_label = "Hand over"

    def __init__(self, *args: Any, work: OpenWork, **kwargs: Any) -> None:
        self._work = work
        self._users = {
            str(user.key): user
            for item in (*work.enquiries, *work.involvements)
            for user in item.takers
        }
        super().__init__(*args, **kwargs)

    def layout(self) -> list[LayoutObject | str]:
        people = sorted(self._users.items(), key=lambda pair: pair[1].full_name)
        self.fields["everything"] = forms.ChoiceField(
            label="Who takes over everything for which nothing else is chosen below",
            choices=[("", "Nobody: I choose for each"), *_named(people)],
            required=False,
        )
        for item in self._work.enquiries:
            self._ask(f"enquiry_{item.id}", item, "Nobody: close the enquiry")
        for item in self._work.involvements:
            self._ask(f"involvement_{item.id}", item, f"The team: {item.team}")
        return [Field.select(name) for name in self.fields]

    def _ask(self, name: str, item: OpenItem, otherwise: str) -> None:
        takers = [(str(user.key), user) for user in item.takers]
        self.fields[name] = forms.ChoiceField(
            label=item.words,
            choices=[("", "As chosen above"), (LEFT, otherwise), *_named(takers)],
            required=False,
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        everything = cleaned.get("everything", "")
        for name, field in self.fields.items():
            if name == "everything" or name in self.errors:
                continue
            cleaned[name] = cleaned.get(name) or everything
            if cleaned[name] not in {value for value, _ in field.choices} - {""}:  # type: ignore[attr-defined]
                cannot = everything and cleaned[name] == everything
                why = "The colleague chosen above cannot take this over. " if cannot else ""
                self.add_error(name, f"{why}Choose who takes over: {field.label}")
        return cleaned

    @property
    def plan(self) -> Plan:
        """Who takes what."""
        return Plan(
            enquiries={each.id: self._to(f"enquiry_{each.id}") for each in self._work.enquiries},
            involvements={
                each.id: self._to(f"involvement_{each.id}") for each in self._work.involvements
            },
        )

    def _to(self, name: str) -> User | None:
        return self._users.get(self.cleaned_data[name])


def _named(people: list[tuple[str, User]]) -> list[tuple[str, str]]:
    return [(key, f"{user.full_name}, {user.job_title}") for key, user in people]


class OfferForm(WordsForm):
    """Which team is asked to take the case, and why."""

    team = forms.ChoiceField(
        label="Team that should take it",
        help_text="The teams with the fewest open cases stand first.",
        error_messages={"required": "Choose a team"},
    )

    def __init__(self, *args: Any, teams: list[Organisation], **kwargs: Any) -> None:
        self._teams = {str(team.key): team for team in teams}
        super().__init__(*args, **kwargs)

    def layout(self) -> list[LayoutObject | str]:
        team: Any = self.fields["team"]
        team.choices = [(key, one.name) for key, one in self._teams.items()]
        return [Field.select("team"), *super().layout()]

    @property
    def to(self) -> Organisation:
        """The team chosen."""
        return self._teams[self.cleaned_data["team"]]


class AnswerForm(PostedForm):
    """What the employer did, and when it said so."""

    sanction = forms.ChoiceField(
        label="What the employer decided",
        choices=EmployerSanction.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the employer decided"},
    )
    answered_on = DateInputField(
        label="Day of the answer", help_text="For example, 27 3 2026", require_all_fields=False
    )

    def __init__(self, *args: Any, label: str, dangerous: bool = False, **kwargs: Any) -> None:
        self.submit_label = label
        super().__init__(*args, **kwargs)

    def layout(self) -> list[LayoutObject | str]:
        return [Field.radios("sanction", legend_size=Size.SMALL), self.day("answered_on")]

    def clean_answered_on(self) -> date:
        day: date | None = self.cleaned_data["answered_on"]
        if day is None or day > timezone.localdate():
            raise forms.ValidationError("Enter a day that is not in the future")
        return day
