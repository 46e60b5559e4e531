"""The witness: a small process of somebody else's that cosigns the growth of our tree, and nothing
but growth. It speaks c2sp.org/tlog-witness over HTTP and keeps its own key and state.

Deliberately without Django and database: `python -m audit.ledger.witness --help`. It remembers, for
each log, the newest checkpoint it cosigned, on disk before it answers; every note it cosigned stays
in `notes/`, which is what an auditor gives `audit_verify --notes`.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from audit.ledger.keys import read_key, write_key
from audit.ledger.merkle import EMPTY_ROOT, proves_consistency
from audit.ledger.notes import (
    Checkpoint,
    KeyKind,
    Note,
    NoteInvalid,
    Signer,
    Verifier,
    decoded_hash,
)

MOST_BYTES = 64 * 1024  # of a request; 63 hashes and 32 signatures need far less
MOST_HASHES = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})\Z")


@dataclass(frozen=True)
class Answer:
    """A status of c2sp.org/tlog-witness and its body."""

    status: HTTPStatus
    body: str = ""
    kind: str = "text/plain; charset=utf-8"


class Witness:
    """One witness: its key, the logs it knows, and a folder that no other process may write."""

    def __init__(self, signer: Signer, logs: Sequence[Verifier], state: Path) -> None:
        self.signer = signer
        self.state = state
        # A log has two keys while one follows the other.
        self._logs = {log.name: [key for key in logs if key.name == log.name] for log in logs}
        self._one_at_a_time = threading.Lock()
        (state / "notes").mkdir(parents=True, exist_ok=True)

    def add_checkpoint(self, request: str) -> Answer:
        """Cosigns the checkpoint of `request` if it continues what was cosigned before.

        The comparison with the newest checkpoint and its replacement on disk are one step: two
        requests at once cannot roll it back.
        """
        try:
            old, proof, note = _parsed(request)
            checkpoint = Checkpoint.from_text(note.text)
        except NoteInvalid as problem:
            return Answer(HTTPStatus.BAD_REQUEST, f"{problem}\n")
        keys = self._logs.get(checkpoint.origin)
        if keys is None:
            return Answer(HTTPStatus.NOT_FOUND, "this witness does not know that log\n")
        if not _is_signed_by(keys, note):
            return Answer(HTTPStatus.FORBIDDEN, "not signed by a key of that log\n")
        if old > checkpoint.size:
            return Answer(HTTPStatus.BAD_REQUEST, "the old size is above the checkpoint's\n")
        with self._one_at_a_time:
            return self._continued(old, proof, checkpoint)

    def _continued(self, old: int, proof: list[bytes], new: Checkpoint) -> Answer:
        newest = self.newest(new.origin)
        if old != newest.size:
            return Answer(HTTPStatus.CONFLICT, f"{newest.size}\n", "text/x.tlog.size")
        if old == new.size and newest.root != new.root:
            return Answer(HTTPStatus.CONFLICT, f"{newest.size}\n", "text/x.tlog.size")
        if not proves_consistency(old, newest.root, new.size, new.root, proof):
            return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "the proof does not hold\n")
        line = self.signer.signature_line(new.text(), at=int(time.time()))
        self._remember(new, line)
        return Answer(HTTPStatus.OK, line)

    def newest(self, origin: str) -> Checkpoint:
        """The newest checkpoint cosigned for this log; the empty tree if there is none.

        Raises NoteInvalid if the state on disk cannot be read: better silent than wrong.
        """
        path = self._newest_path(origin)
        if not path.exists():
            return Checkpoint(origin, 0, EMPTY_ROOT)
        note = Note.parse(path.read_text(encoding="utf-8"))
        if self.signer.verifier not in note.signed_by([self.signer.verifier]):
            raise NoteInvalid("the state of this witness is not signed by it")
        return Checkpoint.from_text(note.text)

    def _newest_path(self, origin: str) -> Path:
        return self.state / hashlib.sha256(origin.encode()).hexdigest()

    def _remember(self, checkpoint: Checkpoint, line: str) -> None:
        """On the disk before the answer: the note among all notes, then as the newest."""
        note = f"{checkpoint.text()}\n{line}"
        kept = self.state / "notes" / f"{checkpoint.size:020d}-{checkpoint.root.hex()[:16]}"
        _write_durably(kept, note)
        _write_durably(self._newest_path(checkpoint.origin), note)


def _parsed(request: str) -> tuple[int, list[bytes], Note]:
    """Old size, proof and note of an `add-checkpoint` request. Raises NoteInvalid."""
    head, separator, note = request.partition("\n\n")
    first, *hashes = head.split("\n")
    old = _OLD.match(first)
    if not separator or old is None or len(hashes) > MOST_HASHES:
        raise NoteInvalid("a request is an old size, at most 63 hashes, an empty line and a note")
    return int(old[1]), [decoded_hash(line) for line in hashes], Note.parse(note)


def _is_signed_by(keys: Sequence[Verifier], note: Note) -> bool:
    try:
        return bool(note.signed_by(keys))
    except NoteInvalid:
        return False


def _write_durably(path: Path, text: str) -> None:
    """The whole text or none of it, whatever happens to the machine."""
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=".", delete=False, encoding="utf-8"
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class _Handler(BaseHTTPRequestHandler):
    """`POST /add-checkpoint`; everything else is 404."""

    protocol_version = "HTTP/1.1"
    timeout = 10
    server: _Server

    def do_POST(self) -> None:
        """Reads at most MOST_BYTES and answers with one of the statuses of the specification."""
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            self._answer(Answer(HTTPStatus.NOT_FOUND, "only /add-checkpoint is here\n"))
        elif not length.isdecimal() or int(length) > MOST_BYTES:
            self._answer(Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long\n"))
        else:
            self._answer(self._cosigned(self.rfile.read(int(length))))

    def _cosigned(self, body: bytes) -> Answer:
        try:
            return self.server.witness.add_checkpoint(body.decode())
        except UnicodeDecodeError:
            return Answer(HTTPStatus.BAD_REQUEST, "a note is UTF-8\n")
        except (OSError, NoteInvalid) as problem:  # its own state: better silent than wrong
            self.log_error("%s", type(problem).__name__)
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "this witness cannot keep its state\n")

    def _answer(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        if answer.status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            self.send_header("Connection", "close")  # what was sent stays unread
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    request_queue_size = 64  # whoever comes together with others is answered, not cut off
    daemon_threads = True
    witness: Witness


def serve(witness: Witness, host: str, port: int) -> _Server:
    """A server that has begun to listen; `serve_forever` answers. Port 0 picks a free one."""
    server = _Server((host, port), _Handler)
    server.witness = witness
    return server


@contextlib.contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Holds the state folder: two processes on one state could each cosign a different branch."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"Another witness runs on {state}.") from None
        yield


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a witness until it is told to stop."""
    parser = argparse.ArgumentParser(prog="witness", description=__doc__)
    parser.add_argument("--new-key", metavar="NAME", help="write a new key to --key and stop")
    parser.add_argument("--key", type=Path, required=True, help="file of this witness's key")
    parser.add_argument("--state", type=Path, help="folder that this process alone writes")
    parser.add_argument("--log", action="append", default=[], help="a key of a log; repeatable")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8701)
    options = parser.parse_args(arguments)
    if options.new_key:
        signer = Signer.generate(options.new_key, KeyKind.WITNESS)
        write_key(options.key, signer)
        print(signer.verifier.to_vkey())  # noqa: T201  its own screen
        return
    if not options.state or not options.log:
        parser.error("give --state and at least one --log")
    try:
        logs = [Verifier.from_vkey(vkey) for vkey in options.log]
        signer = read_key(options.key, KeyKind.WITNESS)
    except (NoteInvalid, OSError) as problem:
        parser.error(str(problem))
    with _alone(options.state):
        server = serve(Witness(signer, logs, options.state), options.host, options.port)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        print(f"Witness {signer.verifier.to_vkey()}", flush=True)  # noqa: T201  its own screen
        server.serve_forever()


if __name__ == "__main__":
    main()
