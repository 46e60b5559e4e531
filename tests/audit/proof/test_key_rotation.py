"""The sealer's key is changed: nothing sealed before has to be signed again, and a key that nobody
announced is refused.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audit.ledger import witness
from audit.ledger.notes import KeyKind, Signer, Verifier
from audit.ledger.offering import Offered, WitnessAddress, offer_checkpoint
from audit.ledger.sealer import seal
from audit.ledger.verify import Keys, verify
from tests.audit.proof.ledgers import ORIGIN, Ledger

WITNESS = Signer.generate("witness.example/w1", KeyKind.WITNESS)


@contextmanager
def witnessing(state: Path, *logs: Verifier) -> Iterator[WitnessAddress]:
    """A witness that knows these keys, on the state that it kept."""
    server = witness.serve(witness.Witness(WITNESS, logs, state), "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield WitnessAddress(f"http://127.0.0.1:{server.server_address[1]}", WITNESS.verifier)
    finally:
        server.shutdown()
        server.server_close()


def seal_and_offer(ledger: Ledger, signer: Signer, address: WitnessAddress) -> Offered:
    ledger.write(3)
    assert seal(signer, using=ledger.alias("sealer"))
    return offer_checkpoint(address, using=ledger.alias("sealer"))


def test_a_new_key_of_the_sealer_takes_over_and_old_checkpoints_still_count(
    ledger: Ledger, tmp_path: Path
) -> None:
    new = Signer.generate(ORIGIN, KeyKind.LOG)
    keys = [new.verifier, ledger.signer.verifier]
    with witnessing(tmp_path, ledger.signer.verifier) as address:
        assert seal_and_offer(ledger, ledger.signer, address) is Offered.COSIGNED
    with witnessing(tmp_path, *reversed(keys)) as address:  # first the witness learns the new key
        assert seal_and_offer(ledger, ledger.signer, address) is Offered.COSIGNED
        assert seal_and_offer(ledger, new, address) is Offered.COSIGNED
    with witnessing(tmp_path, new.verifier) as address:  # and forgets the old one at the end
        assert seal_and_offer(ledger, new, address) is Offered.COSIGNED
    notes, auditor = tmp_path / "notes", ledger.alias("auditor")
    assert verify(Keys(keys, [WITNESS.verifier]), notes=notes, using=auditor).findings == []
    alone = verify(Keys([new.verifier], [WITNESS.verifier]), notes=notes, using=auditor)
    assert alone.by_code() == {"signature-bad": 2}


def test_a_key_that_was_not_announced_is_cosigned_by_nobody(ledger: Ledger, tmp_path: Path) -> None:
    stranger = Signer.generate(ORIGIN, KeyKind.LOG)
    with witnessing(tmp_path, ledger.signer.verifier) as address:
        assert seal_and_offer(ledger, ledger.signer, address) is Offered.COSIGNED
        assert seal_and_offer(ledger, stranger, address) is not Offered.COSIGNED
