"""The user agreement: its text, and "I agree". Open to everybody signed in, whatever they lack."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.actions import accept_agreement
from accounts.forms import AgreementForm
from accounts.http import Request
from accounts.models import AgreementAcceptance, AgreementVersion


def agreement(request: Request) -> HttpResponse:
    """GET shows the newest version; POST accepts the version that was read."""
    version = AgreementVersion.objects.current()
    accepted = AgreementAcceptance.objects.filter(user=request.user, version=version).first()
    form = AgreementForm(request.POST or None, version=version)
    if request.method == "POST" and form.is_valid():
        accept_agreement(number=form.cleaned_data["number"], by=request.acting)
        return redirect("accounts:home")
    facts = {"version": version, "accepted": accepted, "form": form}
    return render(request, "accounts/agreement.html", facts)
