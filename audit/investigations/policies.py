"""Who may suspend, see a case, and act in it. Nobody judges themselves, their manager, their team
or somebody who judges them.
"""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models import TeamMembership, User
from accounts.policies import (
    ALLOWED,
    Decision,
    Refused,
    can,
    can_stop,
    deny,
    first_no,
    fresh_factor,
    signed_in,
)
from accounts.roles import Permission
from accounts.signin.changes import team_of
from audit.investigations.models import Alert, Investigation, Report, Status
from audit.investigations.table import LEADS, Act, acts_in

# A case is its reviewer's; another person may take it over, or close it as the second of two.
_FOR_ANYBODY = {Act.TAKE, Act.CLOSE}


class NoSuchInvestigation(Refused):
    """Unknown, or another team's: the answer is the same."""


NO_SUCH_INVESTIGATION = deny(
    "investigation-not-yours",
    "There is no such investigation in your user base.",
    "Go back to the list of investigations.",
)
NO_MANAGER = deny(
    "no-manager-named",
    "Nobody is named as the line manager of this person, so nobody could be told.",
    "Name the line manager on the page of the person, then suspend the account.",
)
NOT_NOW = deny(
    "not-in-this-state",
    "That cannot be done in the state in which this investigation is now.",
    "Open the investigation again and see what was done meanwhile.",
)
TOO_CLOSE = deny(
    "reviewer-too-close",
    "You are too close to this person to judge: their manager, their colleague or themselves.",
    "Ask somebody else of your team, or the central team.",
)
NOT_YOURS = deny(
    "another-reviewer",
    "Somebody else reviews this case.",
    "Take it over first, or leave it to them.",
)
ALREADY_YOURS = deny(
    "already-reviewer",
    "You review this case already.",
    "Go on with it on its page.",
)
OWN_TEAM_GIVES_BACK = deny(
    "own-team-gives-back",
    "The account belongs to another user base, whose team gives it back.",
    "Record the finding; then the own team can give the account back.",
)
FOUND_BY_YOU = deny(
    "second-person-needed",
    "You recorded the finding. Where something went wrong, another person closes the case.",
    "Ask a colleague to close it.",
)


def can_suspend(by: Acting, user: User) -> Decision:
    """May this account be suspended? Its manager must be named: they are told in the same act."""
    named = bool(user.line_manager_name and user.line_manager_email)
    return first_no(can_stop(by, user), ALLOWED if named else NO_MANAGER)


def can_investigate(by: Acting) -> Decision:
    """May this person see investigations at all?"""
    return can(by, Permission.INVESTIGATE)


def can_open_case(by: Acting, person: User) -> Decision:
    """May this person open a case about somebody who is not suspended? Their own team, or the
    central team: it is owned by their own team all the same.
    """
    central = by.has(Permission.READ_WHOLE_TRAIL)
    ours = central or (by.base is not None and by.base.pk == person.employer.base.pk)
    return first_no(
        can_investigate(by),
        ALLOWED if ours else NO_SUCH_INVESTIGATION,
        TOO_CLOSE if by.user == person else ALLOWED,
    )


def can_prompt(by: Acting, case: Investigation) -> Decision:
    """May this person ask a team about its case? The central team, while it is open."""
    return first_no(
        can_investigate(by),
        can(by, Permission.READ_WHOLE_TRAIL),
        TOO_CLOSE if by.user == case.person else ALLOWED,
        NOT_NOW if case.status == Status.CLOSED else ALLOWED,
    )


def can_transfer(by: Acting, case: Investigation) -> Decision:
    """May this person ask another team to take a case? Its own team, also whoever is too close to
    judge, and the central team.
    """
    ours = by.has(Permission.READ_WHOLE_TRAIL) or is_of_base(by, case)
    return first_no(
        can_investigate(by),
        ALLOWED if ours else NO_SUCH_INVESTIGATION,
        NOT_NOW if case.status == Status.CLOSED else ALLOWED,
        TOO_CLOSE if by.user == case.person else ALLOWED,
    )


def can_accept(by: Acting, case: Investigation) -> Decision:
    """May this person take it over for their team, or say no? Whoever could judge it."""
    asked = by.base is not None and by.base.pk == case.offered_to_id
    return first_no(
        can_investigate(by),
        ALLOWED if asked else NO_SUCH_INVESTIGATION,
        NOT_NOW if case.status == Status.CLOSED else ALLOWED,
        TOO_CLOSE if is_too_close(by, case.person) else ALLOWED,
    )


def can_report(by: Acting) -> Decision:
    """May this person raise a suspicion in their own name? Everybody who is signed in."""
    return signed_in(by)


def can_answer_report(by: Acting, report: Report) -> Decision:
    """May this person answer a report? Its team's members, but those whom it is about."""
    return first_no(
        can_investigate(by),
        ALLOWED if is_report_for(by, report) else NO_SUCH_INVESTIGATION,
        NOT_NOW if report.answered_at else ALLOWED,
        TOO_CLOSE if report.person and is_too_close(by, report.person) else ALLOWED,
    )


def is_report_for(by: Acting, report: Report) -> bool:
    """Whether it came to the team that is acted for; the central team answers for all."""
    if by.has(Permission.READ_WHOLE_TRAIL):
        return True
    return by.base is not None and by.base.pk == report.base_id


def can_act(by: Acting, case: Investigation, act: Act) -> Decision:
    """May this person do this in the case as it stands?"""
    return _can_act(by, case, act, is_too_close(by, case.person))


