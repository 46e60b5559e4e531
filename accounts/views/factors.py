"""Setting up and removing second factors: allauth's views in one transaction with their event, and
our rule on the last one.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.http import Request
from accounts.signin.factors import factors_of, holds_second_factor


def second_factor(request: Request) -> HttpResponse:
    """Why a second factor is needed, and the choice between the two kinds."""
    if holds_second_factor(request.user):
        return redirect("mfa_index")
    return render(request, "accounts/second_factor.html")


def _in_one_transaction(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """The change and its event, written by `receivers.py`, share their fate; the page is rendered
    inside too.
    """

    @wraps(view)
    def wrapped(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = view(request, *args, **kwargs)
            if hasattr(response, "render"):
                response.render()
        return response

    return wrapped


activate_totp = _in_one_transaction(totp.activate_totp)
deactivate_totp = _in_one_transaction(totp.deactivate_totp)
add_passkey = _in_one_transaction(webauthn.add_webauthn)
generate_recovery_codes = _in_one_transaction(recovery_codes.generate_recovery_codes)
_remove_passkey = _in_one_transaction(webauthn.remove_webauthn)


def remove_passkey(request: Request, pk: int) -> HttpResponse:
    """allauth asks its adapter about the last TOTP factor, but not about the last passkey; so this
    does.
    """
    authenticator = get_object_or_404(factors_of(request.user), pk=pk)
    if not get_adapter().can_delete_authenticator(authenticator):
        messages.error(request, "This is your last second factor. Set up another one first.")
        return redirect("mfa_index")
    return _remove_passkey(request, pk=pk)
