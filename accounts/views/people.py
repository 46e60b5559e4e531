"""The team's pages about its people: the list, one person, and what can be done to an account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import actions, ports
from accounts.access import note_file_opened
from accounts.acting import Acting
from accounts.forms.team import FilterForm, FindForm, ReasonForm
from accounts.held_forms import keeps_form, posted_or_held
from accounts.http import Request
from accounts.models import RoleGrantHistory, RoleRequest, User
from accounts.models.users import AccountStatus
from accounts.policies import Decision, can, can_reinstate, can_stop, require
from accounts.roles import Permission
from accounts.team.export import export_accounts
from accounts.team.people import (
    count_ending,
    find_people,
    open_requests,
    people_page,
    person_managed,
    require_team,
    row_of,
)
from accounts.team.standing import lacking

TOLD_ALREADY = "Nothing was changed: somebody was quicker, or the account is in another state now."


@require_safe
def people(request: Request) -> HttpResponse:
    """Everybody of one's own user base, filtered, a page at a time."""
    form = FilterForm(request.GET)
    page = people_page(filters=form.filters, number=request.GET.get("page"), by=request.acting)
    context = {
        "form": form,
        "find_form": FindForm(),
        "page": page,
        "filtered": form.filters.names,
        "ending": count_ending(request.acting),
        "waiting": len(open_requests(request.acting)),
    }
    return render(request, "accounts/people.html", context)


def find(request: Request) -> HttpResponse:
    """People found by name; posted, so that no name stands in an address."""
    require_team(request.acting)
    form = FindForm(request.POST or None)
    found = None
    if form.is_valid():
        found = find_people(words=form.cleaned_data["words"], by=request.acting)
    return render(request, "accounts/find_people.html", {"form": form, "found": found})


@keeps_form
def export(request: Request) -> HttpResponse:
    """The list as a file. The reason and the export are an event."""
    require_team(request.acting)
    filters = FilterForm(request.GET).filters
    form = ReasonForm(posted_or_held(request), label="Export the list")
    if request.method != "POST" or not form.is_valid():
        page = people_page(filters=filters, number=None, by=request.acting)
        context = {"form": form, "count": page.paginator.count, "filtered": filters.names}
        return render(request, "accounts/export_people.html", context)
    text = export_accounts(filters=filters, reason=form.cleaned_data["reason"], by=request.acting)
    name = f"contactpoint-accounts-{timezone.localdate():%Y-%m-%d}.csv"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=disposition)


@require_safe
def person(request: Request, key: UUID) -> HttpResponse:
    """One person: facts, roles, what is in the way, history, and what can be done."""
    user = person_managed(key=key, by=request.acting)
    note_file_opened(user, by=request.acting)
    context = {
        "row": row_of(user),
        "lacking": lacking(user),
        "person": user,
        "changes": _changes_of(user),
        "requests": RoleRequest.objects.open().filter(user=user).select_related("organisation"),
        "verbs": [verb for verb in VERBS.values() if verb.offered(request.acting, user)],
        "is_self": request.acting.user == user,
        "keeps_teams": can(request.acting, Permission.KEEP_TEAMS).allowed,
        "since": timezone.localdate() - timedelta(days=91),
    }
    return render(request, "accounts/person.html", context)


def _changes_of(user: User) -> list[RoleGrantHistory]:
    changes = RoleGrantHistory.objects.filter(user=user).select_related("organisation", "by")
    return list(changes.order_by("-at", "-id")[:100])


@dataclass(frozen=True, kw_only=True)
class Verb:
    """One thing a team does to an account, on a page that says what will happen and asks why."""

    code: str
    title: str
    button: str
    consequence: str
    done: str
    states: frozenset[AccountStatus]
    policy: Callable[[Acting, User], Decision]
    act: Callable[[User, str, Acting], bool]
    dangerous: bool = False

    @property
    def url_name(self) -> str:
        return f"accounts:{self.code}-account"

    def offered(self, by: Acting, user: User) -> bool:
        """Whether the button makes sense now; the action asks again."""
        return user.status in self.states and self.policy(by, user).allowed


_NOT_CLOSED = frozenset(AccountStatus) - {AccountStatus.CLOSED}
VERBS: dict[str, Verb] = {
    verb.code: verb
    for verb in (
        Verb(
            code="suspend",
            title="Suspend this account",
            button="Suspend the account",
            consequence="The person is signed out everywhere at once and cannot sign in until"
            " somebody reinstates the account. They and their line manager are told, and an"
            " investigation is opened. The person reads the reason that you give.",
            done="The account is suspended. All its sessions have ended, the line manager is told,"
            " and an investigation waits for a reviewer.",
            states=frozenset({AccountStatus.ACTIVE, AccountStatus.HELD}),
            policy=can_stop,
            act=ports.suspend,
            dangerous=True,
        ),
        Verb(
            code="reinstate",
            title="Give this account back",
            button="Give the account back",
            consequence="The person can sign in again, with the roles they still hold. Speak to"
            " them first, on a number you know.",
            done="The account can be used again.",
            states=frozenset({AccountStatus.SUSPENDED, AccountStatus.HELD}),
            policy=can_reinstate,
            act=ports.give_back,
        ),
        Verb(
            code="close",
            title="Close this account for good",
            button="Close the account for good",
            consequence="All roles and sessions end, and the account can never be used again."
            " Its history stays. This cannot be undone.",
            done="The account is closed.",
            states=_NOT_CLOSED,
            policy=can_reinstate,
            act=lambda user, reason, by: actions.close_account(user=user, reason=reason, by=by),
            dangerous=True,
        ),
    )
}


@keeps_form
def change(request: Request, key: UUID, verb: str) -> HttpResponse:
    """What will happen, the reason, and the act itself."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    chosen, user = VERBS[verb], person_managed(key=key, by=request.acting)
    require(
        chosen.policy(request.acting, user),
        permission=Permission.SUSPEND_ACCOUNT,
        target_type="user",
        target_id=user.pk,
    )
    form = ReasonForm(posted_or_held(request), label=chosen.button, dangerous=chosen.dangerous)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "verb": chosen, "person": user}
        return render(request, "accounts/change_account.html", context)
    if chosen.act(user, form.cleaned_data["reason"], request.acting):
        messages.success(request, chosen.done)
    else:
        messages.error(request, TOLD_ALREADY)
    return redirect("accounts:person", key=user.key)
