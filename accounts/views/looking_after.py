"""What a team corrects: contact, a wrong confirmation, a directory link, a message given up."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import actions
from accounts.actions.directories import end_directory_link
from accounts.forms.team import ReasonForm
from accounts.forms.vouching import ContactForm
from accounts.held_forms import keeps_form, posted_or_held
from accounts.http import Request
from accounts.models import IdentityProvider, OutboxMessage
from accounts.policies import can_change_contact, can_withdraw_identity, require
from accounts.roles import Permission
from accounts.team.people import person_managed
from accounts.views.people import TOLD_ALREADY

WITHDRAW = {
    "title": "Take back the confirmation of identity",
    "dangerous": True,
    "consequence": "The account is shut at its next request, until somebody confirms anew who this"
    " person is.",
}


@keeps_form
def contact(request: Request, key: UUID) -> HttpResponse:
    """Another work phone or line manager."""
    user = person_managed(key=key, by=request.acting)
    require(
        can_change_contact(request.acting, user),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=user.pk,
    )
    form = ContactForm(posted_or_held(request), acting=request.acting, user=user)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "person": user, "page_title": "Change phone and line manager"}
        return render(request, "accounts/change_contact.html", context)
    changed = actions.change_contact(user=user, **form.cleaned_data, by=request.acting)
    if changed:
        messages.success(request, "Changed. The person and their team are told.")
    else:
        messages.info(request, "Nothing was changed: that is what is on file already.")
    return redirect("accounts:person", key=key)


@keeps_form
def withdraw_identity(request: Request, key: UUID) -> HttpResponse:
    """The confirmation of who a person is was wrong: what will happen, the reason, the act."""
    user = person_managed(key=key, by=request.acting)
    require(
        can_withdraw_identity(request.acting, user),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=user.pk,
    )
    form = ReasonForm(posted_or_held(request), label="Take it back", dangerous=True)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "verb": WITHDRAW, "person": user}
        return render(request, "accounts/change_account.html", context)
    reason = form.cleaned_data["reason"]
    if actions.withdraw_identity(user=user, reason=reason, by=request.acting):
        messages.success(request, "Taken back. The account is shut until somebody confirms anew.")
    else:
        messages.error(request, TOLD_ALREADY)
    return redirect("accounts:personal-file", key=key)


@require_POST
def end_link(request: Request, key: UUID, provider: UUID) -> HttpResponse:
    """Parts a person of the team from their work account in a directory."""
    user = person_managed(key=key, by=request.acting)
    directory = get_object_or_404(IdentityProvider, key=provider)
    if end_directory_link(provider=directory, user=user, by=request.acting):
        messages.success(request, "The link has ended, and with it the sessions it opened.")
    else:
        messages.info(request, "The account was not linked any more.")
    return redirect("accounts:help-person", key=key)


@require_POST
def send_again(request: Request, message_id: int) -> HttpResponse:
    """Tries a message that was given up once more."""
    message = get_object_or_404(OutboxMessage.objects.select_related("user"), pk=message_id)
    if actions.send_again(message=message, by=request.acting):
        messages.success(request, "The message is queued again.")
    else:
        messages.info(request, "That message was not given up.")
    return redirect("accounts:messages")
