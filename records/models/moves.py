"""House moves from one authority to another, and who answers for the child meanwhile: always the
authority that did, until the other one has said yes.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Authority
from accounts.models.feeds import FromFeed
from records.models.children import ChildRecord


class MoveState(models.TextChoices):
    OPEN = "open", "Waiting for an answer"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Taken back"
    OVERTAKEN = "overtaken", "Overtaken: another authority is responsible already"


class MoveRefusal(models.TextChoices):
    """Coded, so that no story about a child can be written down here."""

    NOT_LIVING_HERE = "not_living_here", "The child does not live in our area"
    PLACED = "placed", "The child is placed with us; responsibility stays"
    WORK_NOT_HANDED_OVER = "work_not_handed_over", "Work in progress has to be handed over first"
    ALREADY_BACK = "already_back", "The child has moved back, or on"


class MoveQuerySet(models.QuerySet["HouseMove"]):
    def open(self) -> "MoveQuerySet":
        """Not answered yet."""
        return self.filter(state=MoveState.OPEN)

    def overdue(self) -> "MoveQuerySet":
        """Not answered by the day on which an answer was due."""
        return self.open().filter(due_at__lt=Now())


class HouseMove(FromFeed):
    """A child moved home from one authority to another, which is asked to take over.

    The authority that answered for the child does so until the offer is accepted: nothing changes
    when the deadline passes but that both are reminded. `awaits` is the authority whose answer is
    due: the new one when the old one offers, the old one when the new one asks. `recorded_at` is
    when we learned of it, `moved_on` when the family moved.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    child = models.ForeignKey(ChildRecord, on_delete=models.PROTECT, related_name="moves")
    from_authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    to_authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    awaits = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="moves_to_answer")
    moved_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(
        max_length=9, choices=MoveState.choices, default=MoveState.OPEN, db_default=MoveState.OPEN
    )
    refusal = models.CharField(
        max_length=20, choices=MoveRefusal.choices, blank=True, db_default=""
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = MoveQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["due_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="house_move_leads_elsewhere", condition=~Q(from_authority=F("to_authority"))
            ),
            models.CheckConstraint(
                name="move_awaits_one_of_the_two",
                condition=Q(awaits=F("from_authority")) | Q(awaits=F("to_authority")),
            ),
            models.CheckConstraint(
                name="move_due_after_recorded", condition=Q(due_at__gt=F("recorded_at"))
            ),
            models.CheckConstraint(
                name="move_answer_says_when",
                condition=Q(state=MoveState.OPEN, answered_at__isnull=True)
                | (Q(state__in=MoveState.values, answered_at__isnull=False) & ~Q(state="open")),
            ),
            models.CheckConstraint(
                name="move_refusal_says_why",
                condition=Q(state=MoveState.REFUSED, refusal__in=MoveRefusal.values)
                | (~Q(state=MoveState.REFUSED) & Q(refusal="")),
            ),
            models.CheckConstraint(
                name="move_recorded_by_somebody",
                condition=Q(recorded_by__isnull=False) | ~Q(source="") & ~Q(source_ref=""),
            ),
            models.UniqueConstraint(
                name="one_open_move_a_child",
                fields=["child"],
                condition=Q(state=MoveState.OPEN),
            ),
            FromFeed.once("move_source_row_once"),
        ]
        indexes = [
            models.Index(
                name="move_to_answer", fields=["awaits", "due_at"], condition=Q(state="open")
            ),
        ]

    def __str__(self) -> str:
        return f"house move {self.pk}"
