"""Reasons for access: the closed list, its legal grounds, and which roles may state which.

Whether a person may search or open at all stands in `policies.py`.
"""

from dataclasses import dataclass, replace

from django.db import models

from accounts.roles import Role


class Purpose(models.TextChoices):
    """The value is what the event keeps: add, never rename."""

    CHILD_AT_RISK = (
        "child_at_risk",
        "I am worried that a child is suffering harm or may suffer harm",
    )
    URGENT_CARE = "urgent_care", "Urgent or unplanned care of a child"
    WORKING_WITH = "working_with", "Find out who else works with a child I work with"
    ASSESSMENT = "assessment", "Assess whether a child needs extra help"
    MISSING_EDUCATION = "missing_education", "Look for a child missing education"
    MOVED = "moved", "A child has moved into or out of our area"
    KEEP_RECORD = "keep_record", "Create, check or correct a child record"
    MEDIATED = "mediated", "For a practitioner who has no access"
    SHIELD = "shield", "Decide about shielding a record"
    HOUSEHOLD_AT_RISK = (
        "household_at_risk",
        "A child at an address may be suffering harm, and nobody knows the name",
    )


# The duty or power each purpose rests on, shown in the guidance and kept beside the codes.
GROUNDS: dict[Purpose, str] = {
    Purpose.CHILD_AT_RISK: "Children Act 1989, section 47",
    Purpose.URGENT_CARE: "Children Act 2004, section 11",
    Purpose.WORKING_WITH: "Children Act 2004, sections 10 and 11",
    Purpose.ASSESSMENT: "Children Act 1989, section 17; Children Act 2004, section 10",
    Purpose.MISSING_EDUCATION: "Education Act 1996, section 436A",
    Purpose.MOVED: "Children Act 2004, section 11",
    Purpose.KEEP_RECORD: "UK GDPR, Article 5(1)(d)",
    Purpose.MEDIATED: "Children Act 2004, section 11",
    Purpose.SHIELD: "UK GDPR, Article 32; Children Act 2004, section 12",
    Purpose.HOUSEHOLD_AT_RISK: "Children Act 1989, section 47",
}

_OF_PRACTITIONERS = (
    Purpose.CHILD_AT_RISK,
    Purpose.URGENT_CARE,
    Purpose.WORKING_WITH,
    Purpose.ASSESSMENT,
    Purpose.MISSING_EDUCATION,
    Purpose.MOVED,
    Purpose.KEEP_RECORD,
)
MAY_STATE: dict[Role, tuple[Purpose, ...]] = {
    Role.PRACTITIONER: _OF_PRACTITIONERS,
    Role.MANAGEMENT_TEAM: (
        Purpose.KEEP_RECORD,
        Purpose.MOVED,
        Purpose.MISSING_EDUCATION,
        Purpose.HOUSEHOLD_AT_RISK,
    ),
    Role.MEDIATOR: (Purpose.MEDIATED, Purpose.HOUSEHOLD_AT_RISK),
    Role.SHIELD_ADMINISTRATOR: (Purpose.SHIELD,),
}
# For these an address alone may be all there is. Every other purpose is about a child whom the
# searcher can name.
BY_ADDRESS = frozenset({Purpose.MISSING_EDUCATION, Purpose.HOUSEHOLD_AT_RISK, Purpose.SHIELD})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody looks: a coded purpose, and the reference of their own case or attendance.

    `enquiry_id` is the enquiry under which it was stated, once there is one.
    """

    purpose: Purpose
    case_reference: str
    enquiry_id: int | None = None

    def under(self, enquiry_id: int) -> "Reason":
        """The same reason, stated under an enquiry."""
        return replace(self, enquiry_id=enquiry_id)


def purposes_for(role: Role | None) -> tuple[Purpose, ...]:
    """The purposes that somebody acting in `role` may state, in the order of the form."""
    return MAY_STATE.get(role, ()) if role else ()


def address_purposes_for(role: Role | None) -> tuple[Purpose, ...]:
    """Those of them under which an address alone may be searched for."""
    return tuple(purpose for purpose in purposes_for(role) if purpose in BY_ADDRESS)
