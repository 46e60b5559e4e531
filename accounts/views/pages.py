"""Home, choosing a role, and the three information pages."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.actions.roles import choose_role as choose
from accounts.conditions import CONDITIONS, missing
from accounts.forms import RoleForm
from accounts.held_forms import keeps_form, posted_or_held
from accounts.http import Request
from accounts.policies import lacking, other_founder, require, standing
from accounts.ports import unconfirmed_work
from accounts.roles import Permission
from accounts.waiting import work_today


def home(request: Request) -> HttpResponse:
    """What needs this person today in the role they act in, and where to begin; while something is
    missing of their account, what and whose turn it is.
    """
    acting = request.acting
    if acting.grant is None or lacking(acting):
        return _before_you_start(request)
    require(standing(acting))
    may = {permission.value: acting.has(permission) for permission in Permission}
    context = {"may": may, "unconfirmed": unconfirmed_work(acting), "waiting": work_today(acting)}
    return render(request, "accounts/home.html", context)


def _before_you_start(request: Request) -> HttpResponse:
    lacking = missing(request.user)
    tasks = [(condition, condition in lacking) for condition in CONDITIONS]
    facts = {"tasks": tasks, "left": lacking, "other_founder": other_founder(request.acting)}
    return render(request, "accounts/before_you_start.html", facts)


@keeps_form
def choose_role(request: Request) -> HttpResponse:
    """Which of several roles to act in. A powerful one asks for the second factor again."""
    form = RoleForm(posted_or_held(request), grants=request.grants, acting=request.acting)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/choose_role.html", {"form": form})
    choose(grant=form.cleaned_data["grant"], session=request.session, by=request.acting)
    return redirect(_way_back(request))


def _way_back(request: Request) -> str:
    """Where the person was going when they were asked; only ever a page of ours."""
    wanted = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if wanted and ours else reverse("accounts:home")


@login_not_required
def accessibility(request: Request) -> HttpResponse:
    return render(request, "accounts/accessibility.html")


@login_not_required
def cookies(request: Request) -> HttpResponse:
    return render(request, "accounts/cookies.html")


@login_not_required
def privacy(request: Request) -> HttpResponse:
    return render(request, "accounts/privacy.html")
