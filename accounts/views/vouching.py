"""What is on file about a person, and the pages on which their team puts it there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import note_file_opened
from accounts.actions import confirm_identity, record_check, record_training
from accounts.bulk.files import FileRefused, read_rows
from accounts.bulk.people import TRAINING_COLUMNS, record_training_many
from accounts.conditions import missing_of
from accounts.forms import CheckForm, FileForm, IdentityForm, TrainingForm
from accounts.http import Request
from accounts.models import RoleGrant, User
from accounts.policies import can_look_after, can_manage, require, require_permission
from accounts.roles import Permission
from accounts.views.inviting import keep_rejects


@require_safe
def personal_file(request: Request, key: UUID) -> HttpResponse:
    """What is on file about one person, what is missing, and whose turn it is."""
    user = _person(request, key)
    note_file_opened(user, by=request.acting)
    facts = {
        "person": user,
        "back_url": _back(request, user),
        "lacking": missing_of(user),
        "identity": user.identity_checks.select_related("confirmed_by", "withdrawn_by").first(),
        "manages": can_manage(request.acting, user.employer.base.pk).allowed
        and request.acting.user != user,
        "checks": user.record_checks.select_related("recorded_by")[:5],
        "training": user.training_results.select_related("recorded_by", "version")[:5],
        "acceptances": user.acceptances.all()[:5],
        "grants": RoleGrant.objects.live().filter(user=user).with_standing(),
    }
    return render(request, "accounts/personal_file.html", facts)


def _back(request: Request, user: User) -> str:
    """To the person's page; a founder who is not complete cannot see it yet."""
    if can_manage(request.acting, user.employer.base.pk).allowed:
        return reverse("accounts:person", args=[user.key])
    return reverse("accounts:home")


def identity(request: Request, key: UUID) -> HttpResponse:
    """A team member confirms who the person is: how and when they saw it."""
    return _put_on_file(request, key, IdentityForm, "Confirm who this person is", confirm_identity)


def check(request: Request, key: UUID) -> HttpResponse:
    """Date and outcome of a criminal-record check."""
    return _put_on_file(request, key, CheckForm, "Record a criminal-record check", record_check)


def training(request: Request, key: UUID) -> HttpResponse:
    """The person passed the training."""
    return _put_on_file(request, key, TrainingForm, "Record passed training", record_training)


def _put_on_file(
    request: Request, key: UUID, form_class: type[Any], title: str, action: Any
) -> HttpResponse:
    user = _person(request, key)
    form: forms.Form = form_class(request.POST or None, acting=request.acting)
    if request.method == "POST" and form.is_valid():
        action(user=user, **form.cleaned_data, by=request.acting)
        messages.success(request, f"Put on file for {user.full_name}")
        return redirect("accounts:personal-file", key=key)
    facts = {"form": form, "person": user, "page_title": title}
    return render(request, "accounts/put_on_file.html", facts)


def training_from_file(request: Request) -> HttpResponse:
    """Many people who passed the newest version of the training."""
    require_permission(request.acting, Permission.MANAGE_ACCOUNTS)
    form = FileForm(request.POST or None, request.FILES or None, acting=request.acting)
    if request.method == "POST" and form.is_valid():
        try:
            rows = read_rows(form.cleaned_data["file"], TRAINING_COLUMNS)
        except FileRefused as refused:
            form.add_error("file", str(refused))
        else:
            dry_run = form.cleaned_data["dry_run"]
            result = record_training_many(rows=rows, dry_run=dry_run, by=request.acting)
            keep_rejects(request, result, TRAINING_COLUMNS)
            return render(
                request, "accounts/rows_done.html", {"result": result, "dry_run": dry_run}
            )
    return render(
        request, "accounts/training_from_file.html", {"form": form, "columns": TRAINING_COLUMNS}
    )


def _person(request: Request, key: UUID) -> Any:
    """The account with its conditions, if this person looks after it; else `Refused`, or 404."""
    user = get_object_or_404(User.objects.with_conditions(), key=key)
    require(
        can_look_after(request.acting, user),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=user.pk,
    )
    return user
