"""The pages of last resort. A refusal by Django itself is an event where a person is known."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template import loader

from accounts.acting import Acting
from accounts.policies import Refused, deny
from accounts.refusals import record_refusal

FORBIDDEN = deny(
    "permission-denied",
    "You cannot use this page.",
    "Go back to the start page and try from there.",
)
CSRF = deny(
    "csrf",
    "This form was too old, or did not come from this site.",
    "Go back, load the page again, and send the form once more.",
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`PermissionDenied`, wherever it came from. Our own refusals go through the middleware."""
    return _refused(request, Refused(FORBIDDEN))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Static: nothing here may fail a second time, so no request, no database."""
    phone = {"national_duty_phone": settings.NATIONAL_DUTY_PHONE}
    return HttpResponseServerError(loader.get_template("500.html").render(phone))


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: from another site, or from before a sign-in in
    another window.
    """
    return _refused(request, Refused(CSRF), page="csrf.html")


def _refused(request: HttpRequest, refused: Refused, page: str = "403.html") -> HttpResponse:
    acting: Any = getattr(request, "acting", None)
    if isinstance(acting, Acting) and acting.user is not None:
        record_refusal(acting, refused)
    return render(request, page, {"decision": refused.decision}, status=403)
