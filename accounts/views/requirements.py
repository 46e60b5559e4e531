"""What everybody must have passed and accepted: the newest versions, who still lacks them, and
publishing the next one.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.actions import publish_agreement, publish_course
from accounts.forms import PublishAgreementForm, PublishCourseForm
from accounts.held_forms import NOT_KEPT, keeps_form, posted_or_held
from accounts.http import Request
from accounts.models import AgreementVersion, CourseVersion, User
from accounts.models.users import AccountStatus
from accounts.policies import can_publish, require
from accounts.roles import Permission
from accounts.team.lacking import lacking_by_organisation

COLUMNS = ("Organisation", "Active accounts", "Without the agreement", "Without the training")


@require_safe
def requirements(request: Request) -> HttpResponse:
    """The newest versions, and how many people of each organisation still lack them."""
    lacks = lacking_by_organisation(request.acting)
    facts = {
        "agreement": AgreementVersion.objects.current(),
        "course": CourseVersion.objects.current(),
        "columns": COLUMNS,
        "rows": [[lack.name, lack.people, lack.agreement, lack.training] for lack in lacks],
        "may_publish": can_publish(request.acting).allowed,
        "totals": (sum(lack.agreement for lack in lacks), sum(lack.training for lack in lacks)),
    }
    return render(request, "accounts/requirements.html", facts)


@keeps_form
def new_agreement(request: Request) -> HttpResponse:
    """The text of the next user agreement, shown once more before it is published."""
    newest = AgreementVersion.objects.current()
    return _publish(request, PublishAgreementForm, newest, publish_agreement, "the user agreement")


@keeps_form
def new_course(request: Request) -> HttpResponse:
    """The next version of the training, shown once more before it is published."""
    newest = CourseVersion.objects.current()
    return _publish(request, PublishCourseForm, newest, publish_course, "the user training")


def _publish(
    request: Request, form_class: type[Any], newest: Any, action: Any, what: str
) -> HttpResponse:
    """The form; then what it says and whom it touches; then, confirmed, the act."""
    require(can_publish(request.acting), permission=Permission.PUBLISH_REQUIREMENTS)
    form = form_class(posted_or_held(request), acting=request.acting, newest=newest)
    facts = {"form": form, "what": what, "newest": newest}
    if not form.is_bound or not form.is_valid():
        return render(request, "accounts/publish_version.html", facts)
    if request.method != "POST" or request.POST.get("confirmed") != "yes":
        facts |= {"typed": _typed(form), "said": form.cleaned_data, "people": _touched()}
        return render(request, "accounts/confirm_version.html", facts)
    version = action(**form.cleaned_data, by=request.acting)
    messages.success(request, f"Version {version.number} of {what} is published")
    return redirect("accounts:requirements")


def _typed(form: Any) -> list[tuple[str, str]]:
    """What was typed, to be sent again with the confirmation."""
    aside = NOT_KEPT | {"confirmed"}
    pairs = [(name, values) for name, values in form.data.lists() if name not in aside]
    return [(name, value) for name, values in pairs for value in values]


def _touched() -> int:
    return User.objects.get_queryset().filter(status=AccountStatus.ACTIVE).count()
