"""Search terms between the POST that stated them and the GET that searches: erasable."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from records.models.enquiries import Enquiry


class AddressStep(models.TextChoices):
    """How far a search by address alone has come; each step follows the one above."""

    ASKED = "asked", "Nothing shown"
    COUNTED = "counted", "About how many children was shown"
    CONFIRMED = "confirmed", "Its children were asked for"


class SearchRequest(models.Model):
    """One posted search form, bound to the account, session, grant and enquiry it came from.

    `terms` is what was typed, encrypted with the field key: a copy of the table tells nothing.
    Rows live for minutes. A draft is a form whose session ended before it could be sent: bound to
    the account alone. `address_step` is empty but for a search by address alone.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    session_ref = models.BinaryField(max_length=16, null=True)
    grant_id = models.BigIntegerField(null=True)
    enquiry = models.ForeignKey(Enquiry, null=True, on_delete=models.PROTECT, related_name="+")
    terms = models.TextField()
    is_draft = models.BooleanField(default=False)
    address_step = models.CharField(
        max_length=9, choices=AddressStep.choices, blank=True, default=""
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False, db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="search_request_is_bound",
                condition=Q(is_draft=True)
                | Q(session_ref__isnull=False, grant_id__isnull=False, enquiry__isnull=False),
            ),
            models.CheckConstraint(
                name="search_request_step_is_known",
                condition=Q(address_step="")
                | Q(is_draft=False, address_step__in=AddressStep.values),
            ),
        ]

    def __str__(self) -> str:
        return f"search request {self.key}"
