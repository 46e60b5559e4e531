"""The legal ground of each role: why its holder may see or do anything here at all. One small
table, shown where a role is chosen or looked at; `docs/legal-grounds.md` is compared with it.

The ContactPoint Regulations 2007 are revoked, so the ground is today's; a body that runs this
system has its own lawyers confirm the table before it grants anything.
"""

from dataclasses import dataclass

from accounts.roles import Role


@dataclass(frozen=True)
class LegalGround:
    """`law` is what to cite; `words` say it to the person; `once` the 2007 list it goes back to."""

    law: str
    words: str
    once: str


_SAFEGUARDING = "Children Act 2004, sections 10 and 11; UK GDPR Article 6(1)(e)"
_ACCOUNTABILITY = "UK GDPR Articles 5(2), 24 and 32; Data Protection Act 2018, Schedule 1, Part 2"
_SCHEDULE_3 = "SI 2007/2182, Schedule 3"

LEGAL_GROUNDS: dict[Role, LegalGround] = {
    Role.PRACTITIONER: LegalGround(
        law=_SAFEGUARDING,
        words="Your employer must work with others to safeguard and promote the welfare of"
        " children. You may look a child up for that, and for nothing else.",
        once=_SCHEDULE_3,
    ),
    Role.MEDIATOR: LegalGround(
        law=_SAFEGUARDING,
        words="You look a child up for a colleague who has the same duty but no account. Their"
        " reason is yours to check.",
        once=_SCHEDULE_3,
    ),
    Role.SHIELD_ADMINISTRATOR: LegalGround(
        law="Children Act 2004, section 11; UK GDPR Articles 6(1)(e) and 18",
        words="The authority must keep a child safe whose whereabouts must not be known. You decide"
        " what is hidden, and from whom.",
        once="SI 2007/2182, regulation 6",
    ),
    Role.MANAGEMENT_TEAM: LegalGround(
        law=f"{_SAFEGUARDING}; UK GDPR Articles 24 and 32",
        words="Your organisation answers for its own user base: who has an account, and what is"
        " done with it.",
        once=_SCHEDULE_3,
    ),
    Role.ACCREDITATION_OFFICER: LegalGround(
        law=_ACCOUNTABILITY,
        words="The central body lets an organisation in only after checking that it can be held to"
        " account.",
        once="SI 2007/2182, Part 4",
    ),
    Role.CENTRAL_TEAM: LegalGround(
        law=_ACCOUNTABILITY,
        words="The central body answers for the system as a whole. You watch over its use and look"
        " up no child.",
        once="SI 2007/2182, Part 4",
    ),
    Role.AUDITOR: LegalGround(
        law=_ACCOUNTABILITY,
        words="Use of the index must be open to inspection. You read the trail and change nothing.",
        once="SI 2007/2182, Part 4",
    ),
    Role.APPLICANT: LegalGround(
        law=_ACCOUNTABILITY,
        words="Your organisation shows that it can be held to account before its people are let in."
        " You see no record of any child.",
        once="SI 2007/2182, Part 4",
    ),
}


def legal_ground(role: Role) -> LegalGround:
    """Why a holder of `role` may use the system."""
    return LEGAL_GROUNDS[role]
