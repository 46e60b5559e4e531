"""The template tags behind the look: freshness in words, error links that reach the control."""

import re
from datetime import date, timedelta

import pytest
from crispy_forms_gds.fields import DateInputField
from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.templatetags import look


class EnquiryForm(forms.Form):
    family_name = forms.CharField(error_messages={"required": "Enter a family name"})
    born = DateInputField(require_all_fields=False)
    sex = forms.ChoiceField(choices=[("F", "Female")], widget=forms.RadioSelect)
    token = forms.CharField(widget=forms.HiddenInput)

    def clean(self):
        raise forms.ValidationError("Say more")


def links(**data):
    form = EnquiryForm(data)
    form.is_valid()
    return {link.message: link.target for link in look.error_links(form)}


def days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


@pytest.mark.parametrize(
    ("confirmed_on", "word"),
    [
        (days_ago(0), "Fresh"),
        (days_ago(183), "Fresh"),
        (days_ago(184), "Ageing"),
        (days_ago(366), "Ageing"),
        (days_ago(367), "Stale"),
        (None, "Never confirmed"),
    ],
)
def test_a_contact_says_in_words_how_old_it_is(confirmed_on, word):
    html = render_to_string("components/freshness.html", {"confirmed_on": confirmed_on})
    assert look.freshness(confirmed_on).word == word
    assert word in html


def test_each_error_leads_to_the_control_that_mends_it():
    found = links(born_0="x", born_1="3")
    assert found["Say more"] == "id_family_name"
    assert found["Enter a family name"] == "id_family_name"
    assert found["Enter a valid date"] == "id_born_0"
    assert found["Enter the year"] == "id_born_2"


def test_a_group_of_radios_is_reached_at_its_first_radio():
    form = EnquiryForm({})
    form.is_valid()
    targets = [link.target for link in look.error_links(form)]
    assert "id_sex_1" in targets


def test_an_error_of_a_hidden_field_is_shown_without_a_link():
    form = EnquiryForm({})
    form.is_valid()
    assert look.ErrorLink("", "Enter token") in look.error_links(form)
    assert 'href="#"' not in render_to_string("gds/layout/error_summary.html", {"form": form})


def test_a_date_shows_three_boxes_with_what_was_typed():
    html = render_to_string("gds/field.html", {"field": EnquiryForm({"born_0": "31"})["born"]})
    assert html.count("<input") == 3
    assert 'value="31"' in html
    assert 'role="group"' in html
    assert html.count('inputmode="numeric"') == 3


def test_a_label_is_escaped():
    field = forms.CharField(label="<b>x</b>")
    form = type("F", (forms.Form,), {"x": field})()
    context = {"field": form["x"], "form_show_labels": True}
    assert "&lt;b&gt;" in render_to_string("gds/field.html", context)


def test_a_long_list_of_pages_is_shortened():
    page = Paginator(range(400), 10).page(20)
    assert look.elided(page) == [1, "…", 19, 20, 21, "…", 40]


def test_a_secret_is_shown_in_groups_of_four():
    assert look.in_fours("ABCDEFGHIJ") == "ABCD EFGH IJ"


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (forms.CharField(label="New Password", widget=forms.PasswordInput), "Enter new password"),
        (forms.CharField(label="NHS number"), "Enter NHS number"),
        (forms.ChoiceField(label="Purpose", choices=[]), "Choose purpose"),
        (forms.CharField(error_messages={"required": "Say why"}), "Say why"),
    ],
)
def test_an_empty_field_says_what_to_do(field, message):
    form = type("F", (forms.Form,), {"x": field})({})
    form.is_valid()
    context = {"field": form["x"], "form_show_errors": True}
    assert [link.message for link in look.error_links(form)] == [message]
    assert message in render_to_string("gds/field.html", context)


@pytest.mark.parametrize(
    ("field", "classes"),
    [
        (forms.IntegerField(), {"govuk-input", "govuk-input--error"}),
        (forms.CharField(widget=forms.PasswordInput), {"govuk-input", "govuk-input--error"}),
        (forms.CharField(widget=forms.Textarea), {"govuk-textarea", "govuk-textarea--error"}),
        (forms.ChoiceField(choices=[]), {"govuk-select", "govuk-select--error"}),
    ],
)
def test_every_kind_of_box_looks_like_one_and_shows_its_error(field, classes):
    form = type("F", (forms.Form,), {"x": field})({})
    html = render_to_string("gds/field.html", {"field": form["x"], "form_show_errors": True})
    (found,) = re.findall(r'<(?:input|textarea|select)[^>]*class="([^"]*)"', html)
    assert classes <= set(found.split())
