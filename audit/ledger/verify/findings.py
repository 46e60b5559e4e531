"""What the verifier can find, and what the whole amounts to. Words and exit codes only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Code(StrEnum):
    """One kind of finding; every one of them means that somebody tampered, or something broke."""

    ROW_ALTERED = "row-altered"
    ROW_MISSING = "row-missing"
    ROW_NOT_SEALED = "row-not-sealed"
    ROW_BACKDATED = "row-backdated"
    SEAL_GAP = "seal-gap"
    SEAL_ROOT = "seal-root"
    NODE_ALTERED = "node-altered"
    CHECKPOINT_MISMATCH = "checkpoint-mismatch"
    SIGNATURE_BAD = "signature-bad"
    FORK = "fork"
    TAIL_TRUNCATED = "tail-truncated"
    HISTORY_REWRITTEN = "history-rewritten"
    PAYLOAD_MISMATCH = "payload-mismatch"
    ROLLUP_DIFFERS = "rollup-differs"
    GUARD_OFF = "guard-off"


WORDS: dict[Code, str] = {
    Code.ROW_ALTERED: "an event is not as it was when it was sealed",
    Code.ROW_MISSING: "a sealed event is not in the table any more",
    Code.ROW_NOT_SEALED: "an event is in the table that no seal knows and none ever will",
    Code.ROW_BACKDATED: "an event bears a time that does not fit when it was sealed",
    Code.SEAL_GAP: "seals do not follow one another",
    Code.SEAL_ROOT: "a seal does not have the root that its leaves give",
    Code.NODE_ALTERED: "a stored part of the tree is not what its leaves give",
    Code.CHECKPOINT_MISMATCH: "a signed checkpoint does not fit the tree",
    Code.SIGNATURE_BAD: "a signature is not right",
    Code.FORK: "two witnessed notes tell two histories",
    Code.TAIL_TRUNCATED: "a witness saw more events than there are",
    Code.HISTORY_REWRITTEN: "the history is not the one a witness saw",
    Code.PAYLOAD_MISMATCH: "the text belonging to an event was changed, or erased without an event",
    Code.ROLLUP_DIFFERS: "counts do not fit the events they count",
    Code.GUARD_OFF: "a guard of the database is switched off",
}


class Verdict(IntEnum):
    """What it amounts to; the exit code of `audit_verify`."""

    GOOD = 0
    TAMPERED = 1
    UNDECIDED = 2
    LATE = 3


@dataclass(frozen=True)
class Finding:
    """Something is wrong: what, with which row or seal, and a little more for whoever looks."""

    code: Code
    subject: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.subject}: {self.detail or WORDS[self.code]}"


@dataclass
class Report:
    """The answer of one verification."""

    size: int = 0  # leaves in the tree
    rows: int = 0  # events compared with their leaves
    notes: int = 0  # witnessed notes compared with the tree
    witnessed: int = 0  # largest size that a known witness saw and that fits
    findings: list[Finding] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def verdict(self) -> Verdict:
        """Tampering counts more than doubt, doubt more than delay."""
        if self.findings:
            return Verdict.TAMPERED
        if self.undecided:
            return Verdict.UNDECIDED
        return Verdict.LATE if self.late else Verdict.GOOD

    def by_code(self) -> dict[str, int]:
        """How many findings of each kind, for the event."""
        codes = [finding.code.value for finding in self.findings]
        return {code: codes.count(code) for code in sorted(set(codes))}
