"""How far sealing and witnessing have come, as anybody on call sees it."""

from audit.ledger.sealer import seal
from audit.ledger.state import ledger_state
from tests.audit.proof.ledgers import Ledger


def test_what_waits_to_be_sealed_and_witnessed_is_told_with_its_time(ledger: Ledger) -> None:
    app = ledger.alias("default")
    assert (ledger_state(using=app).size, ledger_state(using=app).unsealed_since) == (0, None)
    ledger.write(2)
    waiting = ledger_state(using=app)
    assert (waiting.size, waiting.sealed_at) == (0, None)
    assert waiting.unsealed_since is not None
    seal(ledger.signer, using=ledger.alias("sealer"))
    sealed = ledger_state(using=app)
    assert (sealed.size, sealed.unsealed_since, sealed.witnessed_size) == (2, None, 0)
    assert sealed.unwitnessed_since == sealed.sealing_since is not None
    assert sealed.verified_outcome is None
