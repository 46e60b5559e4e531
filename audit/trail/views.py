"""The pages of the trail: form in, one call of `reading.py` or `people.py`, page out."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.acting import Acting
from accounts.http import Request
from accounts.refusals import record_refusal
from audit.ledger.tree import NotSealed
from audit.trail.forms import PersonForm, TrailForm
from audit.trail.own import read_own_events
from audit.trail.people import find_organisations, find_people
from audit.trail.policies import NotInTrail, require_trail
from audit.trail.reading import TrailFilters, TrailPage, TrailTooLong, read_proof, read_trail

KEYS = {"person", "about", "organisation"}


@require_safe
def events(request: Request) -> HttpResponse:
    """The trail. A page that shows events has first left one."""
    require_trail(request.acting)
    form = TrailForm(request.GET)
    if form.is_forged:
        raise Http404
    page = _read(form, request.acting) if form.is_valid() else None
    if page:
        form = TrailForm(initial=_asked(page.filters))
    context = {"form": form, "page": page, "links": _links(page) if page else None}
    return render(request, "audit/trail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def find_person(request: Request) -> HttpResponse:
    """Finds whose events are wanted; posted, so that no name stands in a URL."""
    require_trail(request.acting)
    form = PersonForm(request.POST or None, acting=request.acting)
    found: dict[str, object] = {}
    if form.is_valid():
        words = form.cleaned_data["words"]
        found["people"] = find_people(words=words, by=request.acting)
        found["organisations"] = find_organisations(words=words, by=request.acting)
    return render(request, "audit/trail_people.html", {"form": form, **found})


@require_safe
def proof(request: Request, event: int) -> HttpResponse:
    """The proof of one event as a file, to be checked without us."""
    try:
        made = read_proof(event=event, by=request.acting)
    except NotInTrail as refused:
        record_refusal(request.acting, refused)
        raise Http404 from refused
    except NotSealed:
        return render(request, "audit/not_sealed.html", status=409)
    response = JsonResponse(made, json_dumps_params={"indent": 1, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="proof-of-event-{event}.json"'
    return response


@require_safe
def own_events(request: Request) -> HttpResponse:
    """How one's own account was signed in to, and who opened one's file."""
    return render(request, "audit/own_events.html", {"page": read_own_events(by=request.acting)})


def _read(form: TrailForm, by: Acting) -> TrailPage | None:
    try:
        return read_trail(filters=form.filters, by=by)
    except NotInTrail as refused:
        record_refusal(by, refused)
        raise Http404 from refused
    except TrailTooLong:
        form.add_error("day_from", "That is too much to show at once: choose fewer days")
        return None


def _asked(filters: TrailFilters) -> dict[str, object]:
    return {
        "day_from": filters.day_from,
        "day_to": filters.day_to,
        "action": filters.action or "",
        "outcome": filters.outcome or "",
        "record": filters.record,
        "person": filters.person,
        "about": filters.about,
        "organisation": filters.organisation,
    }


def _links(page: TrailPage) -> dict[str, str]:
    """The addresses a page leads to: ISO dates, opaque keys and codes, nothing else."""
    asked = {name: str(value) for name, value in _asked(page.filters).items() if value}
    days = {name: asked[name] for name in ("day_from", "day_to")}
    everyone = {name: value for name, value in asked.items() if name not in KEYS}
    return {
        "days": _address(days),
        "everyone": _address(everyone),
        "newest": _address(asked) if page.filters.before else "",
        "older": _address({**asked, "before": str(page.older)}) if page.older else "",
    }


def _address(query: dict[str, str]) -> str:
    return f"{reverse('trail:events')}?{urlencode(query)}"
