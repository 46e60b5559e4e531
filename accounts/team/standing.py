"""What keeps a person from working today, in few words for a list. No statement of its own: it
judges what `people.py` has fetched; what each needs is said in `accounts.conditions`.
"""

from accounts.conditions import Condition, missing_of
from accounts.models import User
from accounts.models.users import AccountStatus

STOPPED: dict[str, str] = {
    AccountStatus.INVITED: "Has not accepted the invitation yet",
    AccountStatus.HELD: "The account is on hold",
    AccountStatus.SUSPENDED: "The account is suspended",
    AccountStatus.CLOSED: "The account is closed",
}
LACKING: dict[str, str] = {
    "second-factor-missing": "No second factor",
    "identity-not-confirmed": "Identity not confirmed",
    "record-check-missing": "No criminal-record check in date",
    "training-missing": "Training not in date",
    "agreement-not-accepted": "User agreement not accepted",
    "manager-not-named": "No line manager named",
    "organisation-not-accredited": "Organisation not accredited today",
    "no-live-role": "Holds no role",
}


def lacking(user: User) -> tuple[Condition, ...]:
    """The conditions this account does not meet; of a closed one nothing is expected any more.

    The account comes from `with_conditions()`.
    """
    return () if user.status == AccountStatus.CLOSED else missing_of(user)


def hindrances(user: User) -> list[str]:
    """Every reason why this account does not count today; none when it does."""
    stopped = [STOPPED[user.status]] if user.status in STOPPED else []
    return stopped + [LACKING[condition.code] for condition in lacking(user)]
