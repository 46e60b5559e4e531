"""The directory of services of one user base, and messages to services that work with a child."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import Request
from accounts.policies import Decision, Refused, require, require_permission
from accounts.refusals import record_refusal
from accounts.roles import Permission
from records.access import find_record
from records.actions.messages import answer_message, read_message, send_message
from records.actions.services import amend_service, close_service, create_service
from records.forms.base import posted
from records.forms.services import MessageForm, NewServiceForm, ServiceForm
from records.messages import inbox, line, message_with, outbox
from records.models import ChildRecord, Involvement, Service, ServiceMessage, Shield
from records.particulars import ServiceParts
from records.policies.services import (
    MESSAGE_NOT_YOURS,
    NOT_INVOLVED,
    OTHER_BASE,
    can_answer_message,
    can_keep_service,
    can_read_message,
    can_write_to,
)
from records.reasons import stated_reason
from records.visibility import SENSITIVE


@require_safe
def services(request: Request) -> HttpResponse:
    """The services of one's own user base: how each is reached, by day and at night."""
    require_permission(request.acting, Permission.KEEP_SERVICES)
    base = request.acting.base
    ours = Service.objects.open().managed_by(base.pk if base else 0)
    context = {"services": ours.select_related("organisation")}
    return render(request, "records/services.html", context)


@require_http_methods(["GET", "POST"])
def new_service(request: Request) -> HttpResponse:
    """One more."""
    require_permission(request.acting, Permission.KEEP_SERVICES)
    form = NewServiceForm(posted(request), acting=request.acting)
    if form.is_valid():
        create_service(
            organisation=form.cleaned_data["organisation"], parts=form.parts, by=request.acting
        )
        messages.success(request, "The service is in the directory.")
        return redirect("records:services")
    context = {"form": form, "title": "Add a service", "back": reverse("records:services")}
    return render(request, "records/work_form.html", context)


@require_http_methods(["GET", "POST"])
def service(request: Request, key: UUID) -> HttpResponse:
    """Brings one up to date."""
    require_permission(request.acting, Permission.KEEP_SERVICES)
    found = _service_or_404(request, key)
    now = {name: getattr(found, name) for name in ServiceParts.__dataclass_fields__}
    form = ServiceForm(posted(request), acting=request.acting, initial=now)
    if form.is_valid():
        changed = amend_service(service=found, parts=form.parts, by=request.acting)
        messages.success(request, "Saved." if changed else "Nothing had changed.")
        return redirect("records:services")
    return render(request, "records/service.html", {"form": form, "service": found})


@require_POST
def close(request: Request, key: UUID) -> HttpResponse:
    """The service is no more; what is recorded of it stays."""
    require_permission(request.acting, Permission.KEEP_SERVICES)
    found = _service_or_404(request, key)
    if close_service(service=found, by=request.acting):
        messages.success(request, "The service is closed.")
    return redirect("records:services")


@require_safe
def my_messages(request: Request) -> HttpResponse:
    """What our services were asked, and what I asked."""
    require_permission(request.acting, Permission.SEND_MESSAGE)
    context = {"to_us": inbox(request.acting), "mine": outbox(request.acting)}
    return render(request, "records/service_messages.html", context)


@require_http_methods(["GET", "POST"])
def write_to_service(request: Request, key: UUID, involvement_id: int) -> HttpResponse:
    """A message to a service that works with this child, named or not."""
    require_permission(request.acting, Permission.SEND_MESSAGE)
    if stated_reason(request, key) is None:
        return redirect("records:give-reason", key=key)
    try:
        child = find_record(child_key=key, permission=Permission.SEND_MESSAGE, by=request.acting)
    except ChildRecord.DoesNotExist:
        raise Http404 from None
    live = Involvement.objects.filter(pk=involvement_id, child=child, ended_on__isnull=True)
    involvement = live.select_related("service__organisation__parent").first()
    # Which services work with a shielded child is hidden: the duty desk reaches them.
    if involvement is None or Shield.objects.live().filter(child=child).exists():
        raise _missing(request, NOT_INVOLVED, Permission.SEND_MESSAGE)
    require(
        can_write_to(request.acting, child, involvement.service),
        permission=Permission.SEND_MESSAGE,
        target_type="child_record",
        target_id=child.pk,
    )
    form = MessageForm(posted(request), acting=request.acting)
    if form.is_valid():
        send_message(
            child=child,
            service=involvement.service,
            text=form.cleaned_data["text"],
            by=request.acting,
        )
        messages.success(request, "The message is sent. You are told by e-mail when they answer.")
        return redirect("records:record", key=key)
    name = SENSITIVE if involvement.service.is_sensitive else involvement.service.name
    context = {
        "form": form,
        "title": f"Write to: {name}",
        "back": reverse("records:record", args=[key]),
        "said": "They see your name, your organisation and which child it is about. The e-mail that"
        " tells them says nothing of it.",
    }
    return render(request, "records/work_form.html", context)


@require_http_methods(["GET", "POST"])
def service_message(request: Request, key: UUID) -> HttpResponse:
    """One message: reading it is an event; the service answers here."""
    require_permission(request.acting, Permission.SEND_MESSAGE)
    message = _message_or_404(request, key)
    form = MessageForm(posted(request), acting=request.acting)
    if form.is_valid():
        if answer_message(key=key, text=form.cleaned_data["text"], by=request.acting):
            messages.success(request, "Your answer is sent.")
        else:
            messages.error(request, "A colleague has answered meanwhile.")
        return redirect("records:service-messages")
    text, answer = read_message(message=message, by=request.acting)
    context = {
        "form": form,
        "line": line(message, request.acting),
        "text": text,
        "answer": answer,
        "child_key": message.child.key,
        "may_answer": not answer and can_answer_message(request.acting, message).allowed,
    }
    return render(request, "records/service_message.html", context)


def _service_or_404(request: Request, key: UUID) -> Service:
    """A service of one's own user base; a guess leaves an event and gives 404."""
    rows = Service.objects.open().select_related("organisation__parent")
    found = rows.filter(key=key).first()
    decision = can_keep_service(request.acting, found.organisation) if found else OTHER_BASE
    if found is None or not decision.allowed:
        raise _missing(request, decision, Permission.KEEP_SERVICES)
    return found


def _message_or_404(request: Request, key: UUID) -> ServiceMessage:
    found = message_with(key)
    decision = can_read_message(request.acting, found) if found else MESSAGE_NOT_YOURS
    if found is None or not decision.allowed:
        raise _missing(request, decision, Permission.SEND_MESSAGE)
    return found


def _missing(request: Request, decision: Decision, permission: Permission) -> Http404:
    """404, after the event of a guess."""
    record_refusal(request.acting, Refused(decision, permission=permission.value))
    return Http404()