def acts_open_to(by: Acting, case: Investigation) -> list[Act]:
    """All that this person may do now: as `can_act`, asking once how close they are."""
    close = is_too_close(by, case.person)
    return [act for act in acts_in(case.status) if _can_act(by, case, act, close).allowed]


def _can_act(by: Acting, case: Investigation, act: Act, close: bool) -> Decision:
    return first_no(
        can_investigate(by),
        NO_SUCH_INVESTIGATION if not is_of_base(by, case) else ALLOWED,
        ALLOWED if (Status(case.status), act) in LEADS else NOT_NOW,
        TOO_CLOSE if close else ALLOWED,
        OWN_TEAM_GIVES_BACK if act is Act.GIVE_BACK and _is_elsewhere(case) else ALLOWED,
        ALREADY_YOURS if act is Act.TAKE and case.reviewer == by.user else ALLOWED,
        NOT_YOURS if act not in _FOR_ANYBODY and case.reviewer != by.user else ALLOWED,
        FOUND_BY_YOU if act is Act.CLOSE and _found_wrong_by(by, case) else ALLOWED,
    )


def can_hand_over(by: Acting, case: Investigation) -> Decision:
    """May this person say who takes over the work of the person it is about? Whoever of the team is
    there first: a child does not wait for a reviewer, and a colleague knows the work best.
    """
    return first_no(
        can_investigate(by),
        NO_SUCH_INVESTIGATION if not is_of_base(by, case) else ALLOWED,
        NOT_NOW if case.status == Status.CLOSED else ALLOWED,
        TOO_CLOSE if by.user == case.person else ALLOWED,
    )


def can_be_heard(by: Acting, case: Investigation, *, appeals: bool = False) -> Decision:
    """May this person read and give their side? The one it is about, whatever state their account
    is in; an appeal is also heard when the case is closed.
    """
    return first_no(
        ALLOWED if by.user == case.person else NO_SUCH_INVESTIGATION,
        NOT_NOW if case.status == Status.CLOSED and not appeals else ALLOWED,
    )


def can_read_looks(by: Acting, case: Investigation) -> Decision:
    """May this person read what was looked at? Whoever may read the case and a trail."""
    whole = by.has(Permission.READ_WHOLE_TRAIL)
    return first_no(
        can_investigate(by),
        can(by, Permission.READ_WHOLE_TRAIL if whole else Permission.READ_LOCAL_TRAIL),
        ALLOWED if whole or is_of_base(by, case) else NO_SUCH_INVESTIGATION,
        TOO_CLOSE if by.user == case.person else ALLOWED,
    )


def can_make_pack(by: Acting, case: Investigation) -> Decision:
    """May this person put the evidence together? Of the team, not too close, with a fresh factor:
    it leaves the system.
    """
    return first_no(
        can_read_looks(by, case),
        ALLOWED if is_of_base(by, case) else NO_SUCH_INVESTIGATION,
        TOO_CLOSE if is_too_close(by, case.person) else ALLOWED,
        fresh_factor(by),
    )


def can_see_names(by: Acting, case: Investigation) -> Decision:
    """May this person be shown the children\u2019s names? Of the team, and of a role that may look
    behind a shield; never somebody too close to judge.
    """
    return first_no(
        can_read_looks(by, case),
        can(by, Permission.OVERRIDE_SHIELD),
        ALLOWED if is_of_base(by, case) else NO_SUCH_INVESTIGATION,
        TOO_CLOSE if is_too_close(by, case.person) else ALLOWED,
    )


def can_answer(by: Acting, alert: Alert) -> Decision:
    """May this person answer the alert, by suspending or with a reason why not?"""
    return first_no(
        can_investigate(by),
        NO_SUCH_INVESTIGATION if not is_of_base(by, alert) else ALLOWED,
        NOT_NOW if alert.answered_at else ALLOWED,
        TOO_CLOSE if is_too_close(by, alert.person) else ALLOWED,
    )


def is_of_base(by: Acting, case: Investigation | Alert) -> bool:
    """Whether the case belongs to the team that is acted for. The central team reads all cases and
    acts in those of its own people only: it never closes another team's in silence.
    """
    return by.base is not None and by.base.pk == case.base_id


def may_read_reasons(by: Acting, about: Investigation | Alert) -> bool:
    """Reasons that were drawn from look-ups say where a child lives, shielded or not; so they are
    for those who may look behind a shield (decision 15). The same for every child, or the
    difference would tell who is shielded.
    """
    return not about.event_ids or by.has(Permission.OVERRIDE_SHIELD)


def is_too_close(by: Acting, person: User) -> bool:
    """The person, their line manager, or a member of a team of theirs today."""
    return by.user is not None and is_close(by.user, person)


def is_close(user: User, person: User) -> bool:
    """As `is_too_close`, of anybody."""
    if user == person or person.line_manager_email.lower() == user.email:
        return True
    memberships = TeamMembership.objects.filter(ended_on=None)
    teams = memberships.filter(user=person).values("team")
    return bool(memberships.filter(user=user, team__in=teams).exists())


def has_reviewer_left(person: User) -> bool:
    """Whether anybody of the person's own team is far enough from them to judge."""
    return any(not is_close(member, person) for member in team_of(person))


def _is_elsewhere(case: Investigation) -> bool:
    return case.base_id != case.person.employer.base.pk


def _found_wrong_by(by: Acting, case: Investigation) -> bool:
    return case.went_wrong and case.found_by == by.user
