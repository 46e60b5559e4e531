"""Giving, extending and ending roles, and answering a colleague's request for a powerful one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.actions import (
    approve_role_request,
    extend_grant,
    grant_role,
    refuse_role_request,
    request_role,
    revoke_role,
)
from accounts.forms.team import AnswerForm, ExtendForm, GrantForm, ReasonForm
from accounts.held_forms import keeps_form, posted_or_held
from accounts.http import Request
from accounts.models import Organisation, RoleGrant, RoleRequest
from accounts.policies import (
    Refused,
    can_refuse,
    can_revoke,
    deny,
    first_no,
    not_oneself,
    require,
)
from accounts.roles import Permission, needs_two_people
from accounts.team.people import grant_of, open_requests, person_managed, require_team

ASKED = "You have asked for this role. Another member of a management team has to agree."
NO_SUCH_REQUEST = deny(
    "no-open-request",
    "There is no such request, or it has been answered.",
    "Look at the requests that wait.",
)


def grant(request: Request, key: UUID) -> HttpResponse:
    """A role for one person: given at once, or asked for where two people give it."""
    user = person_managed(key=key, by=request.acting)
    require(not_oneself(request.acting, user), target_type="user", target_id=user.pk)
    places = Organisation.objects.open().managed_by(user.employer.base.pk)
    form = GrantForm(request.POST or None, organisations=places.select_related("parent"))
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/grant_role.html", {"form": form, "person": user})
    given = {name: form.cleaned_data[name] for name in ("role", "organisation", "until", "reason")}
    if needs_two_people(given["role"]):
        request_role(user=user, **given, by=request.acting)
        messages.success(request, ASKED)
    else:
        grant_role(user=user, **given, by=request.acting)
        messages.success(request, "The role is granted.")
    return redirect("accounts:person", key=user.key)


def extend(request: Request, key: UUID, grant_id: int) -> HttpResponse:
    """A later last day for a role that has one."""
    user = person_managed(key=key, by=request.acting)
    held = grant_of(user, grant_id)
    require(
        first_no(can_revoke(request.acting, held), not_oneself(request.acting, user)),
        target_type="user",
        target_id=user.pk,
    )
    form = ExtendForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "person": user, "held": held}
        return render(request, "accounts/extend_role.html", context)
    _extend(request, held, form)
    return redirect("accounts:person", key=user.key)


def _extend(request: Request, held: RoleGrant, form: ExtendForm) -> None:
    until, reason = form.cleaned_data["until"], form.cleaned_data["reason"]
    if not needs_two_people(held.role):
        extend_grant(grant=held, until=until, reason=reason, by=request.acting)
        messages.success(request, "The role is extended.")
        return
    request_role(
        user=held.user,
        organisation=held.organisation,
        role=held.role,
        reason=reason,
        until=until,
        by=request.acting,
    )
    messages.success(request, ASKED)


def revoke(request: Request, key: UUID, grant_id: int) -> HttpResponse:
    """Ends a role at once: the person's next request is made without it."""
    user = person_managed(key=key, by=request.acting)
    held = grant_of(user, grant_id)
    require(can_revoke(request.acting, held), target_type="user", target_id=user.pk)
    form = ReasonForm(request.POST or None, label="End the role now", dangerous=True)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "person": user, "held": held}
        return render(request, "accounts/revoke_role.html", context)
    if revoke_role(grant=held, reason=form.cleaned_data["reason"], by=request.acting):
        messages.success(request, "The role has ended.")
    else:
        messages.error(request, "Nothing was changed: somebody was quicker.")
    return redirect("accounts:person", key=user.key)


@require_safe
def role_requests(request: Request) -> HttpResponse:
    """Requests for powerful roles that wait for an answer."""
    context = {"requests": open_requests(request.acting)}
    return render(request, "accounts/role_requests.html", context)


@keeps_form
def answer_request(request: Request, key: UUID) -> HttpResponse:
    """Agree or refuse. Agreeing asks for the second factor again."""
    asked = _asked(request, key)
    require(
        can_refuse(request.acting, asked),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=asked.user_id,
    )
    form = AnswerForm(posted_or_held(request))
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/answer_request.html", {"form": form, "asked": asked})
    if form.cleaned_data["answer"] == "yes":
        approve_role_request(request=asked, by=request.acting)
        messages.success(request, "The role is granted.")
    else:
        refuse_role_request(request=asked, reason=form.cleaned_data["reason"], by=request.acting)
        messages.success(request, "The request is refused.")
    return redirect("accounts:role-requests")


def _asked(request: Request, key: UUID) -> RoleRequest:
    """The open request of this key in one's own user base; the same refusal for every other one."""
    require_team(request.acting)
    for asked in open_requests(request.acting):
        if asked.key == key:
            return asked
    raise Refused(NO_SUCH_REQUEST, permission=Permission.MANAGE_ACCOUNTS.value)
