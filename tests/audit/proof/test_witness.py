"""The witness cosigns growth and nothing else, over real HTTP, and remembers before it answers."""

import base64
import http.client
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from audit.ledger import merkle, witness
from audit.ledger.notes import Checkpoint, KeyKind, Note, Signer

ORIGIN = "index.example/audit"
LOG = Signer.generate(ORIGIN, KeyKind.LOG)
KEY = Signer.generate("witness.example/w1", KeyKind.WITNESS)


class Tree:
    """A log of `number` leaves, all of one kind: another kind is another history."""

    def __init__(self, kind: str, most: int = 64) -> None:
        self.leaves = [merkle.leaf_hash(f"{kind}{number}".encode()) for number in range(most)]

    def perfect(self, level: int, index: int) -> bytes:
        edge = merkle.Edge()
        list(edge.grow(self.leaves[index << level : (index + 1) << level]))
        return edge.root()

    def checkpoint(self, size: int) -> Checkpoint:
        edge = merkle.Edge()
        list(edge.grow(self.leaves[:size]))
        return Checkpoint(ORIGIN, size, edge.root())

    def request(self, old: int, size: int, *, by: Signer = LOG, proof_of: int | None = None) -> str:
        text = self.checkpoint(size).text()
        proof_from = old if proof_of is None else proof_of
        proof = merkle.consistency_proof(min(proof_from, size), size, self.perfect)
        hashes = "".join(base64.b64encode(h).decode() + "\n" for h in proof)
        return f"old {old}\n{hashes}\n{text}\n{by.signature_line(text)}"


TREE = Tree("event")


@contextmanager
def running(state: Path) -> Iterator[int]:
    """A witness that answers; yields its port."""
    server = witness.serve(witness.Witness(KEY, [LOG.verifier], state), "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def ask(port: int, request: str | bytes, path: str = "/add-checkpoint") -> tuple[int, str]:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        client.request("POST", path, request if isinstance(request, bytes) else request.encode())
        answer = client.getresponse()
        return answer.status, answer.read().decode()
    finally:
        client.close()


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with running(tmp_path) as port:
        yield port


def test_growth_is_cosigned_step_by_step(port: int) -> None:
    for old, size in ((0, 3), (3, 3), (3, 10), (10, 64)):
        status, line = ask(port, TREE.request(old, size))
        assert status == 200
        note = Note.parse(f"{TREE.checkpoint(size).text()}\n{line}")
        assert KEY.verifier in note.signed_by([KEY.verifier])


def test_a_fork_is_refused(port: int) -> None:
    assert ask(port, TREE.request(0, 10))[0] == 200
    other = Tree("another history")
    assert ask(port, other.request(10, 20)) == (422, "the proof does not hold\n")
    assert ask(port, other.request(10, 10)) == (409, "10\n")
    assert ask(port, TREE.request(10, 20))[0] == 200


def test_a_rollback_is_refused(port: int) -> None:
    assert ask(port, TREE.request(0, 10))[0] == 200
    assert ask(port, TREE.request(10, 5))[0] == 400
    assert ask(port, TREE.request(5, 8)) == (409, "10\n")
    assert ask(port, TREE.request(0, 5)) == (409, "10\n")


def test_a_proof_of_something_else_is_refused(port: int) -> None:
    assert ask(port, TREE.request(0, 10))[0] == 200
    assert ask(port, TREE.request(10, 20, proof_of=9))[0] == 422
    assert ask(port, TREE.request(10, 20).replace("\n\n", "\n" + "A" * 43 + "=\n\n", 1))[0] == 422


def test_an_unknown_log_is_404_and_a_stranger_with_its_name_403(port: int) -> None:
    stranger = Signer.generate("other.example/log", KeyKind.LOG)
    text = Checkpoint(stranger.name, 1, bytes(32)).text()
    assert ask(port, f"old 0\n\n{text}\n{stranger.signature_line(text)}")[0] == 404
    impostor = Signer.generate(ORIGIN, KeyKind.LOG)
    assert ask(port, TREE.request(0, 10, by=impostor))[0] == 403
    assert ask(port, TREE.request(0, 10).replace("\n10\n", "\n11\n"))[0] == 403


@pytest.mark.parametrize(
    "request_body",
    [
        b"",
        b"\xff\xfe",
        b"old -1\n\n",
        b"old 01\n\nx\n1\n\n",
        TREE.request(0, 3).replace("old 0", "new 0").encode(),
        TREE.request(3, 10).replace("=\n", "?\n", 1).encode(),
        (
            "old 1\n" + ("A" * 43 + "=\n") * 64 + "\n" + TREE.request(0, 3).split("\n\n", 1)[1]
        ).encode(),
    ],
)
def test_what_is_no_request_is_400(port: int, request_body: bytes) -> None:
    assert ask(port, request_body)[0] == 400


def test_other_addresses_and_long_requests_are_refused(port: int) -> None:
    assert ask(port, TREE.request(0, 3), path="/")[0] == 404
    assert ask(port, b"x" * (witness.MOST_BYTES + 1))[0] == 413
    assert ask(port, TREE.request(0, 3))[0] == 200


def test_what_was_cosigned_is_remembered_across_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as port:
        assert ask(port, TREE.request(0, 10))[0] == 200
    with running(tmp_path) as port:
        assert ask(port, TREE.request(0, 5)) == (409, "10\n")
        assert ask(port, TREE.request(10, 11))[0] == 200
    assert len(list((tmp_path / "notes").iterdir())) == 2


def test_a_witness_whose_disk_is_full_does_not_cosign(tmp_path: Path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with running(tmp_path) as port:
        monkeypatch.setattr(witness.os, "fsync", full)
        assert ask(port, TREE.request(0, 10))[0] == 500
        monkeypatch.undo()
        assert ask(port, TREE.request(0, 10))[0] == 200


def test_a_witness_whose_state_was_damaged_does_not_cosign(tmp_path: Path) -> None:
    with running(tmp_path) as port:
        assert ask(port, TREE.request(0, 10))[0] == 200
        (newest,) = (path for path in tmp_path.iterdir() if path.is_file())
        newest.write_text(newest.read_text().replace("\n10\n", "\n5\n"))
        assert ask(port, TREE.request(5, 8))[0] == 500


def test_two_requests_at_once_never_roll_it_back(port: int) -> None:
    assert ask(port, TREE.request(0, 10))[0] == 200
    answers: list[int] = []
    requests = [TREE.request(10, size) for size in range(11, 31)]
    threads = [
        threading.Thread(target=lambda asked=asked: answers.append(ask(port, asked)[0]))
        for asked in requests
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [409] * 19


def test_the_process_makes_its_key_serves_alone_and_stops(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "audit.ledger.witness", "--key", str(tmp_path / "key")]
    made = subprocess.run([*command, "--new-key", "w.example/1"], capture_output=True, text=True)
    assert made.stdout.startswith("w.example/1+")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o400
    again = subprocess.run([*command, "--new-key", "w.example/1"], capture_output=True, text=True)
    assert again.returncode != 0
    serving = [*command, "--state", str(tmp_path / "s"), "--port", "0"]
    serving += ["--log", LOG.verifier.to_vkey()]
    first = subprocess.Popen(serving, stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout.readline() == f"Witness {made.stdout}"
        second = subprocess.run(serving, capture_output=True, text=True, timeout=120)
        assert "Another witness runs" in second.stderr
        os.kill(first.pid, signal.SIGTERM)
        assert first.wait(60) == 0
    finally:
        first.kill()
        first.stdout.close()
