"""Why a person with the right password or an open session cannot go on: told to them alone, on the
page of stopped accounts.
"""

from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.models.users import AccountStatus

STATUS = "stopped_account"
PERSON = "stopped_person"
YOUR_SIDE = "your_side"  # the case whose page was asked for before the password was shown
PROVED_FOR = timedelta(minutes=30)
# May read why, answer and appeal, though they cannot sign in.
_HEARD = (AccountStatus.SUSPENDED, AccountStatus.CLOSED)

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
    """Keeps for the pages that follow what the status is and, for half an hour, who has shown the
    password of it.
    """
    request.session[STATUS] = user.status
    if user.status in _HEARD:
        request.session.cycle_key()
        request.session[PERSON] = [user.pk, int(timezone.now().timestamp())]


def stopped_person(request: HttpRequest) -> User | None:
    """Whose account it is that this session cannot open: it has shown the password a moment ago."""
    pk, proved = request.session.get(PERSON, (0, 0))
    if timezone.now().timestamp() - proved > PROVED_FOR.total_seconds():
        return None
    people = User.objects.select_related("employer__parent")
    return people.filter(pk=pk, status__in=_HEARD).first()


def stopped_words(request: HttpRequest) -> tuple[str, str]:
    """Title and advice for this session's stopped account; somebody who just opens the page gets
    the general ones.
    """
    status = request.session.get(STATUS, "")
    return WORDS.get(
        status,
        ("You cannot sign in with this account", "Speak to your line manager or management team."),
    )
