"""The pages on which a local team keeps its teams, their calendars, places of work and networks."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.actions import networks as network_actions
from accounts.actions import teams as actions
from accounts.forms.teams import (
    DutyForm,
    LastDayForm,
    MemberForm,
    NetworkForm,
    NewTeamForm,
    SiteForm,
    TeamNameForm,
)
from accounts.http import Request
from accounts.models import Duty, DutyKind, NetworkKind, ShiftPattern, SiteKind, SitePosting
from accounts.policies import Refused
from accounts.team.people import person_managed
from accounts.team.teams import (
    NO_SUCH,
    base_of,
    membership_of,
    network_of,
    networks_of,
    organisations_of,
    people_of,
    team_of,
    teams_of,
)

NAME_TAKEN = "That organisation has a team of this name. Choose another name"
THERE = "This is recorded already, and has not ended"


def teams(request: Request) -> HttpResponse:
    """The teams of one's own user base, and the form for one more."""
    by = request.acting
    form = NewTeamForm(request.POST or None, organisations=organisations_of(by))
    if request.method == "POST" and form.is_valid():
        try:
            team = actions.create_team(**form.cleaned_data, by=by)
        except actions.NameTaken:
            form.add_error("name", NAME_TAKEN)
        else:
            messages.success(request, "The team is created.")
            return redirect("accounts:team", key=team.key)
    return render(request, "accounts/teams.html", {"form": form, "teams": teams_of(by)})


def team(request: Request, key: UUID) -> HttpResponse:
    """One team: who is in it and was, its calendar, its name."""
    found = team_of(key, request.acting)
    form = TeamNameForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            actions.rename_team(team=found, name=form.cleaned_data["name"], by=request.acting)
        except actions.NameTaken:
            form.add_error("name", NAME_TAKEN)
        else:
            messages.success(request, "The name is saved.")
            return redirect("accounts:team", key=key)
    return render(request, "accounts/team.html", {"team": found, "form": form})


def add_member(request: Request, key: UUID) -> HttpResponse:
    """Somebody joins a team."""
    found = team_of(key, request.acting)
    form = MemberForm(request.POST or None, people=people_of(request.acting))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.add_member(
                team=found,
                user=data["email"],
                started_on=data["started_on"],
                pattern=ShiftPattern(data["pattern"]),
                by=request.acting,
            )
        except actions.AlreadyThere:
            form.add_error("email", THERE)
        else:
            messages.success(request, "The person is in the team.")
            return redirect("accounts:team", key=key)
    context = {"form": form, "title": "Add somebody to a team", "about": found, "team": found}
    return render(request, "accounts/team_form.html", context)


def remove_member(request: Request, key: UUID, number: int) -> HttpResponse:
    """Somebody leaves a team."""
    found = team_of(key, request.acting)
    membership = membership_of(found, number)
    form = LastDayForm(request.POST or None, started_on=membership.started_on)
    if request.method == "POST" and form.is_valid():
        actions.remove_member(
            membership=membership, ended_on=form.cleaned_data["ended_on"], by=request.acting
        )
        messages.success(request, "The last day in the team is recorded.")
        return redirect("accounts:team", key=key)
    about = f"{membership.user.full_name}, {found}"
    context = {"form": form, "title": "Record the last day in a team", "about": about}
    return render(request, "accounts/team_form.html", {**context, "team": found})


def close_team(request: Request, key: UUID) -> HttpResponse:
    """Closes a team, after saying what that means."""
    found = team_of(key, request.acting)
    if request.method == "POST":
        closed = actions.close_team(team=found, by=request.acting)
        messages.success(request, "The team is closed." if closed else "It was closed before.")
        return redirect("accounts:teams")
    return render(request, "accounts/close_team.html", {"team": found})


def add_duty(request: Request, key: UUID) -> HttpResponse:
    """One more entry of a team's calendar."""
    found = team_of(key, request.acting)
    form = DutyForm(request.POST or None, people=people_of(request.acting))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.add_duty(
                team=found,
                user=data["email"],
                kind=DutyKind(data["kind"]),
                starts_at=form.starts_at,
                ends_at=form.starts_at + timedelta(hours=data["hours"]),
                by=request.acting,
            )
        except actions.AlreadyThere:
            form.add_error("email", THERE)
        else:
            messages.success(request, "It stands in the calendar.")
            return redirect("accounts:team", key=key)
    context = {"form": form, "title": "Add to the calendar of a team", "about": found}
    return render(request, "accounts/team_form.html", {**context, "team": found})


@require_POST
def withdraw_duty(request: Request, key: UUID, number: int) -> HttpResponse:
    """Takes an entry out of a calendar."""
    found = team_of(key, request.acting)
    duty: Duty | None = (
        found.duties.select_related("team__organisation__parent").filter(pk=number).first()
    )
    if duty is None:
        raise Refused(NO_SUCH, target_type="team", target_id=found.pk)
    actions.withdraw_duty(duty=duty, by=request.acting)
    messages.success(request, "It is taken out of the calendar.")
    return redirect("accounts:team", key=key)


def sites(request: Request, key: UUID) -> HttpResponse:
    """Where one person works: schools, practices, hospitals; and the form for one more."""
    base_of(request.acting)
    person = person_managed(key=key, by=request.acting)
    form = SiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = {**form.cleaned_data, "kind": SiteKind(form.cleaned_data["kind"])}
        try:
            actions.post_to_site(user=person, **data, by=request.acting)
        except actions.AlreadyThere:
            form.add_error("code", THERE)
        else:
            messages.success(request, "The place of work is recorded.")
            return redirect("accounts:sites", key=key)
    postings = person.postings.select_related("site")
    context = {"form": form, "person": person, "postings": postings}
    return render(request, "accounts/sites.html", context)


@require_POST
def end_posting(request: Request, key: UUID, number: int) -> HttpResponse:
    """Today is the last day at a site."""
    base_of(request.acting)
    person = person_managed(key=key, by=request.acting)
    postings = SitePosting.objects.select_related("user__employer__parent")
    posting: SitePosting | None = postings.filter(pk=number, user=person).first()
    if posting is None:
        raise Refused(NO_SUCH, target_type="user", target_id=person.pk)
    actions.end_posting(
        posting=posting, ended_on=max(posting.started_on, timezone.localdate()), by=request.acting
    )
    messages.success(request, "Today is recorded as the last day there.")
    return redirect("accounts:sites", key=key)


def networks(request: Request) -> HttpResponse:
    """The networks of one's own user base, and the form for one more."""
    by = request.acting
    base_of(by)
    form = NetworkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = {**form.cleaned_data, "kind": NetworkKind(form.cleaned_data["kind"])}
        assert by.base is not None  # noqa: S101  `base_of` refused otherwise
        try:
            new = network_actions.NewNetwork(**data)
            network_actions.register_network(organisation=by.base, new=new, by=by)
        except actions.AlreadyThere:
            form.add_error("cidr", THERE)
        except ValueError:
            form.add_error("cidr", "Enter a network, like 192.0.2.0/24")
        else:
            messages.success(request, "The network is registered.")
            return redirect("accounts:networks")
    return render(request, "accounts/networks.html", {"form": form, "networks": networks_of(by)})


@require_POST
def end_network(request: Request, key: UUID) -> HttpResponse:
    """A network is not used any more."""
    network_actions.end_network(network=network_of(key, request.acting), by=request.acting)
    messages.success(request, "The network is ended.")
    return redirect("accounts:networks")
