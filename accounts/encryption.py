"""Text encrypted at rest: TOTP secrets, held search forms. Nothing that must be searched."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def encrypt(text: str) -> str:
    """`text` under the newest of the field keys."""
    return _cipher().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """What `encrypt` was given. Raises `cryptography.fernet.InvalidToken` if no key fits."""
    return _cipher().decrypt(encrypted.encode()).decode()


def _cipher() -> MultiFernet:
    """Keys separate from SECRET_KEY, newest first, so that they can be rotated."""
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])
