"""Where an organisation stands, adding one, beginning an application and naming its people. The
register itself is in `organisations.py`.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions
from accounts.accrediting import pages
from accounts.forms.registering import ApplicantForm, OrganisationForm
from accounts.http import Request
from accounts.models import AccreditationApplication, User
from accounts.models.users import AccountStatus
from accounts.policies import (
    can_name_applicant,
    can_see_application,
    can_start_application,
    require,
    require_permission,
)
from accounts.roles import OrganisationKind, Permission
from accounts.synthetic import is_synthetic


@require_http_methods(["GET", "POST"])
def create_organisation(request: Request) -> HttpResponse:
    """Adds an organisation; it is not accredited by that."""
    require_permission(request.acting, Permission.REGISTER_ORGANISATION)
    base = request.acting.base
    own = base if base and base.kind != OrganisationKind.CENTRAL_BODY else None
    form = OrganisationForm(request.POST or None, own_base=own)
    if request.method == "POST" and form.is_valid():
        made = actions.create_organisation(
            **form.facts, is_invented=is_synthetic(), by=request.acting
        )
        messages.success(request, "The organisation is added. It is not accredited yet.")
        return redirect("accounts:accreditation", key=made.key)
    return render(request, "accounts/create_organisation.html", {"form": form})


@require_safe
def accreditation(request: Request, key: UUID) -> HttpResponse:
    """Where an organisation stands, and everything that was."""
    organisation = pages.organisation_shown(key=key, by=request.acting)
    current = organisation.applications.open().select_related("applicant", "deputy").first()
    context = {
        "organisation": organisation,
        "state": pages.state_of(organisation),
        "accreditations": organisation.accreditations.select_related("decided_by", "application"),
        "sanctions": organisation.sanctions.select_related("imposed_by", "lifted_by"),
        "live_sanction": organisation.sanctions.live().first(),
        "applications": organisation.applications.all(),
        "open": current,
        "may_open": current and can_see_application(request.acting, current).allowed,
        "may_name": current and can_name_applicant(request.acting, current).allowed,
        "may_start": can_start_application(request.acting, organisation).allowed,
        "may_sanction": pages.may_decide_on(organisation, request.acting),
    }
    return render(request, "accounts/accreditation.html", context)


@require_POST
def start_application(request: Request, key: UUID) -> HttpResponse:
    """Begins an application. Whoever manages the organisation names an applicant next."""
    organisation = pages.organisation_shown(key=key, by=request.acting)
    made = actions.start_application(organisation=organisation, by=request.acting)
    messages.success(request, "The application has begun.")
    if made.applicant_id:
        return redirect("accounts:application", key=made.key)
    return redirect("accounts:name-applicant", key=made.key)


@require_http_methods(["GET", "POST"])
def name_applicant(request: Request, key: UUID) -> HttpResponse:
    """Invites somebody of the organisation, or names somebody who has an account there."""
    application = pages.application_managed(key=key, by=request.acting)
    require(can_name_applicant(request.acting, application))
    form = ApplicantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _named(request, application, form)
        except actions.EmailTaken:
            form.add_error("email", "This person has an account at another organisation")
    context = {"form": form, "application": application}
    return render(request, "accounts/name_applicant.html", context)


def _named(
    request: Request, application: AccreditationApplication, form: ApplicantForm
) -> HttpResponse:
    email = form.cleaned_data["email"].strip().lower()
    colleague = User.objects.filter(email=email, employer=application.organisation).first()
    if colleague is not None:
        actions.name_applicant(
            application=application, user=colleague, as_deputy=form.as_deputy, by=request.acting
        )
        if colleague.status == AccountStatus.INVITED:
            again = actions.invite_applicant_again(
                application=application, user=colleague, by=request.acting
            )
            return _code_shown(request, application, again)
        messages.success(request, f"{colleague.full_name} is named.")
        return redirect("accounts:accreditation", key=application.organisation.key)
    invited = actions.invite_applicant(
        application=application, **form.person, as_deputy=form.as_deputy, by=request.acting
    )
    return _code_shown(request, application, invited)


def _code_shown(
    request: Request, application: AccreditationApplication, invited: actions.Invited
) -> HttpResponse:
    """No redirect: the code is stored nowhere, so this answer is the only place that has it."""
    context = {"invited": invited.user, "code": invited.code, "application": application}
    return render(request, "accounts/applicant_invited.html", context)
