"""FIELD_KEY is changed: what was encrypted before is still read, until its key is taken away."""

import pytest
from cryptography.fernet import Fernet, InvalidToken

from accounts.encryption import decrypt, encrypt


def fresh_key() -> str:
    return Fernet.generate_key().decode()


def test_a_second_factor_enrolled_under_the_old_key_still_works_under_the_new(settings):
    old, new = fresh_key(), fresh_key()
    settings.FIELD_KEYS = [old]
    enrolled = encrypt("JBSWY3DPEHPK3PXP")
    settings.FIELD_KEYS = [new, old]
    assert decrypt(enrolled) == "JBSWY3DPEHPK3PXP"
    later = encrypt("JBSWY3DPEHPK3PXP")
    settings.FIELD_KEYS = [new]
    assert decrypt(later) == "JBSWY3DPEHPK3PXP"
    with pytest.raises(InvalidToken):
        decrypt(enrolled)
