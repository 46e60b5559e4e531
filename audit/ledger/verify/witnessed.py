"""The tree against what others hold: notes that witnesses signed, and the log's own signatures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from audit.ledger.notes import Checkpoint, Note, NoteInvalid, Verifier
from audit.ledger.tree import NotSealed, SealedTree
from audit.ledger.verify.findings import Code, Finding

_CHECKPOINTS = "SELECT size, note FROM public.audit_checkpoint WHERE size >= %s ORDER BY size"
_COSIGNATURES = """
    SELECT c.size, c.note, s.line FROM public.audit_cosignature s
      LEFT JOIN public.audit_checkpoint c USING (size) WHERE s.size >= %s ORDER BY s.size
"""


@dataclass(frozen=True)
class WitnessedNote:
    """A checkpoint that a known witness signed, and where it was found."""

    checkpoint: Checkpoint
    where: str


def read_notes(
    folder: Path, witnesses: Sequence[Verifier]
) -> tuple[list[WitnessedNote], list[Finding]]:
    """The notes in a folder that are signed by one of these witnesses, smallest first.

    A file that claims to be signed by one of them and is not is a finding; what is no note, or
    nobody's whom we know, is passed over. Raises OSError.
    """
    found: list[WitnessedNote] = []
    findings: list[Finding] = []
    for path in sorted(folder.iterdir()):
        try:
            note = Note.parse(path.read_text(encoding="utf-8"))
            checkpoint = Checkpoint.from_text(note.text)
        except (NoteInvalid, UnicodeDecodeError):
            continue
        try:
            if note.signed_by(witnesses):
                found.append(WitnessedNote(checkpoint, path.name))
        except NoteInvalid as problem:
            findings.append(Finding(Code.SIGNATURE_BAD, f"note {path.name}", str(problem)))
    return sorted(found, key=lambda note: note.checkpoint.size), findings


def check_notes(
    notes: Iterable[WitnessedNote],
    *,
    origin: str,
    size: int,
    roots: Mapping[int, bytes],
    tree: SealedTree,
) -> Iterator[Finding]:
    """Each witnessed note of this log against the tree of `size` leaves; `roots` are those made
    anew by size.
    """
    seen: dict[int, WitnessedNote] = {}
    for note in notes:
        checkpoint = note.checkpoint
        if checkpoint.origin != origin:
            continue
        other = seen.setdefault(checkpoint.size, note)
        if other.checkpoint.root != checkpoint.root:
            yield Finding(Code.FORK, f"size {checkpoint.size}", f"{other.where} and {note.where}")
        if checkpoint.size > size:
            yield Finding(Code.TAIL_TRUNCATED, f"size {checkpoint.size}", f"there are {size}")
        elif _root(checkpoint.size, roots, tree) != checkpoint.root:
            yield Finding(Code.HISTORY_REWRITTEN, f"size {checkpoint.size}", note.where)


def _root(size: int, roots: Mapping[int, bytes], tree: SealedTree) -> bytes | None:
    if size in roots:
        return roots[size]
    try:
        return tree.root(size)
    except NotSealed:
        return None


def check_signatures(
    log_keys: Sequence[Verifier],
    witnesses: Sequence[Verifier],
    *,
    since: int,
    roots: Mapping[int, bytes],
    tree: SealedTree,
    using: str,
) -> Iterator[Finding]:
    """Stored checkpoints (size, root, the log's signature) and stored cosignatures."""
    with connections[using].cursor() as cursor:
        cursor.execute(_CHECKPOINTS, [since])
        for size, note in cursor.fetchall():
            yield from _checkpoint(size, note, log_keys, roots, tree)
        cursor.execute(_COSIGNATURES, [since])
        for size, note, line in cursor.fetchall():
            if note is None:
                yield Finding(Code.CHECKPOINT_MISMATCH, f"size {size}", "cosigned but not there")
            elif not _is_right(note.partition("\n\n")[0] + "\n\n" + line, witnesses):
                yield Finding(Code.SIGNATURE_BAD, f"cosignature of size {size}")


def _checkpoint(
    size: int,
    note: str,
    log_keys: Sequence[Verifier],
    roots: Mapping[int, bytes],
    tree: SealedTree,
) -> Iterator[Finding]:
    try:
        parsed = Note.parse(note)
        checkpoint = Checkpoint.from_text(parsed.text)
        signed = not log_keys or parsed.signed_by(log_keys)
    except NoteInvalid as problem:
        yield Finding(Code.SIGNATURE_BAD, f"checkpoint {size}", str(problem))
        return
    if not signed:
        yield Finding(Code.SIGNATURE_BAD, f"checkpoint {size}", "not signed by the log's key")
    if checkpoint.size != size or _root(size, roots, tree) != checkpoint.root:
        yield Finding(Code.CHECKPOINT_MISMATCH, f"checkpoint {size}")


def _is_right(note: str, witnesses: Sequence[Verifier]) -> bool:
    """False only if a line that claims to be a known witness's is not."""
    try:
        Note.parse(note).signed_by(witnesses)
    except NoteInvalid:
        return False
    return True
