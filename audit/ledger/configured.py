"""Keys and witnesses as this installation names them (`AUDIT_…` in the settings)."""

from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from audit.ledger.keys import read_key
from audit.ledger.notes import KeyKind, NoteInvalid, Signer, Verifier
from audit.ledger.offering import WitnessAddress
from audit.ledger.verify import Keys


def log_signer() -> Signer:
    """The sealer's key. Raises ImproperlyConfigured where this process has none."""
    if not settings.AUDIT_LOG_KEY_FILE:
        raise ImproperlyConfigured("AUDIT_LOG_KEY_FILE is not set: this process does not seal.")
    try:
        return read_key(Path(settings.AUDIT_LOG_KEY_FILE), KeyKind.LOG)
    except (NoteInvalid, OSError) as problem:
        raise ImproperlyConfigured(
            f"AUDIT_LOG_KEY_FILE cannot be used: {type(problem).__name__}."
        ) from None


def witnesses() -> list[WitnessAddress]:
    """The witnesses to offer checkpoints to. Raises ImproperlyConfigured for a bad line."""
    return [_witness(line) for line in settings.AUDIT_WITNESSES]


def public_keys() -> Keys:
    """Whose signatures count when this installation verifies itself."""
    try:
        log = [Verifier.from_vkey(vkey) for vkey in settings.AUDIT_LOG_VKEYS]
    except NoteInvalid as problem:
        raise ImproperlyConfigured(f"AUDIT_LOG_VKEYS: {problem}.") from None
    return Keys(log, [witness.verifier for witness in witnesses()])


def notes_folder() -> Path | None:
    """Where the notes of witnesses lie, if anywhere."""
    return Path(settings.AUDIT_NOTES) if settings.AUDIT_NOTES else None


def _witness(line: str) -> WitnessAddress:
    url, _, vkey = line.strip().partition(" ")
    try:
        verifier = Verifier.from_vkey(vkey)
    except NoteInvalid as problem:
        raise ImproperlyConfigured(f"AUDIT_WITNESSES: {problem}.") from None
    if not url.startswith(("http://", "https://")) or verifier.kind is not KeyKind.WITNESS:
        raise ImproperlyConfigured("AUDIT_WITNESSES: give the URL of a witness and its key.")
    return WitnessAddress(url, verifier)
