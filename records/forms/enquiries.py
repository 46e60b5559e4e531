"""Handing an enquiry over: to a colleague of the same organisation, named by work e-mail."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import RoleGrant, User
from records.forms.base import RecordForm

NOBODY = (
    "Nobody with that work e-mail address holds a role at your organisation. Check the address, or"
    " ask your management team who can take it"
)


class HandOverForm(RecordForm):
    """Whom to hand it to. Typed and not chosen from a list: an organisation may have thousands."""

    submit_label = "Hand over"

    colleague = forms.EmailField(
        label="Work e-mail address of your colleague",
        help_text="The enquiry becomes theirs alone. They are told by e-mail, without contents.",
        error_messages={"required": "Enter the work e-mail address of your colleague"},
    )

    def clean_colleague(self) -> User:
        email = self.cleaned_data["colleague"].strip().lower()
        here = RoleGrant.objects.in_standing().filter(content_object=self.acting.organisation)
        colleague: User | None = User.objects.filter(
            email=email, pk__in=here.values("user")
        ).first()
        if colleague is None or colleague == self.acting.user:
            raise ValidationError(NOBODY)
        return colleague
