"""How far the log was scanned."""

from django.db import models


class ScanCursor(models.Model):
    """The last event that was judged, in the order of eras, transactions and then numbers: an event
    that commits late has an older number, but never an older place in this order than what was
    read, since only transactions that are over are read.
    """

    job = models.CharField(max_length=40, primary_key=True)
    era = models.SmallIntegerField()
    xid = models.BigIntegerField()
    event_id = models.BigIntegerField()
    moved_at = models.DateTimeField()

    class Meta:
        app_label = "audit"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.job} at {self.era}/{self.xid}/{self.event_id}"
