"""A sealer that seals until it is killed: `python -m tests.audit.proof.sealer_process KEYFILE`."""

import sys
import time
from pathlib import Path

import django


def main() -> None:
    django.setup()
    from audit.ledger.keys import read_key
    from audit.ledger.notes import KeyKind
    from audit.ledger.sealer import seal

    signer = read_key(Path(sys.argv[1]), KeyKind.LOG)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        seal(signer, using="default")
        time.sleep(0.02)


if __name__ == "__main__":
    main()
