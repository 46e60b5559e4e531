"""An application for accreditation: its people, its evidence and its thread of questions.

The accreditation that may come of it is in `accreditation.py`; uploaded files are judged in
`accounts/uploads`.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models.organisations import Organisation
from accounts.querysets import ApplicationQuerySet
from accounts.states import APPLICATION_STATES, DECIDED_STATES, OPEN_STATES, State


class EvidenceKind(models.TextChoices):
    """What an organisation shows before its people may have accounts; each is required."""

    DISCIPLINARY = "disciplinary_procedures", "Disciplinary procedures"
    DATA_PROTECTION = "data_protection_lead", "Data-protection lead"
    SECURITY = "information_security", "Information-security statement"
    CHECKS = "criminal_record_checks", "Criminal-record-check policy"
    TRAINING = "training_arrangements", "Training arrangements"
    INVESTIGATION = "local_investigation", "Local investigation procedure"


# Kinds that name a person to turn to; the first of them also the policy's version.
WITH_CONTACT = (EvidenceKind.DISCIPLINARY, EvidenceKind.DATA_PROTECTION)


class AccreditationApplication(models.Model):
    """One request to be accredited, or accredited again, beside an accreditation that may be live.

    `round` counts submissions, so that a decision names what was decided on.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="applications"
    )
    renews = models.ForeignKey(
        "accounts.Accreditation",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="renewals",
    )
    status = models.CharField(
        max_length=12,
        choices=[(s.value, s.label) for s in APPLICATION_STATES],
        default=State.DRAFT.value,
    )
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(auto_now_add=True)
    round = models.PositiveSmallIntegerField(default=0)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=400, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="application_status_known",
                condition=Q(status__in=[s.value for s in APPLICATION_STATES]),
            ),
            models.CheckConstraint(
                name="decision_by_a_person_after_submission",
                condition=Q(
                    status__in=[s.value for s in DECIDED_STATES],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    submitted_by__isnull=False,
                )
                | (
                    ~Q(status__in=[s.value for s in DECIDED_STATES])
                    & Q(decided_by__isnull=True, decided_at__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="submitter_does_not_decide",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="starter_does_not_decide",
                condition=Q(decided_by__isnull=True)
                | Q(started_by__isnull=True)
                | ~Q(decided_by=F("started_by")),
            ),
            models.CheckConstraint(
                name="refused_application_says_why",
                condition=~Q(status=State.REFUSED.value) | ~Q(decision_reason=""),
            ),
            models.CheckConstraint(
                name="deputy_is_another_person",
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("applicant")),
            ),
            models.UniqueConstraint(
                name="one_open_application",
                fields=["organisation"],
                condition=Q(status__in=[s.value for s in OPEN_STATES]),
            ),
        ]
        indexes = [models.Index(fields=["status", "due_on"])]

    def __str__(self) -> str:
        return f"{self.organisation}: application, {self.get_status_display()}"

    @property
    def state(self) -> State:
        """The status as the table of states knows it."""
        return State(self.status)


class EvidenceItem(models.Model):
    """One item of evidence: a file or a reference, with its date and its expiry.

    Never rewritten: a newer item takes its place and the older one stays, marked removed.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        AccreditationApplication, on_delete=models.PROTECT, related_name="evidence"
    )
    kind = models.CharField(max_length=24, choices=EvidenceKind.choices)
    reference = models.CharField(max_length=200, blank=True)
    dated_on = models.DateField()
    expires_on = models.DateField()
    version = models.CharField(max_length=40, blank=True)
    contact_name = models.CharField(max_length=160, blank=True)
    contact_email = models.EmailField(blank=True)
    contact_phone = models.CharField(max_length=30, blank=True)
    file_key = models.CharField(max_length=64, blank=True)  # where in the private storage
    file_type = models.CharField(max_length=8, blank=True)
    file_size = models.PositiveIntegerField(null=True, blank=True)
    file_hash = models.BinaryField(max_length=32, null=True, blank=True)
    carried_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["kind", "pk"]
        constraints = [
            models.CheckConstraint(
                name="evidence_kind_known", condition=Q(kind__in=EvidenceKind.values)
            ),
            models.CheckConstraint(
                name="evidence_is_file_or_reference",
                condition=~Q(reference="") | ~Q(file_key=""),
            ),
            models.CheckConstraint(
                name="evidence_file_is_whole",
                condition=Q(file_key="", file_type="", file_size=None, file_hash=None)
                | (
                    ~Q(file_key="") & ~Q(file_type="") & Q(file_size__gt=0, file_hash__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="evidence_dates_in_order", condition=Q(dated_on__lte=F("expires_on"))
            ),
            models.CheckConstraint(
                name="evidence_names_who_is_responsible",
                condition=~Q(kind__in=[kind.value for kind in WITH_CONTACT])
                | (~Q(contact_name="") & ~Q(contact_email="")),
            ),
            models.CheckConstraint(
                name="disciplinary_procedures_have_a_version",
                condition=~Q(kind=EvidenceKind.DISCIPLINARY.value) | ~Q(version=""),
            ),
            models.UniqueConstraint(
                name="one_live_item_of_a_kind",
                fields=["application", "kind"],
                condition=Q(removed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class ApplicationMessage(models.Model):
    """One question of an officer or answer of the applicant. Never changed, never deleted."""

    application = models.ForeignKey(
        AccreditationApplication, on_delete=models.PROTECT, related_name="thread"
    )
    is_question = models.BooleanField()
    text = models.TextField(max_length=2000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(name="message_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return "question" if self.is_question else "answer"
