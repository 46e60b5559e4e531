"""Numbers that other systems know a child by. Their check digits are checked again by the database.

The same rules in Python, with messages for people, stand in `records/identifiers.py`.
"""

from django.db import models
from django.db.models import BooleanField, F, Func, Q

from records.models.children import ChildRecord


class IdentifierScheme(models.TextChoices):
    NHS_NUMBER = "nhs_number", "NHS number"
    UPN = "upn", "Unique pupil number"
    LOCAL = "local", "Local identifier"


class Identifier(models.Model):
    """One identifier of one child. Two children may claim one number: a fault to find, not hide.

    A wrong one is ended and stays; `ended_on` empty means that it counts and finds the child.
    """

    child = models.ForeignKey(ChildRecord, on_delete=models.PROTECT, related_name="identifiers")
    scheme = models.CharField(max_length=10, choices=IdentifierScheme.choices)
    value = models.CharField(max_length=20)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="identifier_once_a_child",
                fields=["scheme", "value", "child"],
                condition=Q(ended_on__isnull=True),
            ),
            models.CheckConstraint(
                name="identifier_is_valid",
                condition=Func(
                    F("scheme"),
                    F("value"),
                    function="records_identifier_is_valid",
                    output_field=BooleanField(),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} of child record {self.child_id}"
