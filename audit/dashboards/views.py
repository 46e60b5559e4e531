"""The pages of figures: choice in, one audited reading, page out."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import Request
from audit.dashboards.forms import ChoiceForm
from audit.dashboards.policies import require_local, require_national
from audit.dashboards.reading import Dashboard, read_local, read_national


@require_safe
def national(request: Request) -> HttpResponse:
    """The country's figures, every authority beside the other."""
    require_national(request.acting)
    return _page(request, read_national)


@require_safe
def local(request: Request) -> HttpResponse:
    """The figures of the reader's own user base."""
    require_local(request.acting)
    return _page(request, read_local)


def _page(request: Request, read: Callable[..., Dashboard]) -> HttpResponse:
    form = ChoiceForm(request.GET)
    if not form.is_valid():
        raise Http404
    measure, month = form.chosen
    page = read(measure=measure, month=month, by=request.acting)
    form = ChoiceForm(initial={"measure": measure.code, "month": f"{month:%Y-%m}"})
    return render(request, "audit/dashboard.html", {"page": page, "form": form})
