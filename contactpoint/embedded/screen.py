"""The one screen that the demo prints: address, invented people, how to sign in.

It starts nothing and asks nobody.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PERIOD = 30  # seconds that a code lasts


# One invented person, as `manage.py demo_people --json` tells them.
Person = Mapping[str, str]
FIELDS = ("role", "organisation", "name", "email", "password", "totp_secret")
HEADINGS = ("Role", "Organisation", "Name", "E-mail", "Password", "TOTP secret", "Code now")


def welcome(address: str, people: Sequence[Person], folder: Path, seconds: float) -> str:
    """The whole screen as text."""
    now = time.time()
    left = PERIOD - int(now) % PERIOD
    return "\n".join(
        [
            "",
            f"ContactPoint is at {address}  (ready after {seconds:.1f} s)",
            "Every person, child and address in it is invented.",
            "",
            *table(people, now),
            "",
            f"The codes last {left} more seconds; `./manage.py demo_people` prints new ones.",
            f"Logs: {folder}",
            "Ctrl-C stops everything.",
        ]
    )


def table(people: Sequence[Person], now: float) -> list[str]:
    """The people as aligned lines, with the code that their authenticator shows at `now`."""
    rows: list[tuple[str, ...]] = [HEADINGS]
    for person in people:
        rows.append((*(person[name] for name in FIELDS), totp(person["totp_secret"], now)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    pairs = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows)
    return ["  ".join(cells).rstrip() for cells in pairs]


def totp(secret: str, now: float) -> str:
    """The six-digit code of a base32 `secret` at Unix time `now` (RFC 6238, SHA-1, 30 s)."""
    key = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    moment = (int(now) // PERIOD).to_bytes(8, "big")
    digest = hmac.new(key, moment, hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
