"""The derived search tables: everything the matcher may use, and nothing it may not.

They can be dropped and rebuilt from the record tables at any time (`manage.py rebuild_search`).
Planner options, storage and the candidate function are in migration 0002.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class ChildSearch(models.Model):
    """One child as the matcher sees it: blocking keys, and the packed document that is scored."""

    child_id = models.IntegerField(primary_key=True)
    keys = ArrayField(models.BigIntegerField())
    doc = models.TextField()

    class Meta:
        db_table = "child_search"
        default_permissions = ()
        indexes = [GinIndex(fields=["keys"], name="child_search_keys", fastupdate=False)]

    def __str__(self) -> str:
        return f"search row of child {self.child_id}"


class NameStat(models.Model):
    """How often a name part occurs: `g` given, `f` family, `#` the stamp of the last count."""

    pk = models.CompositePrimaryKey("kind", "name")
    kind = models.CharField(max_length=1)
    name = models.TextField()
    code = models.BigIntegerField()
    n = models.IntegerField()

    class Meta:
        db_table = "name_stat"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.n}"


class NameDelete(models.Model):
    """A known name under the hash of itself less one letter: near names in one look-up."""

    pk = models.CompositePrimaryKey("hash", "name")
    hash = models.BigIntegerField()
    name = models.TextField()

    class Meta:
        db_table = "name_delete"
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
