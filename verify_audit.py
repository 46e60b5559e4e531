#!/usr/bin/env python3
"""Checks a bundle of ContactPoint's audit log without ContactPoint.

    python verify_audit.py BUNDLE.json --log-key VKEY --witness-key VKEY [--witness-key VKEY …]

Needs Python 3.11 and the package `cryptography`, nothing else; no network, no database. For each
event it makes the leaf hash from the text, follows the proof to the root, and checks that the log
signed that root and a witness saw it. The keys must come from somewhere other than the bundle: the
log's and the witnesses' own publications.

Deliberately one file that shares no code with what it checks. Sources: RFC 6962 section 2.1,
RFC 8785, RFC 8032, c2sp.org/tlog-proof, /signed-note, /tlog-checkpoint, /tlog-cosignature.

Exit codes: 0 good, 1 something is not right, 2 cannot decide (unreadable, or no key given).
"""

import argparse
import base64
import hashlib
import json
import struct
import sys
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

GOOD, WRONG, UNDECIDED = 0, 1, 2
LOG, WITNESS = 1, 4  # signature types
FORMAT = "contactpoint.audit-bundle/v1"


class Undecided(Exception):
    """The file, or a key, cannot be read as what it should be."""


class Wrong(Exception):
    """Something that should hold does not."""


@dataclass(frozen=True)
class Key:
    """A public key by name."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(
            self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        ).digest()[:4]

    @classmethod
    def parse(cls, vkey: str, kind: int) -> "Key":
        name, _, rest = vkey.strip().partition("+")
        key_id, _, text = rest.partition("+")
        try:
            blob = base64.b64decode(text, validate=True)
        except ValueError:
            raise Undecided(f"not a key: {vkey!r}") from None
        if len(blob) != 33 or blob[0] != kind:
            raise Undecided(f"not a key of the kind it should be: {vkey!r}")
        key = cls(name, kind, blob[1:])
        if key.id.hex() != key_id:
            raise Undecided(f"the key's identifier does not fit it: {vkey!r}")
        return key

    def signed(self, text: str, signature: bytes) -> bool:
        """A log signs the text; a witness signs a time and the text."""
        message = text.encode()
        if self.kind == WITNESS:
            (seconds,) = struct.unpack(">Q", signature[:8].rjust(8, b"\0"))
            message, signature = f"cosignature/v1\ntime {seconds}\n{text}".encode(), signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def leaf_hash(event: str) -> bytes:
    """The leaf of an event's canonical text. Raises Wrong if the text is not canonical JSON."""
    try:
        row = json.loads(event)
    except ValueError:
        raise Wrong("the event is not JSON") from None
    again = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if again != event or not isinstance(row, dict) or row.get("v") != 1:
        raise Wrong("the event is not in canonical form")
    return hashlib.sha256(b"\x00" + event.encode()).digest()


def root_by_proof(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Follows the audit path upwards (RFC 9162 section 2.1.3.2). Raises Wrong."""
    if not 0 <= index < size:
        raise Wrong("the proof speaks of a leaf that the tree does not have")
    node, last, joined = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise Wrong("the proof is too long")
        if node % 2 or node == last:
            joined = hashlib.sha256(b"\x01" + sibling + joined).digest()
            while node and not node % 2:
                node, last = node // 2, last // 2
        else:
            joined = hashlib.sha256(b"\x01" + joined + sibling).digest()
        node, last = node // 2, last // 2
    if last:
        raise Wrong("the proof is too short")
    return joined


@dataclass(frozen=True)
class Proof:
    """A tlog-proof taken apart."""

    index: int
    path: list[bytes]
    text: str
    size: int
    root: bytes
    signatures: list[tuple[str, bytes]]

    @classmethod
    def parse(cls, proof: str) -> "Proof":
        try:
            head, text, lines = proof.split("\n\n")
            first, index, *path = head.split("\n")
            _, size, root, end = (text + "\n").split("\n")
            if first != "c2sp.org/tlog-proof@v1" or not index.startswith("index ") or end:
                raise ValueError
            signatures = [_signature(line) for line in lines.splitlines()]
            hashes = [base64.b64decode(line, validate=True) for line in path]
            return cls(
                int(index[6:]),
                hashes,
                text + "\n",
                int(size),
                base64.b64decode(root, validate=True),
                signatures,
            )
        except ValueError:
            raise Undecided("a proof in the bundle is not of the form it should be") from None


def _signature(line: str) -> tuple[str, bytes]:
    dash, name, blob = line.split(" ")
    if dash != "\u2014":
        raise ValueError
    return name, base64.b64decode(blob, validate=True)


def check(event: str, proof: Proof, log: Key, witnesses: list[Key]) -> list[str]:
    """Everything that must hold of one event; the names of the witnesses. Raises Wrong."""
    leaf = leaf_hash(event)
    if root_by_proof(leaf, proof.index, proof.size, proof.path) != proof.root:
        raise Wrong("the proof does not lead from this event to the signed root")
    if not _signed_by(log, proof):
        raise Wrong("the log did not sign this root")
    return [witness.name for witness in witnesses if _signed_by(witness, proof)]


def _signed_by(key: Key, proof: Proof) -> bool:
    lines = [blob for name, blob in proof.signatures if name == key.name and blob[:4] == key.id]
    if any(not key.signed(proof.text, blob[4:]) for blob in lines):
        raise Wrong(f"a signature said to be of {key.name} is not")
    return bool(lines)


def check_bundle(path: str, log: Key, witnesses: list[Key]) -> int:
    """Prints a line an event; the exit code."""
    try:
        with open(path, encoding="utf-8") as file:
            bundle = json.load(file)
        if bundle["format"] != FORMAT:
            raise Undecided("this is not a bundle of ContactPoint's audit log")
        pairs = [(str(e["event"]), Proof.parse(e["proof"])) for e in bundle["events"]]
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise Undecided(f"the bundle cannot be read: {type(problem).__name__}") from None
    code = GOOD if pairs else UNDECIDED
    for event, proof in pairs:
        try:
            seen_by = check(event, proof, log, witnesses)
        except Wrong as problem:
            print(f"leaf {proof.index:,}: WRONG: {problem}")
            code = WRONG
            continue
        number = json.loads(event)["id"]
        words = f"witnessed by {', '.join(seen_by)}" if seen_by else "NO KNOWN WITNESS"
        print(f"event {number}: leaf {proof.index:,} of {proof.size:,}, {words}")
        if not seen_by and code == GOOD:
            code = UNDECIDED
    return code


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("bundle")
    parser.add_argument("--log-key", required=True, metavar="VKEY")
    parser.add_argument("--witness-key", action="append", default=[], metavar="VKEY")
    options = parser.parse_args()
    try:
        log = Key.parse(options.log_key, LOG)
        witnesses = [Key.parse(vkey, WITNESS) for vkey in options.witness_key]
        code = check_bundle(options.bundle, log, witnesses)
    except Undecided as problem:
        print(f"Cannot decide: {problem}")
        return UNDECIDED
    print(("Good.", "NOT GOOD.", "Cannot be called good without a known witness.")[code])
    return code


if __name__ == "__main__":
    sys.exit(main())
