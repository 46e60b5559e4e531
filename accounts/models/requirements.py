"""What everybody must have passed and accepted: versions of the course and of the user agreement,
and who did. All append-only: a published version is never changed.

`everybody_by`: the last day on which older versions still count; empty: they go on counting.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.querysets import VersionQuerySet


class Version(models.Model):
    """What versions of course and agreement share."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    everybody_by = models.DateField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(auto_now_add=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"version {self.number}"


class AgreementVersion(Version):
    """One published text of the user agreement."""

    text = models.TextField()

    class Meta(Version.Meta):
        constraints = [
            models.CheckConstraint(name="agreement_has_a_text", condition=~Q(text="")),
            models.CheckConstraint(name="agreement_from_one", condition=Q(number__gte=1)),
        ]

    @property
    def sections(self) -> list[tuple[str, str]]:
        """Heading and body of each part; parts are set apart by an empty line, and one of a single
        line has no heading.
        """
        parts = [part.strip().partition("\n") for part in self.text.split("\n\n") if part.strip()]
        return [(first, rest) if rest else ("", first) for first, _, rest in parts]


class AgreementAcceptance(models.Model):
    """One person agreed to one version."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="acceptances"
    )
    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="acceptances"
    )
    accepted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        ordering = ["-version_id"]
        constraints = [
            models.UniqueConstraint(name="agreement_accepted_once", fields=["user", "version"])
        ]

    def __str__(self) -> str:
        return f"account {self.user_id} accepted {self.version_id}"


class CourseVersion(Version):
    """One published version of the user training; `valid_months` is how long a pass counts."""

    title = models.CharField(max_length=120)
    valid_months = models.PositiveSmallIntegerField()

    class Meta(Version.Meta):
        constraints = [
            models.CheckConstraint(name="course_has_a_title", condition=~Q(title="")),
            models.CheckConstraint(name="course_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="course_counts_for_a_while", condition=Q(valid_months__range=(1, 60))
            ),
        ]


class TrainingResult(models.Model):
    """One person passed one version of the course; who recorded it, until when it counts."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="training_results"
    )
    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="results")
    passed_on = models.DateField()
    valid_until = models.DateField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        ordering = ["-passed_on", "-id"]
        constraints = [
            models.CheckConstraint(name="training_by_another", condition=~Q(recorded_by=F("user"))),
            models.CheckConstraint(
                name="training_dates_in_order", condition=Q(valid_until__gt=F("passed_on"))
            ),
            models.UniqueConstraint(
                name="training_recorded_once", fields=["user", "version", "passed_on"]
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.user_id} passed {self.version_id} on {self.passed_on}"
