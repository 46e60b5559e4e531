"""Why a person with the right password or an open session cannot go on: told to them alone, on the
page of stopped accounts.
"""

from django.http import HttpRequest

from accounts.models import User
from accounts.models.users import AccountStatus

STATUS = "stopped_account"

# What to say and what to do. The reason itself is between the person and the team that decided.
WORDS: dict[str, tuple[str, str]] = {
    AccountStatus.SUSPENDED: (
        "Your account is suspended",
        "Speak to your line manager or your management team: they decide what happens next.",
    ),
    AccountStatus.HELD: (
        "Your account is on hold",
        "It was not used for a while. Ask your management team to confirm that you still need it.",
    ),
    AccountStatus.CLOSED: (
        "Your account is closed",
        "If you need ContactPoint for your work, ask your management team for a new account.",
    ),
    AccountStatus.INVITED: (
        "Your account is not ready yet",
        "Use the link of your invitation to set a password first.",
    ),
}


def remember_stopped(request: HttpRequest, user: User) -> None:
    """Keeps the status, nothing else, for the page that follows."""
    request.session[STATUS] = user.status


def stopped_words(request: HttpRequest) -> tuple[str, str]:
    """Title and advice for this session's stopped account; somebody who just opens the page gets
    the general ones.
    """
    status = request.session.get(STATUS, "")
    return WORDS.get(
        status,
        ("You cannot sign in with this account", "Speak to your line manager or management team."),
    )
