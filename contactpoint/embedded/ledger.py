"""The demo's keys of the ledger: the sealer's, the witness's, and the variables that name them.

A witness on the machine of the log proves the mechanism, not independence.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from audit.ledger.keys import read_key, write_key
from audit.ledger.notes import KeyKind, Signer
from contactpoint.embedded.children import Child, start
from contactpoint.embedded.state import CHECKOUT

ORIGIN = "contactpoint.invalid/demo"
WITNESS = "contactpoint.invalid/demo-witness"
KEY_VARIABLE = "AUDIT_LOG_KEY_FILE"  # for the sealer's eyes only


@dataclass(frozen=True)
class DemoLedger:
    """Key files and the witness's folder in one state folder, made at first use."""

    folder: Path

    @property
    def witness_state(self) -> Path:
        return self.folder / "witness"

    def signer(self, kind: KeyKind) -> Signer:
        """The sealer's or the witness's key."""
        path = self.folder / f"{kind.name.lower()}.key"
        if not path.exists():
            write_key(path, Signer.generate(ORIGIN if kind is KeyKind.LOG else WITNESS, kind))
        return read_key(path, kind)

    def environment(self, port: int) -> dict[str, str]:
        """The variables of the ledger's keys; the witness listens at `port`."""
        witness = self.signer(KeyKind.WITNESS).verifier.to_vkey()
        return {
            "AUDIT_LOG_VKEYS": self.signer(KeyKind.LOG).verifier.to_vkey(),
            "AUDIT_WITNESSES": f"http://127.0.0.1:{port} {witness}",
            "AUDIT_NOTES": str(self.witness_state / "notes"),
            KEY_VARIABLE: str(self.folder / "log.key"),
        }

    def start_witness(self, port: int, environment: Mapping[str, str]) -> Child:
        """The witness as a process of its own, with its own key and no way into the database."""
        log = self.signer(KeyKind.LOG).verifier.to_vkey()
        witness_key = str(self.folder / "witness.key")
        options = ["--key", witness_key, "--state", str(self.witness_state), "--log", log]
        return start(
            "witness",
            [sys.executable, "-m", "audit.ledger.witness", *options, "--port", str(port)],
            log=self.folder / "witness.log",
            environment=environment,
            folder=CHECKOUT,
        )
