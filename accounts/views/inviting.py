"""A team invites one person, many from a file, or somebody once more; codes are shown once."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from accounts import encryption
from accounts.actions import EmailTaken, Invited, invite_again, invite_person
from accounts.bulk.files import FileRefused, read_rows, rejects_file
from accounts.bulk.people import INVITE_COLUMNS, RowsDone, invite_many
from accounts.forms import FileForm, InviteForm
from accounts.forms.invitations import employers_for
from accounts.http import Request
from accounts.models import User
from accounts.policies import can_invite, require, require_permission
from accounts.roles import Permission

REJECTS = "rejects_file"


def invite(request: Request) -> HttpResponse:
    """One person: the form, then the page with their code."""
    require_permission(request.acting, Permission.MANAGE_ACCOUNTS)
    form = InviteForm(request.POST or None, acting=request.acting)
    if request.method == "POST" and form.is_valid():
        try:
            return _invited(request, [invite_person(**form.cleaned_data, by=request.acting)])
        except EmailTaken:
            form.add_error("email", "There is an account with this address. Look for the person.")
    return render(request, "accounts/invite.html", {"form": form})


def invite_once_more(request: Request, key: UUID) -> HttpResponse:
    """A new link and a new code; the old ones stop working. GET asks, POST does it."""
    user = get_object_or_404(User.objects.with_conditions(), key=key)
    require(
        can_invite(request.acting, user.employer),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=user.pk,
    )
    if request.method == "POST":
        return _invited(request, [invite_again(user=user, by=request.acting)])
    return render(request, "accounts/invite_again.html", {"person": user})


def invite_from_file(request: Request) -> HttpResponse:
    """Many people: the file, then what came of it, with a code for each."""
    require_permission(request.acting, Permission.MANAGE_ACCOUNTS)
    form = FileForm(request.POST or None, request.FILES or None, acting=request.acting)
    if request.method == "POST" and form.is_valid():
        try:
            rows = read_rows(form.cleaned_data["file"], INVITE_COLUMNS)
        except FileRefused as refused:
            form.add_error("file", str(refused))
        else:
            dry_run = form.cleaned_data["dry_run"]
            result = invite_many(
                rows=rows,
                employers=employers_for(request.acting),
                dry_run=dry_run,
                by=request.acting,
            )
            keep_rejects(request, result, INVITE_COLUMNS)
            facts = {"result": result, "dry_run": dry_run, "invited": result.invited}
            return render(request, "accounts/rows_done.html", facts)
    return render(
        request, "accounts/invite_from_file.html", {"form": form, "columns": INVITE_COLUMNS}
    )


@sensitive_variables("invited")
def _invited(request: Request, invited: list[Invited]) -> HttpResponse:
    """No redirect: the code is stored nowhere, so this answer is the only place that has it."""
    return render(request, "accounts/invited.html", {"invited": invited})


def keep_rejects(request: Request, result: RowsDone, columns: tuple[str, ...]) -> None:
    """Keeps the refused rows in the session, encrypted, until the next file or its end."""
    request.session.pop(REJECTS, None)
    if result.rejects:
        request.session[REJECTS] = encryption.encrypt(rejects_file(result.rejects, columns))


@require_safe
def rejects(request: Request) -> HttpResponse:
    """The rows that were refused, as a file to mend and send again."""
    require_permission(request.acting, Permission.MANAGE_ACCOUNTS)
    kept = request.session.get(REJECTS)
    if kept is None:
        raise Http404
    response = HttpResponse(encryption.decrypt(kept), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="rejects.csv"'
    return response
