"""What shared templates need and the template language cannot say: error links, freshness, pages.

No queries and no rules about people or records belong here.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django import forms, template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.forms.widgets import ChoiceWidget
from django.utils import timezone

register = template.Library()

FRESH_FOR = datetime.timedelta(days=183)
STALE_AFTER = datetime.timedelta(days=366)


@dataclass(frozen=True)
class Freshness:
    """How far a contact can be trusted: a word, a tag colour that repeats it, and what to do."""

    level: str
    word: str
    colour: str
    advice: str


FRESH = Freshness("fresh", "Fresh", "green", "Confirmed in the last six months.")
AGEING = Freshness("ageing", "Ageing", "yellow", "Check before you rely on it.")
STALE = Freshness("stale", "Stale", "orange", "May be wrong: not confirmed for over a year.")
NEVER = Freshness("never", "Never confirmed", "grey", "Nobody has confirmed this yet.")


@register.filter
def freshness(confirmed_on: datetime.date | None) -> Freshness:
    """How old a confirmation is: fresh for six months, then ageing, stale after a year."""
    if confirmed_on is None:
        return NEVER
    age = timezone.localdate() - confirmed_on
    if age <= FRESH_FOR:
        return FRESH
    return STALE if age > STALE_AFTER else AGEING


@dataclass(frozen=True)
class ErrorLink:
    """One line of the error summary. `target` is the id of the control to mend, or empty."""

    target: str
    message: str


@register.filter
def error_links(form: BaseForm) -> list[ErrorLink]:
    """Every error of the form, in the order of its fields, with the id of the control to mend."""
    visible = form.visible_fields()
    first = _control(visible[0]) if visible else ""
    links = [ErrorLink(first, str(error)) for error in form.non_field_errors()]
    for field in form.hidden_fields():
        links += [ErrorLink("", message) for message in messages_of(field)]
    for field in visible:
        links += _links_of(field)
    return links


def _links_of(field: BoundField) -> Iterator[ErrorLink]:
    told = set()
    for number, part in enumerate(getattr(field.field, "fields", ())):
        for error in getattr(part.widget, "errors", ()):
            told.add(str(error))
            yield ErrorLink(f"{field.auto_id}_{number}", str(error))
    for message in messages_of(field):
        if message not in told:
            yield ErrorLink(_control(field), message)


@register.filter
def messages_of(field: BoundField) -> list[str]:
    """The field's errors; Django's "This field is required." becomes what to do about it."""
    required = str(forms.Field.default_error_messages["required"])
    return [_what_to_do(field) if error == required else str(error) for error in field.errors]


def _what_to_do(field: BoundField) -> str:
    label = str(field.field.label or field.name.replace("_", " "))
    widget = field.field.widget
    if isinstance(widget, forms.PasswordInput):
        label = label.lower()  # libraries write "New Password"
    elif label[1:2].islower():  # but "NHS number" stays
        label = label[0].lower() + label[1:]
    if isinstance(widget, forms.CheckboxInput):
        return f"Tick “{field.field.label}”"
    return f"{'Choose' if isinstance(widget, ChoiceWidget) else 'Enter'} {label}"


def _control(field: BoundField) -> str:
    """The id of the first control: crispy-forms-gds counts radios from 1, date parts from 0."""
    widget = field.field.widget
    if isinstance(widget, forms.MultiWidget):
        return f"{field.auto_id}_0"
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return f"id_{field.html_name}_1"
    return field.auto_id


@register.filter
def control_class(field: BoundField) -> str:
    """Classes crispy-forms-gds leaves out: inputs it does not know, the border of errors."""
    kind = _kind_of(field.field.widget)
    base = [kind] if kind == "govuk-input" else []
    return " ".join([*base, f"{kind}--error"] if field.errors else base)


def _kind_of(widget: forms.Widget) -> str:
    if isinstance(widget, forms.Textarea):
        return "govuk-textarea"
    if isinstance(widget, forms.FileInput):
        return "govuk-file-upload"
    return "govuk-select" if isinstance(widget, forms.Select) else "govuk-input"


@register.filter
def is_password(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.PasswordInput)


@register.filter
def counted(field: BoundField) -> BoundField:
    """A field with a character count, made safe for crispy-forms-gds: it expects the attribute."""
    field.field.widget.attrs.setdefault("aria-describedby", "")
    return field


@register.filter
def without_placeholder(field: BoundField) -> BoundField:
    """A library's field less its placeholder, which vanishes on typing in too pale a grey."""
    for name in ("placeholder", "autofocus"):
        field.field.widget.attrs.pop(name, None)
    return field


@register.filter
def labelled(field: BoundField, label: str) -> BoundField:
    """A library's field under our words."""
    field.label = label
    return field


@register.filter
def hinted(field: BoundField, hint: str) -> BoundField:
    """A library's field with our hint, or with none if `hint` is empty."""
    field.help_text = hint
    return field


@register.filter
def for_a_code(field: BoundField) -> BoundField:
    """A field for a code of digits: a short box, and the number keys on a phone."""
    field.field.widget.attrs |= {"class": "govuk-input--width-10", "inputmode": "numeric"}
    return field


@register.filter
def in_fours(text: str) -> str:
    """A long code in groups of four, as people read it out and type it."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


@register.filter
def elided(page: Page[object]) -> list[int | str]:
    """Page numbers to offer round the current page, with an ellipsis where some are left out."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return list(numbers)
