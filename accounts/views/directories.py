"""Signing in by an organisation's own directory, linking an account to it, and the central team's
list of directories.
"""

from __future__ import annotations

from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import directories as actions
from accounts.forms.directories import DirectoryForm
from accounts.held_forms import posted_or_held
from accounts.http import Request
from accounts.models import DirectoryLink, IdentityProvider
from accounts.policies import Refused, require
from accounts.policies.directories import belongs, can_keep_directories, can_link
from accounts.policies.standing import require_permission
from accounts.roles import Permission
from accounts.signin import directory, events
from accounts.signin.adapters import AccountAdapter
from accounts.signin.factors import DIRECTORY_METHOD
from accounts.signin.sessions import DIRECTORY

LINKING = "directory_linking"  # the session is about to link, said by a form of ours
BACKEND = "accounts.signin.backends.Backend"


@require_safe
@login_not_required
def directories(request: Request) -> HttpResponse:
    """Whose people can sign in by their own directory."""
    live = IdentityProvider.objects.live().select_related("organisation")
    return render(request, "accounts/directories.html", {"providers": live})


@require_safe
@login_not_required
def start(request: Request, key: UUID) -> HttpResponse:
    """Off to the directory. Somebody who is signed in goes there only to link their account."""
    provider = _live(key)
    if request.user.is_authenticated and request.session.get(LINKING) != str(key):
        return redirect("accounts:link-directory", key=key)
    try:
        return directory.ask(request, provider)
    except directory.DirectoryRefused as refused:
        return _not_believed(request, provider, refused.code)


@require_safe
@login_not_required
def callback(request: Request, key: UUID) -> HttpResponse:
    """Back from the directory: signed in, linked, or told why not."""
    provider = _live(key)
    linking = request.session.pop(LINKING, None)
    try:
        subject = directory.subject_in(request, provider)
    except directory.DirectoryRefused as refused:
        return _not_believed(request, provider, refused.code)
    if not request.user.is_authenticated:
        return _sign_in(request, provider, subject)
    if linking != str(key):
        return redirect("accounts:home")
    actions.link_directory(provider=provider, subject=subject, by=request.acting)
    messages.success(request, "From now on you can sign in with your work account.")
    return redirect("accounts:your-account")


def _sign_in(request: Request, provider: IdentityProvider, subject: str) -> HttpResponse:
    link = DirectoryLink.objects.select_related("user__employer__parent").filter(
        provider=provider, subject=subject, ended_at__isnull=True
    )
    found = link.first()
    if found is None:
        return _not_believed(request, provider, "directory-subject-unknown")
    if not found.user.is_active:
        stopped: HttpResponse = AccountAdapter(request).respond_user_inactive(request, found.user)
        return stopped
    record_authentication(request, found.user, DIRECTORY_METHOD, issuer=str(provider.key))
    login(request, found.user, backend=BACKEND)
    request.session[DIRECTORY] = provider.pk
    return redirect("accounts:home")


def _not_believed(request: Request, provider: IdentityProvider, code: str) -> HttpResponse:
    """The event, and a page that says what to do; never what the directory said."""
    with transaction.atomic():
        events.failed(request, None, reason=code, issuer=str(provider.key))
    context = {"provider": provider, "code": code}
    return render(request, "accounts/directory_failed.html", context, status=403)


def link_directory(request: Request, key: UUID) -> HttpResponse:
    """Before linking: what it means. Posted, with our own factor shown, the way to the directory
    opens: a link, since a form may not lead to another site.
    """
    provider = _live(key)
    require(belongs(request.acting, provider))
    is_posted = request.method == "POST"
    if is_posted:
        require(can_link(request.acting, provider))
        request.session[LINKING] = str(key)
    return render(
        request, "accounts/link_directory.html", {"provider": provider, "go_on": is_posted}
    )


@sensitive_post_parameters("secret")
def identity_providers(request: Request) -> HttpResponse:
    """The central team's list, and the form to register one more."""
    require_permission(request.acting, Permission.KEEP_DIRECTORIES)
    form = DirectoryForm(posted_or_held(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.register_directory(by=request.acting, **form.cleaned_data)
        except Refused as refused:
            if refused.decision.code not in {"issuer-not-https", "issuer-registered"}:
                raise
            form.add_error("issuer", f"{refused.decision.message} {refused.decision.remedy}")
        else:
            messages.success(request, "The directory is registered.")
            return redirect("accounts:identity-providers")
    providers = IdentityProvider.objects.select_related("organisation")
    context = {"form": form, "providers": [(p, directory.callback_url(p)) for p in providers]}
    return render(request, "accounts/identity_providers.html", context)


@require_POST
def end_identity_provider(request: Request, key: UUID) -> HttpResponse:
    """Ends a directory."""
    require(can_keep_directories(request.acting), permission=Permission.KEEP_DIRECTORIES)
    provider = get_object_or_404(IdentityProvider.objects.select_related("organisation"), key=key)
    actions.end_directory(provider=provider, by=request.acting)
    messages.success(request, "The directory has ended.")
    return redirect("accounts:identity-providers")


def _live(key: UUID) -> IdentityProvider:
    live = IdentityProvider.objects.live().select_related("organisation")
    provider: IdentityProvider = get_object_or_404(live, key=key)
    return provider
