"""The account of one named person.

Accounts are closed, never deleted; no account is a superuser.
"""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models.organisations import Authority, Organisation
from accounts.querysets import UserQuerySet


class AccountStatus(models.TextChoices):
    """*Suspended* is our act; *held* is a dormant account; *locked out* is no status but axes'
    answer to bad passwords.
    """

    INVITED = "invited", "Invited"
    ACTIVE = "active", "Active"
    HELD = "held", "Held"
    SUSPENDED = "suspended", "Suspended"
    CLOSED = "closed", "Closed"


class UserManager(BaseUserManager["User"]):
    """Makes accounts. There is no `create_superuser`: nobody stands above the rules."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def with_conditions(self) -> UserQuerySet:
        """See `UserQuerySet.with_conditions`."""
        return self.get_queryset().with_conditions()

    def create_user(self, email: str, password: str | None = None, **facts: Any) -> "User":
        """An account with a usable password only if one is given; e-mail is kept in lower case."""
        user: User = self.model(email=email.strip().lower(), **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who may sign in: names, work contact, line manager, employer and home authority."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField("work e-mail address", unique=True)
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80)
    job_title = models.CharField(max_length=120, blank=True)
    work_phone = models.CharField(max_length=30)
    line_manager_name = models.CharField(max_length=160)
    line_manager_email = models.EmailField()
    employer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="staff")
    # Roles given before this moment were given for another post, so they do not count.
    employer_since = models.DateTimeField(default=timezone.now, editable=False)
    home_authority = models.ForeignKey(
        Authority, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(
        max_length=10, choices=AccountStatus.choices, default=AccountStatus.INVITED
    )
    status_since = models.DateTimeField(auto_now_add=True)
    status_reason = models.CharField(max_length=400, blank=True)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    # One of the two people named at the installation: they vouch for each other, once.
    is_founder = models.BooleanField(default=False, editable=False)
    is_invented = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["given_name", "family_name"]

    # Libraries ask for these; here they are constants, not columns, so nobody can be given them.
    is_superuser = False
    is_staff = False

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="email_in_lower_case", condition=Q(email=Lower("email"))),
            models.CheckConstraint(
                name="account_status_known", condition=Q(status__in=AccountStatus.values)
            ),
            models.CheckConstraint(
                name="stopped_account_says_why",
                condition=~Q(
                    status__in=[AccountStatus.SUSPENDED, AccountStatus.HELD, AccountStatus.CLOSED]
                )
                | ~Q(status_reason=""),
            ),
        ]
        indexes = [models.Index(fields=["employer", "family_name"])]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # a column in Django, a fact of `status` here
        return self.status == AccountStatus.ACTIVE

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Never: permissions are asked of `accounts.policies`, so that every answer has a
        reason.
        """
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Binds sessions to the password *and* the session epoch: raising the epoch ends every
        session at once.
        """
        return salted_hmac(
            "accounts.User.session",
            f"{self.password}:{self.session_epoch}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()
