"""Signed statements about the tree: C2SP signed notes, checkpoints and cosignatures. No storage.

Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature; Ed25519 is RFC
8032. A checkpoint holds a size and a root hash and nothing else: no person, no child, no event.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

DASH = "\u2014 "
MOST_SIGNATURES = 32
_NAME = re.compile(r"[^\s+]+\Z")
_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})\Z")


class NoteInvalid(ValueError):
    """A text is not a note, a checkpoint or a key of the form the C2SP specifications give."""


class KeyKind(IntEnum):
    """The signature type bytes of c2sp.org/signed-note that are used here."""

    LOG = 1  # Ed25519 over the text
    WITNESS = 4  # timestamped Ed25519 cosignature/v1


@dataclass(frozen=True)
class Verifier:
    """A public key under a name: what everybody may know."""

    name: str
    kind: KeyKind
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that, with the name, tell which key signed."""
        hashed = hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public)
        return hashed.digest()[:4]

    def to_vkey(self) -> str:
        """The key as one line of text: `name+id+key`."""
        key = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def from_vkey(cls, vkey: str) -> Verifier:
        """The key of such a line. Raises NoteInvalid."""
        name, kind, key = _split_key(vkey.strip())
        verifier = cls(name, kind, key)
        if vkey.strip() != verifier.to_vkey():
            raise NoteInvalid("the identifier of this key does not fit the key")
        return verifier

    def verify(self, text: str, signature: bytes) -> int | None:
        """The time of a cosignature in seconds since 1970, 0 for a log's signature; None if it is
        not this key's signature of this text.
        """
        if self.kind is KeyKind.LOG:
            return 0 if self._signed(text.encode(), signature) else None
        if len(signature) != 72:
            return None
        (seconds,) = struct.unpack(">Q", signature[:8])
        message = _cosigned_message(text, seconds)
        return seconds if self._signed(message, signature[8:]) else None

    def _signed(self, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class Signer:
    """A private key under a name: the sealer's, or a witness's."""

    name: str
    kind: KeyKind
    secret: bytes

    def __repr__(self) -> str:
        return f"Signer({self.name!r})"

    @classmethod
    def generate(cls, name: str, kind: KeyKind) -> Signer:
        """A new key. Raises NoteInvalid for a name with a space or a plus sign."""
        if not _NAME.match(name):
            raise NoteInvalid("a key's name has no spaces and no plus sign")
        return cls(name, kind, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.secret)

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self.kind, self._private.public_key().public_bytes_raw())

    def to_skey(self) -> str:
        """The private key as one line of text, for a file that one process alone may read."""
        key = base64.b64encode(bytes([self.kind]) + self.secret).decode()
        return f"PRIVATE+KEY+{self.name}+{self.verifier.key_id.hex()}+{key}"

    @classmethod
    def from_skey(cls, skey: str) -> Signer:
        """The key of such a line. Raises NoteInvalid, never naming the key."""
        start, rest = skey.strip()[:12], skey.strip()[12:]
        if start != "PRIVATE+KEY+":
            raise NoteInvalid("this is not a private key for notes")
        return cls(*_split_key(rest))

    def signature_line(self, text: str, *, at: int = 0) -> str:
        """One signature line for `text`; a cosignature is dated `at`, in seconds since 1970."""
        if self.kind is KeyKind.LOG:
            signature = self._private.sign(text.encode())
        else:
            signed = self._private.sign(_cosigned_message(text, at))
            signature = struct.pack(">Q", at) + signed
        blob = base64.b64encode(self.verifier.key_id + signature).decode()
        return f"{DASH}{self.name} {blob}\n"


def _cosigned_message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _split_key(line: str) -> tuple[str, KeyKind, bytes]:
    name, _, rest = line.partition("+")
    key_id, _, key = rest.partition("+")
    try:
        kind, *public = base64.b64decode(key, validate=True)
        found = KeyKind(kind)
    except (binascii.Error, ValueError):
        raise NoteInvalid("this is not a key for notes") from None
    if not _NAME.match(name) or len(key_id) != 8 or len(public) != 32:
        raise NoteInvalid("this is not a key for notes")
    return name, found, bytes(public)


@dataclass(frozen=True)
class Checkpoint:
    """The state of the tree: whose it is, how many leaves, the root hash."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def from_text(cls, text: str) -> Checkpoint:
        """The checkpoint of such lines; extension lines are refused. Raises NoteInvalid."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0] or not _SIZE.match(lines[1]):
            raise NoteInvalid("a checkpoint is an origin, a size and a root hash, a line each")
        root = decoded_hash(lines[2])
        return cls(lines[0], int(lines[1]), root)


def decoded_hash(line: str) -> bytes:
    """The 32 bytes of a base64 line. Raises NoteInvalid."""
    try:
        hashed = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        raise NoteInvalid("a hash is written in base64") from None
    if len(hashed) != 32 or base64.b64encode(hashed).decode() != line:
        raise NoteInvalid("a hash has 32 bytes")
    return hashed


@dataclass(frozen=True)
class Signature:
    """One signature line: who says to have signed, and with which key."""

    name: str
    key_id: bytes
    signature: bytes
    line: str


@dataclass(frozen=True)
class Note:
    """A text and its signatures; nothing is believed before `signed_by` was asked."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, note: str) -> Note:
        """Splits text and signature lines. Raises NoteInvalid."""
        text, separator, lines = note.rpartition("\n\n")
        if not separator or not lines.endswith("\n") or _has_control_characters(note):
            raise NoteInvalid("a note is a text, an empty line and signature lines")
        signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
        if len(signatures) > MOST_SIGNATURES:
            raise NoteInvalid("a note has at most 32 signatures here")
        return cls(text + "\n", signatures)

    def signed_by(self, verifiers: Iterable[Verifier]) -> dict[Verifier, int]:
        """Which of these keys signed, and when (0 for a log).

        Raises NoteInvalid if a line that claims to be of a known key is not.
        """
        known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
        found: dict[Verifier, int] = {}
        for signature in self.signatures:
            verifier = known.get((signature.name, signature.key_id))
            if verifier is None:
                continue
            at = verifier.verify(self.text, signature.signature)
            if at is None:
                raise NoteInvalid(f"the signature of {verifier.name} is not right")
            found[verifier] = at
        return found


def _signature(line: str) -> Signature:
    name, _, blob = line.removeprefix(DASH).partition(" ")
    try:
        signed = base64.b64decode(blob, validate=True)
    except (binascii.Error, ValueError):
        signed = b""
    if not line.startswith(DASH) or not _NAME.match(name) or len(signed) < 5:
        raise NoteInvalid("a signature line is a dash, a name and a signature in base64")
    return Signature(name, signed[:4], signed[4:], line + "\n")


def _has_control_characters(note: str) -> bool:
    return any(character < " " and character != "\n" for character in note)
