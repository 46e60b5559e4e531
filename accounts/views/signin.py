"""Leaving, and the page for people whose account is stopped.

Signing in itself is allauth's view.
"""

from allauth.account import views as account
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render

from accounts.http import Request
from accounts.signin.stopped import YOUR_SIDE, stopped_person, stopped_words


@login_not_required  # also a way out of a half-finished sign-in
def sign_out(request: Request) -> HttpResponse:
    """Asks on GET, signs out on POST, and tells the browser to forget what it kept of us."""
    response: HttpResponse = account.logout(request)
    if request.method == "POST":
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@login_not_required
def stopped_account(request: Request) -> HttpResponse:
    """Suspended, held, closed: what to do, and whom to ring when a child cannot wait."""
    title, advice = stopped_words(request)
    context = {
        "title": title,
        "advice": advice,
        "may_be_heard": stopped_person(request) is not None,
        "your_side": request.session.get(YOUR_SIDE),
    }
    return render(request, "accounts/stopped_account.html", context, status=403)
