"""An investigation, owned by one management team, and what was done in it, line by line."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Organisation, User

HIGH = 2.0  # log-odds: about seven to one


class Status(models.TextChoices):
    """Where a case stands; what leads from one to the next is in `table.py`."""

    OPEN = "open", "Waits for a reviewer"
    REVIEWED = "reviewed", "Under review"
    FOUND = "found", "Finding recorded"
    CLOSED = "closed", "Closed"


class Origin(models.TextChoices):
    TEAM = "team", "Suspended by a person"
    RULE = "rule", "Suspended by the published rules"
    SAID = "said", "Opened on a report; a report suspends nobody"
    CENTRAL = "cent", "Opened by the central team"


class Finding(models.TextChoices):
    """What happened: one axis. Intent, data and the employer's sanction are others, or one of them
    would be taken for the rest (the answer of 12 October 2009 keeps them apart).
    """

    NO_CASE = "no_case", "No case: the look-ups were part of the work"
    LACKED_DATA = "lacked_data", "No case: the system lacked the record that explains them"
    IDENTITY = "identity", "Somebody else used the account"
    PROCEDURE = "procedure", "Procedure was not followed"
    MISUSE = "misuse", "Misuse"


class Intent(models.TextChoices):
    NONE = "none", "No ill intent"
    CURIOSITY = "curiosity", "Curiosity"
    MALICE = "malice", "Ill intent"
    UNKNOWN = "unknown", "Not known"


class EmployerSanction(models.TextChoices):
    """What the employer answered. Discipline is the employer's matter, by its own procedure."""

    NONE = "none", "None"
    TRAINING = "training", "Training"
    WARNING = "warning", "Warning"
    DISMISSED = "dismissed", "Dismissed"
    OTHER = "other", "Other"


class InvestigationQuerySet(models.QuerySet["Investigation"]):
    def live(self) -> InvestigationQuerySet:
        """Not closed."""
        return self.exclude(status=Status.CLOSED)

    def overdue(self) -> InvestigationQuerySet:
        """What is due next is late, by the database's clock."""
        return self.live().filter(due_at__lt=Now())


class Investigation(models.Model):
    """One case about one account. `due_at` is when its next step is due: a reviewer within one
    working day, then the finding, then the employer's answer.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="investigations")
    base = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=4, choices=Origin.choices)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    reasons = models.JSONField()  # sentences, strongest first; encrypted each
    event_ids = models.JSONField(default=list)  # the look-ups it is about
    # The score of the alert, as log-odds of misuse; 0, even, where a person judged.
    risk = models.FloatField(default=0.0, db_default=0.0)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # none: a job
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    # Another team that is asked to take it over; until it accepts, `base` owns it.
    offered_to = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    offered_at = models.DateTimeField(null=True)

    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    finding = models.CharField(max_length=11, choices=Finding.choices, blank=True)
    intent = models.CharField(max_length=9, choices=Intent.choices, blank=True)
    data_compromised = models.BooleanField(null=True)
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    found_at = models.DateTimeField(null=True)
    referred_at = models.DateTimeField(null=True)
    sanction = models.CharField(max_length=9, choices=EmployerSanction.choices, blank=True)
    answered_on = models.DateField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)

    objects = InvestigationQuerySet.as_manager()

    class Meta:
        app_label = "audit"
        default_permissions = ()
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_live_investigation_a_person",
                fields=["person"],
                condition=~Q(status="closed"),
            ),
            models.CheckConstraint(
                name="case_offered_to_another_team",
                condition=Q(offered_to__isnull=True, offered_at__isnull=True)
                | Q(offered_to__isnull=False, offered_at__isnull=False) & ~Q(offered_to=F("base")),
            ),
            models.CheckConstraint(
                name="nobody_reviews_themselves",
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("person")),
            ),
            models.CheckConstraint(
                name="finding_says_who_and_what",
                condition=Q(finding="", found_by__isnull=True, found_at__isnull=True)
                | Q(
                    ~Q(finding=""),
                    ~Q(intent=""),
                    found_by__isnull=False,
                    found_at__isnull=False,
                    data_compromised__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="closed_after_a_finding",
                condition=~Q(status="closed")
                | (Q(closed_by__isnull=False, closed_at__isnull=False) & ~Q(finding="")),
            ),
            models.CheckConstraint(
                name="two_people_close_what_went_wrong",
                condition=~Q(status="closed", finding__in=["misuse", "procedure"])
                | ~Q(closed_by=F("found_by")),
            ),
        ]
        indexes = [
            models.Index(name="investigation_of_base", fields=["base", "status", "due_at"]),
            models.Index(name="investigation_of_person", fields=["person"]),
        ]

    def __str__(self) -> str:
        return f"investigation {self.pk}"

    @property
    def is_high(self) -> bool:
        """Whether the rules found misuse far more likely than not."""
        return self.risk >= HIGH

    @property
    def is_with_suspension(self) -> bool:
        """Whether the account was suspended in the moment in which the case was opened."""
        return self.origin in (Origin.TEAM, Origin.RULE)

    @property
    def went_wrong(self) -> bool:
        """Whether the finding says that the person did something they should not have."""
        return self.finding in (Finding.MISUSE, Finding.PROCEDURE)


class AskedOf(models.TextChoices):
    PERSON = "person", "The person"
    MANAGER = "manager", "Their line manager"
    TEAM = "team", "The management team"


class InvestigationEntry(models.Model):
    """One thing done in a case. Never changed; what was wrong is put right by another entry."""

    investigation = models.ForeignKey(
        Investigation, on_delete=models.PROTECT, related_name="entries"
    )
    at = models.DateTimeField(db_default=Now(), editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # none: a job
    what = models.CharField(max_length=40)  # the event type that says the same
    said = models.TextField(blank=True)  # encrypted
    # whom a question went to
    to = models.CharField(max_length=7, choices=AskedOf.choices, blank=True, db_default="")

    class Meta:
        app_label = "audit"
        default_permissions = ()
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="question_says_whom_it_went_to",
                condition=Q(to="") | Q(what="investigation.questioned", to__in=AskedOf.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} in {self.investigation_id}"


class CaseFile(models.Model):
    """A file that the person sent with an answer: where it lies, what it is, and its hash."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entry = models.ForeignKey(InvestigationEntry, on_delete=models.PROTECT, related_name="files")
    file_key = models.CharField(max_length=64, unique=True)
    file_type = models.CharField(max_length=8)
    file_size = models.PositiveIntegerField()
    file_hash = models.BinaryField(max_length=32)

    class Meta:
        app_label = "audit"
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"file {self.pk}"


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> AlertQuerySet:
        """Not answered."""
        return self.filter(answered_at=None)


