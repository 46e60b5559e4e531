"""What an employer's personnel system says of its people, and what it proposes about them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.organisations import Organisation
from accounts.querysets import LondonToday


class StaffLink(models.Model):
    """Which account a personnel number of an employer belongs to, and the department it named."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff_link"
    )
    employer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    staff_ref = models.CharField(max_length=40)
    department = models.CharField(max_length=80, blank=True)
    told_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="one_account_a_staff_ref", fields=["employer", "staff_ref"]
            )
        ]

    def __str__(self) -> str:
        return f"personnel number of account {self.user_id}"


class ProposalKind(models.TextChoices):
    JOINER = "joiner", "Joiner"
    MOVER = "mover", "Mover"


class ProposalState(models.TextChoices):
    OPEN = "open", "Waits for the team"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"


class StaffProposalQuerySet(models.QuerySet["StaffProposal"]):
    def open(self) -> "StaffProposalQuerySet":
        """Proposals that nobody has answered."""
        return self.filter(state=ProposalState.OPEN)

    def movers_due(self) -> "StaffProposalQuerySet":
        """Open movers whose day has come and who still have the standing of the old post."""
        return self.open().filter(
            kind=ProposalKind.MOVER,
            standing_ended_at__isnull=True,
            effective_on__lte=LondonToday(),
        )

    def managed_by(self, base_id: int) -> "StaffProposalQuerySet":
        """Proposals about the user base of one managing body."""
        return self.filter(Q(employer_id=base_id) | Q(employer__parent_id=base_id))


class StaffProposal(models.Model):
    """A joiner to invite, or a mover whose new post the team has to settle."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    employer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=ProposalKind.choices)
    state = models.CharField(
        max_length=8, choices=ProposalState.choices, default=ProposalState.OPEN
    )
    staff_ref = models.CharField(max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    email = models.EmailField(blank=True)
    given_name = models.CharField(max_length=80, blank=True)
    family_name = models.CharField(max_length=80, blank=True)
    job_title = models.CharField(max_length=120, blank=True)
    work_phone = models.CharField(max_length=30, blank=True)
    line_manager_name = models.CharField(max_length=160, blank=True)
    line_manager_email = models.EmailField(blank=True)
    department = models.CharField(max_length=80, blank=True)
    to_employer = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    effective_on = models.DateField()
    standing_ended_at = models.DateTimeField(null=True, blank=True)
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    refusal_reason = models.CharField(max_length=400, blank=True)

    objects = StaffProposalQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["effective_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="mover_has_an_account_and_joiner_an_address",
                condition=Q(kind=ProposalKind.MOVER, user__isnull=False)
                | (Q(kind=ProposalKind.JOINER) & ~Q(email="")),
            ),
            models.CheckConstraint(
                name="answered_proposal_says_when",
                condition=Q(state=ProposalState.OPEN, decided_at__isnull=True)
                | (~Q(state=ProposalState.OPEN) & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="refused_proposal_says_why",
                condition=~Q(state=ProposalState.REFUSED) | ~Q(refusal_reason=""),
            ),
            models.UniqueConstraint(
                name="one_open_proposal_a_person",
                fields=["employer", "staff_ref", "kind"],
                condition=Q(state=ProposalState.OPEN),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} proposed for organisation {self.employer_id}"
