"""The ledger's scheduled work. Each task calls one function and may run twice.

Tasks on the queue `sealer` run where the sealer's key and role are, those on `verifier` where the
auditor's role is; the ordinary worker has neither.
"""

from celery import shared_task

from audit.ledger import configured
from audit.ledger.heartbeat import beat
from audit.ledger.offering import offer_checkpoint
from audit.ledger.partitions import ensure_partitions
from audit.ledger.results import verify_and_record
from audit.ledger.retention import erase_expired
from audit.ledger.sealer import seal


@shared_task(name="audit.ensure_partitions")
def ensure_partitions_ahead() -> int:
    """Keeps the ledger's partitions ahead; returns how many it made."""
    return ensure_partitions()


@shared_task(name="audit.erase_expired")
def erase_expired_payloads() -> int:
    """Erases payloads whose period is over; returns how many."""
    return erase_expired()


@shared_task(name="audit.worker_alive")
def worker_alive() -> None:
    """Shows that beat sends and the ordinary worker works."""
    beat("worker")


@shared_task(name="audit.seal")
def seal_events() -> int:
    """Seals what was committed and offers the checkpoint to the witnesses; events sealed."""
    done = seal(configured.log_signer())
    beat("sealer")
    for witness in configured.witnesses():
        offer_checkpoint(witness)
    return done.events if done else 0


@shared_task(name="audit.verify_newest")
def verify_newest() -> int:
    """Verifies what came since the last verification; the number of findings."""
    return len(verify_and_record(since_last=True).findings)


@shared_task(name="audit.verify_all", time_limit=6 * 3600, soft_time_limit=6 * 3600 - 60)
def verify_all() -> int:
    """Verifies the whole ledger; the number of findings."""
    return len(verify_and_record(since_last=False).findings)