class Alert(models.Model):
    """Unusual looks of one person, shown to their team, which suspends or says why not."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="alerts")
    base = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField()
    score = models.FloatField()
    rules = models.JSONField()
    reasons = models.JSONField()  # sentences, strongest first; encrypted each
    not_checked = models.JSONField()
    event_ids = models.JSONField()
    escalated_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)  # why the account is not suspended; encrypted
    investigation = models.ForeignKey(
        Investigation, null=True, on_delete=models.PROTECT, related_name="alerts"
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        app_label = "audit"
        default_permissions = ()
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_alert_a_person",
                fields=["person"],
                condition=Q(answered_at__isnull=True),
            ),
            models.CheckConstraint(
                name="answered_by_another",
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("person")),
            ),
            models.CheckConstraint(
                name="alert_answered_by_suspending_or_with_a_reason",
                condition=Q(answered_at__isnull=True, investigation__isnull=True, answer="")
                | Q(answered_at__isnull=False, investigation__isnull=False)
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
            ),
        ]
        indexes = [models.Index(name="alert_of_base", fields=["base", "answered_at", "due_at"])]

    def __str__(self) -> str:
        return f"alert {self.pk}"


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> ReportQuerySet:
        """Not answered."""
        return self.filter(answered_at=None)


class Report(models.Model):
    """A suspicion that somebody raised, signed in or not. It suspends nobody.

    `base` is the team that answers; none: the central team. A report from outside is found again by
    the hash of a reference that only its sender has, and by their passphrase.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    about = models.TextField()  # whom, as typed; encrypted
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    said = models.TextField()  # encrypted
    contact = models.TextField(blank=True)  # how to reach the sender, if they said; encrypted
    base = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # none: from outside
    reference = models.BinaryField(max_length=32, null=True, unique=True)
    passphrase = models.CharField(max_length=128, blank=True)
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)  # why no case; encrypted
    investigation = models.ForeignKey(
        Investigation, null=True, on_delete=models.PROTECT, related_name="reports"
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        app_label = "audit"
        default_permissions = ()
        ordering = ["due_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="report_from_outside_has_a_reference",
                condition=Q(sender__isnull=False, reference__isnull=True, passphrase="")
                | Q(sender__isnull=True, reference__isnull=False) & ~Q(passphrase=""),
            ),
            models.CheckConstraint(
                name="report_answered_with_a_case_or_a_reason",
                condition=Q(answered_at__isnull=True, investigation__isnull=True, answer="")
                | Q(answered_at__isnull=False, investigation__isnull=False)
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
            ),
        ]
        indexes = [models.Index(name="report_of_base", fields=["base", "answered_at", "due_at"])]

    def __str__(self) -> str:
        return f"report {self.pk}"
