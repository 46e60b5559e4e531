"""What a personnel system says of where its people live and lived, as keyed hashes only.

No address of a member of staff is ever held. What the hashes are made of: `accounts/households.py`.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.lookups import Regex

from accounts.models.organisations import Organisation

HASHES = r"^([0-9a-f]{64}( [0-9a-f]{64})*)?$"
SURNAMES = r"^([A-Z]+(-[A-Z]+)*( [A-Z]+(-[A-Z]+)*)*)?$"


def _hashes() -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=64), default=list, blank=True)


def _holds_only(column: str, pattern: str) -> models.CheckConstraint:
    """Nothing but hashes, nothing but normalised surnames: an address in clear is refused."""
    joined = models.Func(
        models.F(column),
        models.Value(" "),
        function="array_to_string",
        output_field=models.TextField(),
    )
    return models.CheckConstraint(
        name=f"{column}_hold_nothing_in_clear", condition=Regex(joined, pattern)
    )


class StaffHousehold(models.Model):
    """One person's home, former homes and former surnames, as their employer's feed last said."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="household"
    )
    employer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    homes = _hashes()
    former_homes = _hashes()
    postcodes = _hashes()
    former_surnames = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    told_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()
        indexes = [GinIndex(fields=["homes"], name="staff_homes")]
        constraints = [
            *(_holds_only(name, HASHES) for name in ("homes", "former_homes", "postcodes")),
            _holds_only("former_surnames", SURNAMES),
        ]

    def __str__(self) -> str:
        return f"household of account {self.user_id}"
