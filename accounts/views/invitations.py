"""The page behind an invitation's link: set the first password, once."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from accounts.actions import InvitationRefused, accept_invitation
from accounts.actions.invitations import invited_person
from accounts.forms import FirstPasswordForm
from accounts.http import Request


@login_not_required
@sensitive_post_parameters("password", "password_again")
def invitation(request: Request, token: str) -> HttpResponse:
    """GET shows the form while the link works; POST sets the password and leads to signing in."""
    user = invited_person(token)
    if user is None and request.method != "POST":
        return _over(request)
    form = FirstPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and (user is None or form.is_valid()):
        try:
            accept_invitation(
                token=token,
                password=form.cleaned_data["password"] if user else "",
                by=request.acting,
            )
        except InvitationRefused:
            return _over(request)
        return redirect("account_login")
    return render(request, "accounts/invitation.html", {"form": form, "invited": user})


def _over(request: Request) -> HttpResponse:
    return render(request, "accounts/invitation_over.html", status=410)
