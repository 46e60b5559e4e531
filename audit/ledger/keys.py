"""Key files: one private key a file, readable by the one process that signs with it.

What keys sign and how they look as text is in `notes.py`.
"""

import os
from pathlib import Path

from audit.ledger.notes import KeyKind, NoteInvalid, Signer


def write_key(path: Path, signer: Signer) -> None:
    """A new key file with mode 0400. Raises FileExistsError: no key is ever overwritten."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(signer.to_skey() + "\n")


def read_key(path: Path, kind: KeyKind) -> Signer:
    """The key of such a file. Raises OSError, or NoteInvalid if it is not of this kind."""
    signer = Signer.from_skey(path.read_text(encoding="utf-8"))
    if signer.kind is not kind:
        raise NoteInvalid(f"the key in {path.name} is not a {kind.name.lower()} key")
    return signer
