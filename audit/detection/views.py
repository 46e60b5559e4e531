"""The page of the rules in force, and whether the scan suspends by itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.held_forms import keeps_form, posted_or_held
from accounts.http import Request
from accounts.policies import can, require
from accounts.roles import Permission
from audit.detection.forms import ModeForm
from audit.detection.in_force import in_force
from audit.detection.modes import modes, set_mode


@require_safe
def rules(request: Request) -> HttpResponse:
    """The rules, what is usual by role, and how the scan acts."""
    _require(request)
    return render(request, "audit/rules.html", {"page": in_force(), "modes": modes()})


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def mode(request: Request, kind: str) -> HttpResponse:
    """Turns suspension by the scan on or off for a kind of body; says first what that means."""
    _require(request)
    found = next((each for each in modes() if each.kind == kind), None)
    if found is None:
        raise Http404
    form = ModeForm(
        posted_or_held(request), label="Advise only" if found.is_on else "Let the scan suspend"
    )
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["why"]
        set_mode(kind=found.kind, is_on=not found.is_on, why=why, by=request.acting)
        messages.success(request, "Changed. It holds from the next scan on.")
        return redirect("detection:rules")
    return render(request, "audit/mode.html", {"mode": found, "form": form})


def _require(request: Request) -> None:
    permission = Permission.GOVERN_DETECTION
    require(can(request.acting, permission), permission=permission)
