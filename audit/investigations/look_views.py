"""What was looked at; the evidence to print; and the children\u2019s names, after a click."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import Request
from accounts.refusals import record_refusal
from audit.investigations.looks import read_looks, read_names
from audit.investigations.models import Investigation
from audit.investigations.pack import Copy, make_pack
from audit.investigations.policies import NoSuchInvestigation
from audit.investigations.reading import find_case

MARKS = 24  # of the reader, across the sheets


@require_safe
def looks(request: Request, key: UUID) -> HttpResponse:
    """A strip for each day and the table beneath; no names."""
    case = _case_or_404(request, key)
    found = read_looks(case=case, by=request.acting)
    context = {"case": case, "looks": found, "names": {}}
    return render(request, "investigations/looks.html", context)


@require_POST
def names(request: Request, key: UUID) -> HttpResponse:
    """The same with names. Shown as the answer to the click, so that no address leads to them."""
    case = _case_or_404(request, key)
    found = read_looks(case=case, by=request.acting)
    shown = read_names(case=case, looks=found, by=request.acting)
    context = {"case": case, "looks": found, "names": shown}
    return render(request, "investigations/looks.html", context)


@require_safe
def evidence(request: Request, key: UUID, copy: str) -> HttpResponse:
    """The evidence in one document, to be printed; numbered and marked with its reader."""
    if copy not in list(Copy):
        raise Http404
    case = _case_or_404(request, key)
    pack = make_pack(case=case, copy=Copy(copy), by=request.acting)
    return render(request, "investigations/evidence.html", {"pack": pack, "marks": range(MARKS)})


def _case_or_404(request: Request, key: UUID) -> Investigation:
    try:
        return find_case(key=key, by=request.acting)
    except NoSuchInvestigation as refused:
        record_refusal(request.acting, refused)
        raise Http404 from refused
