"""An invitation to set one's first password: a link that comes by mail and a code that is read out
over the telephone. Used once, kept as hashes, short-lived.
"""

import hashlib
import secrets

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django.db.models.functions import Now

WRONG_CODES_ALLOWED = 5  # one in twenty million guesses right; then the invitation is dead


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Neither used nor past its time, by the database's clock, nor guessed at too often."""
        return self.filter(
            used_at__isnull=True, expires_at__gt=Now(), wrong_codes__lt=WRONG_CODES_ALLOWED
        )


class Invitation(models.Model):
    """One invitation of one account. Token and code are handed out once and never stored: the token
    in the link, the code over another channel.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invitations"
    )
    token_hash = models.BinaryField(max_length=32, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    code_hash = models.CharField(max_length=128, default="", editable=False)
    wrong_codes = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"invitation of account {self.user_id}"

    @staticmethod
    def new_token() -> str:
        """256 random bits, safe in a URL."""
        return secrets.token_urlsafe(32)

    @staticmethod
    def hash_of(token: str) -> bytes:
        """SHA-256 of the token: it carries full entropy, so no slow hash is needed."""
        return hashlib.sha256(token.encode()).digest()

    @staticmethod
    def new_code() -> str:
        """Eight digits: what two people can get right on a bad line."""
        return f"{secrets.randbelow(10**8):08}"

    @staticmethod
    def hash_of_code(code: str) -> str:
        """A slow, salted hash: eight digits are soon guessed by whoever holds the table."""
        return make_password(code)

    def takes(self, code: str) -> bool:
        """Whether `code` is this invitation's; spaces do not matter."""
        return check_password("".join(code.split()), self.code_hash)
