"""Where evidence and answers lie: the private storage `evidence`, under random keys, never under
the web root.

A key says nothing about the file; what it is, and its hash, stand in the database.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, Protocol

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from accounts.uploads.judging import Upload

ALIAS = "evidence"


class Damaged(Exception):
    """The stored file is gone, or is not the one whose hash was kept."""


def keep(upload: Upload) -> str:
    """Stores the file and returns its key."""
    return storages[ALIAS].save(secrets.token_hex(24), ContentFile(upload.content))


def discard(key: str) -> None:
    """Forgets a file whose row was never written."""
    storages[ALIAS].delete(key)


class Kept(Protocol):
    """A row that says where its file lies, and the hash it must have."""

    file_key: Any
    file_hash: Any


def read(item: Kept) -> bytes:
    """The file of an item, proved by its hash. Raises `Damaged`."""
    try:
        with storages[ALIAS].open(item.file_key) as file:
            content: bytes = file.read()
    except OSError as problem:
        raise Damaged from problem
    if item.file_hash is None or hashlib.sha256(content).digest() != bytes(item.file_hash):
        raise Damaged
    return content
