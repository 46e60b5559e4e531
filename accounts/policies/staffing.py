"""Rules about the staff feed: who may send an employer's list, who answers what it proposes."""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models import Organisation, StaffProposal
from accounts.policies.decisions import Decision, first_no
from accounts.policies.organisations import accredited_today, is_open
from accounts.policies.people import can_manage


def can_import_staff(acting: Acting, employer: Organisation) -> Decision:
    """May this person say who works for `employer`? A local team for its own user base."""
    return first_no(
        can_manage(acting, employer.base.pk), is_open(employer), accredited_today(employer)
    )


def can_answer_proposal(acting: Acting, proposal: StaffProposal) -> Decision:
    """May this person accept or refuse what a feed proposed?"""
    return can_manage(acting, proposal.employer.base.pk)
