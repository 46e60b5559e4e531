"""Helping somebody to sign in: find them, see what is wrong, open the lock, reset, confirm."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.access import note_file_opened
from accounts.acting import Acting
from accounts.actions import EmailTaken
from accounts.actions import signin_help as actions
from accounts.forms.signin_help import (
    FindPersonForm,
    NewEmailForm,
    RecoveryForm,
    ResetForm,
    UnlockForm,
)
from accounts.held_forms import keeps_form, posted_or_held
from accounts.http import Request
from accounts.models import SignInChange, User
from accounts.models.signin_help import ChangeQuerySet, Checked
from accounts.own import links_of
from accounts.policies import require, require_permission
from accounts.policies.signin_help import can_help
from accounts.querysets import UserQuerySet
from accounts.roles import Permission
from accounts.signin.factors import factors_of

LATEST = 50


def signin_help(request: Request) -> HttpResponse:
    """Whom to help; and the latest changes of how people of this user base sign in."""
    require_permission(request.acting, Permission.MANAGE_ACCOUNTS)
    form = FindPersonForm(posted_or_held(request))
    if request.method == "POST" and form.is_valid():
        user = _people(request.acting).filter(email=form.cleaned_data["email"].lower()).first()
        if user is not None:
            return redirect("accounts:help-person", key=user.key)
        form.add_error("email", "Nobody in your user base has this e-mail address")
    changes = _changes(request.acting).select_related("user", "made_by", "confirmed_by")
    context = {"form": form, "changes": changes[:LATEST], "now": timezone.now()}
    return render(request, "accounts/signin_help.html", context)


def help_person(request: Request, key: UUID) -> HttpResponse:
    """How this person stands with signing in, and what can be done."""
    user = _person(request, key)
    note_file_opened(user, by=request.acting)
    context = {
        "person": user,
        "factors": factors_of(user),
        "locked": _is_locked(user),
        "links": links_of(user),
    }
    return render(request, "accounts/help_person.html", context)


def unlock(request: Request, key: UUID) -> HttpResponse:
    """Opens the lock after failed sign-ins."""
    user = _person(request, key)
    form = UnlockForm(posted_or_held(request))
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/help_unlock.html", {"person": user, "form": form})
    checked = Checked(form.cleaned_data["checked"])
    opened = actions.unlock_account(user=user, checked=checked, by=request.acting)
    messages.success(request, "The lock is open." if opened else "Nothing was locked.")
    return redirect("accounts:help-person", key=key)


@keeps_form
def reset_factors(request: Request, key: UUID) -> HttpResponse:
    """Takes away password and factors; shows, once, the code to be said to the person."""
    user = _person(request, key)
    form = ResetForm(posted_or_held(request))
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/help_reset.html", {"person": user, "form": form})
    opened = actions.reset_factors(user=user, by=request.acting, **form.cleaned_data)
    return render(request, "accounts/help_reset_done.html", {"person": user, "code": opened.code})


@keeps_form
def change_email(request: Request, key: UUID) -> HttpResponse:
    """Gives the account another address."""
    user = _person(request, key)
    form = NewEmailForm(posted_or_held(request))
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            actions.change_email(user=user, email=email, by=request.acting)
        except EmailTaken:
            form.add_error("email", "Another account has this e-mail address")
        else:
            messages.success(request, "The change is recorded. Both addresses are told.")
            return redirect("accounts:signin-help")
    return render(request, "accounts/help_email.html", {"person": user, "form": form})


@require_POST
def confirm_change(request: Request) -> HttpResponse:
    """The second person says that a change is right."""
    require_permission(request.acting, Permission.MANAGE_ACCOUNTS)
    number = request.POST.get("change", "")
    changes = _changes(request.acting).select_related("user__employer__parent")
    change = get_object_or_404(changes, pk=number if number.isdecimal() else 0)
    try:
        confirmed = actions.confirm_change(change=change, by=request.acting)
        said = "The change is confirmed." if confirmed else "This change was not waiting any more."
        messages.success(request, said)
    except EmailTaken:
        messages.error(request, "Another account has this e-mail address. Choose another one.")
    return redirect("accounts:signin-help")


@login_not_required
@sensitive_post_parameters("code", "password", "password_again")
def recovery(request: Request, token: str) -> HttpResponse:
    """Behind the link of a reset: code and new password, then signing in and a new factor."""
    user = actions.recovering_person(token)
    form = RecoveryForm(posted_or_held(request), user=user)
    if request.method == "POST" and (user is None or form.is_valid()):
        given = form.cleaned_data if user else {"code": "", "password": ""}
        try:
            actions.use_recovery(
                token=token, code=given["code"], password=given["password"], by=request.acting
            )
        except actions.RecoveryRefused:
            user = actions.recovering_person(token)
            form.errors.clear() if user is None else form.add_error("code", "The code is wrong")
        else:
            return redirect("account_login")
    if user is None:
        return render(request, "accounts/recovery_over.html", status=410)
    return render(request, "accounts/recovery.html", {"form": form, "person": user})


def _people(acting: Acting) -> UserQuerySet:
    people = User.objects.get_queryset().select_related("employer__parent")
    if acting.has(Permission.READ_WHOLE_TRAIL):
        return people
    return people.manageable_by(acting.base.pk) if acting.base else people.none()


def _changes(acting: Acting) -> ChangeQuerySet:
    if acting.has(Permission.READ_WHOLE_TRAIL):
        return SignInChange.objects.all()
    return SignInChange.objects.of_base(acting.base.pk if acting.base else 0)


def _person(request: Request, key: UUID) -> User:
    """Whose sign-in this page is about; somebody of another team is refused with an event."""
    require_permission(request.acting, Permission.MANAGE_ACCOUNTS)
    user: User = get_object_or_404(User.objects.select_related("employer__parent"), key=key)
    require(can_help(request.acting, user), target_type="user", target_id=user.pk)
    return user


def _is_locked(user: User) -> bool:
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    tries = AccessAttempt.objects.filter(username=user.email, attempt_time__gte=since)
    failed = tries.aggregate(total=Sum("failures_since_start"))["total"] or 0
    return bool(failed >= settings.AXES_FAILURE_LIMIT)
