"""The page behind an invitation's link: show the code, set the first password, once."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from accounts.actions import InvitationRefused, WrongCode, accept_invitation
from accounts.actions.invitations import is_open
from accounts.forms import AcceptInvitationForm
from accounts.http import Request


@login_not_required
@sensitive_post_parameters("code", "password", "password_again")
def invitation(request: Request, token: str) -> HttpResponse:
    """GET shows the form while the link works, and no name: whoever reads the mail may be anybody.
    POST accepts and leads to signing in.
    """
    if request.method != "POST":
        return _form(request, AcceptInvitationForm()) if is_open(token) else _over(request)
    form = AcceptInvitationForm(request.POST)
    if form.is_valid():
        try:
            accept_invitation(
                token=token,
                code=form.cleaned_data["code"],
                password=form.cleaned_data["password"],
                by=request.acting,
            )
        except InvitationRefused:
            return _over(request)
        except WrongCode as wrong:
            form.add_wrong_code(wrong.left)
        except ValidationError as unfit:
            form.add_error("password", unfit)
        else:
            return redirect("account_login")
    return _form(request, form)


def _form(request: Request, form: AcceptInvitationForm) -> HttpResponse:
    return render(request, "accounts/invitation.html", {"form": form})


def _over(request: Request) -> HttpResponse:
    return render(request, "accounts/invitation_over.html", status=410)
