"""What must be true of a person before the index opens, and in which words a missing one is told to
them and to their team. The facts come from `querysets.py`; deciding is `policies.standing`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import User

YOU, YOUR_TEAM, YOUR_ORGANISATION = "You", "Your team", "Your organisation"


@dataclass(frozen=True)
class Condition:
    """One thing needed. `code` goes on events; `fact` names the annotation that says it is there.

    `title` names it in a list; `message` says what is missing and `to_do` what the person does
    then; `for_team` what their team does; `who` whose turn it is; `page` where the person does it.
    """

    code: str
    fact: str
    title: str
    message: str
    to_do: str
    for_team: str
    who: str
    page: str = ""


# In the order in which a new person meets them. The last two are not the person's own: they depend
# on the role acted in, so `policies.standing` judges them by the grant.
ROLE = Condition(
    code="no-live-role",
    fact="role_held",
    title="A role and its legal ground",
    message="You do not hold a role in ContactPoint at the moment.",
    to_do="Ask your management team to grant you a role, and tell them what you need it for.",
    for_team="Grant the role this person's work needs.",
    who=YOUR_TEAM,
)
ORGANISATION = Condition(
    code="organisation-not-accredited",
    fact="organisation_counts",
    title="An accredited organisation",
    message="Your organisation is not accredited today, so its accounts cannot be used.",
    to_do="Speak to the person responsible for accreditation in your organisation.",
    for_team="The accreditation of the organisation has to be renewed.",
    who=YOUR_ORGANISATION,
)
PERSONAL: tuple[Condition, ...] = (
    Condition(
        code="second-factor-missing",
        fact="factor_registered",
        title="A second factor",
        message="You have not set up a second factor.",
        to_do="Set up a passkey or an authenticator app.",
        for_team="The person sets up a second factor when they first sign in.",
        who=YOU,
        page="accounts:second-factor",
    ),
    Condition(
        code="identity-not-confirmed",
        fact="identity_confirmed",
        title="A confirmed identity",
        message="Nobody has confirmed yet who you are.",
        to_do="Show your management team a photo document, in person or on a video call.",
        for_team="Check a photo document, then confirm who the person is.",
        who=YOUR_TEAM,
    ),
    Condition(
        code="record-check-missing",
        fact="record_check_in_date",
        title="A criminal-record check in date",
        message="No criminal-record check is on file that is clear and less than three years old.",
        to_do="Ask your management team to record your check, or to have a new one made.",
        for_team="Record the date and the outcome of the check, nothing else of it.",
        who=YOUR_TEAM,
    ),
    Condition(
        code="training-missing",
        fact="training_in_date",
        title="The user training",
        message="You have not passed the user training that is required today.",
        to_do="Take the training. Your management team books it and records that you passed.",
        for_team="Record the training once the person has passed it.",
        who=YOUR_TEAM,
    ),
    Condition(
        code="agreement-not-accepted",
        fact="agreement_accepted",
        title="The user agreement",
        message="You have not accepted the user agreement that is in force.",
        to_do="Read the user agreement and accept it.",
        for_team="The person reads and accepts the agreement themselves.",
        who=YOU,
        page="accounts:agreement",
    ),
    Condition(
        code="manager-not-named",
        fact="manager_named",
        title="A named line manager",
        message="No line manager is named for you.",
        to_do="Tell your management team who your line manager is.",
        for_team="Name the line manager with their e-mail address.",
        who=YOUR_TEAM,
    ),
)
CONDITIONS: tuple[Condition, ...] = (*PERSONAL, ORGANISATION, ROLE)
# What only somebody else can put on file: what the two founders do for each other, once.
VOUCHED = frozenset({"identity-not-confirmed", "record-check-missing", "training-missing"})


def unmet(annotated: Any) -> tuple[Condition, ...]:
    """The personal conditions that are not met: of an account from `with_conditions()`, or of the
    holder of a grant from `with_standing()`. Asks the database nothing.
    """
    return tuple(one for one in PERSONAL if not getattr(annotated, one.fact))


def missing_of(user: Any) -> tuple[Condition, ...]:
    """All that is missing for an account that came from `User.objects.with_conditions()`."""
    return tuple(one for one in CONDITIONS if not _is_met(one, user))


def missing(user: User) -> tuple[Condition, ...]:
    """All that stands between this person and the index today; one statement."""
    return missing_of(User.objects.with_conditions().get(pk=user.pk))


def _is_met(condition: Condition, user: Any) -> bool:
    if condition is ORGANISATION:
        return bool(user.employer_is_accredited and (user.role_counts or not user.role_held))
    return bool(getattr(user, condition.fact))
