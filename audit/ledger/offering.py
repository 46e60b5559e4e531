"""Offering the newest checkpoint to the witnesses, and keeping what they sign.

A client of c2sp.org/tlog-witness; runs after sealing, in the sealer's process, outside its
transaction: a slow or silent witness delays nothing but its own cosignature.
"""

from __future__ import annotations

import base64
import http.client
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from django.db import connections

from audit.ledger.notes import Note, NoteInvalid, Verifier
from audit.ledger.tree import SealedTree

SECONDS = 10.0
MOST_BYTES = 64 * 1024

_NEWEST = "SELECT size, note FROM public.audit_checkpoint ORDER BY size DESC LIMIT 1"
_COSIGNED = "SELECT max(size) FROM public.audit_cosignature WHERE witness = %s"
_KEEP = """
    INSERT INTO public.audit_cosignature (size, witness, line, cosigned_at)
    VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


class Offered(StrEnum):
    """How it went with one witness."""

    COSIGNED = "cosigned"
    UP_TO_DATE = "up-to-date"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"  # it says that our tree does not continue what it saw: look at once
    NOT_TRUSTED = "not-trusted"  # it does not know us, or we do not know its key


@dataclass(frozen=True)
class WitnessAddress:
    """A witness of our list: where it listens, and the key its cosignatures must be of."""

    url: str
    verifier: Verifier


@dataclass(frozen=True)
class _Newest:
    size: int
    note: str


def offer_checkpoint(witness: WitnessAddress, *, using: str = "sealer") -> Offered:
    """Offers the newest checkpoint to one witness and keeps its cosignature.

    A witness that saw less than we remember (it answers 409 with its size) is offered the growth
    from there once more.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(_NEWEST)
        row = cursor.fetchone()
        cursor.execute(_COSIGNED, [witness.verifier.name])
        cosigned = cursor.fetchone()[0] or 0
    if row is None or row[0] == cosigned:
        return Offered.UP_TO_DATE
    newest, tree = _Newest(*row), SealedTree(using=using)
    try:
        status, body = _post(witness.url, _request(tree, cosigned, newest))
        if status == 409 and body.strip().isdecimal() and int(body) <= newest.size:
            status, body = _post(witness.url, _request(tree, int(body), newest))
    except (OSError, http.client.HTTPException):
        return Offered.UNREACHABLE
    return _kept(status, body, witness, newest, using)


def _request(tree: SealedTree, old: int, newest: _Newest) -> str:
    proof = tree.consistency_proof(old, newest.size)
    hashes = "".join(base64.b64encode(hashed).decode() + "\n" for hashed in proof)
    return f"old {old}\n{hashes}\n{newest.note}"


def _post(url: str, request: str) -> tuple[int, str]:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    client = kind(parts.netloc, timeout=SECONDS)
    try:
        client.request("POST", f"{parts.path.rstrip('/')}/add-checkpoint", request.encode())
        answer = client.getresponse()
        return answer.status, answer.read(MOST_BYTES).decode(errors="replace")
    finally:
        client.close()


def _kept(status: int, body: str, witness: WitnessAddress, newest: _Newest, using: str) -> Offered:
    if status in {409, 422}:
        return Offered.REFUSED
    if status in {403, 404}:
        return Offered.NOT_TRUSTED
    if status != 200:
        return Offered.UNREACHABLE
    try:
        cosigned = Note.parse(newest.note + body)
        at = cosigned.signed_by([witness.verifier]).get(witness.verifier)
    except NoteInvalid:
        at = None
    if at is None:
        return Offered.NOT_TRUSTED
    (line,) = (s.line for s in cosigned.signatures if s.name == witness.verifier.name)
    moment = datetime.fromtimestamp(at, UTC)
    with connections[using].cursor() as cursor:
        cursor.execute(_KEEP, [newest.size, witness.verifier.name, line, moment])
    return Offered.COSIGNED
