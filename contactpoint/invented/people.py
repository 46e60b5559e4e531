"""The invented people of the demonstration and where they work; `enrol.py` makes their accounts.

Passwords and authenticator secrets come from this installation's own secret key: the same at every
start of one checkout, other ones elsewhere, so no published value opens any ContactPoint.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from itertools import count

from django.conf import settings
from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.roles import OrganisationKind, Role
from contactpoint.invented import codes
from contactpoint.invented.names import parts, rows

LEEDS, BRISTOL = "E08000035", "E06000023"


@dataclass(frozen=True, kw_only=True)
class Body:
    """An organisation of the demonstration; `under` names the one that manages its accounts."""

    key: str
    kind: OrganisationKind
    name: str = ""  # empty: the authority's own
    authority: str = ""
    under: str = ""
    is_school: bool = False
    ods_code: str = ""
    duty_phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person of the demonstration, their role at their employer, and their line manager."""

    role: Role
    at: str
    given_name: str
    family_name: str
    job_title: str
    line_manager: str
    phone: int  # the last three digits of an invented number

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def email(self) -> str:
        """In `.example`, a domain that RFC 2606 keeps from ever existing."""
        return _address(self.name, self.at)

    @property
    def line_manager_email(self) -> str:
        return _address(self.line_manager, self.at)

    @property
    def work_phone(self) -> str:
        return codes.landline(self.phone)


def _address(name: str, at: str) -> str:
    return f"{name.lower().replace(' ', '.').replace(chr(39), '')}@{at}.example"


CENTRAL = Body(
    key="central",
    kind=OrganisationKind.CENTRAL_BODY,
    name="National Index Office",
    duty_phone="01632 960900",
)
BODIES = (
    Body(
        key="leeds",
        kind=OrganisationKind.LOCAL_AUTHORITY,
        authority=LEEDS,
        duty_phone="01632 960901",
    ),
    Body(
        key="bristol",
        kind=OrganisationKind.LOCAL_AUTHORITY,
        authority=BRISTOL,
        duty_phone="01632 960902",
    ),
    Body(
        key="lantern",
        kind=OrganisationKind.NATIONAL_PARTNER,
        name="Lantern Children's Society",
        duty_phone="01632 960903",
    ),
    Body(key="school", kind=OrganisationKind.EMPLOYER, under="leeds", is_school=True),
    Body(
        key="trust",
        kind=OrganisationKind.EMPLOYER,
        under="leeds",
        name="Brackenford Community Health Trust",
        ods_code="QQT01",
    ),
    Body(
        key="family-support",
        kind=OrganisationKind.EMPLOYER,
        under="lantern",
        name="Lantern Family Support",
    ),
)


def _person(row: dict[str, str]) -> Person:
    role, phone = Role(row.pop("role")), int(row.pop("phone"))
    return Person(role=role, phone=phone, **row)


PEOPLE = tuple(_person(row) for row in rows("people.csv"))
FOUNDERS = tuple(person for person in PEOPLE if person.role is Role.CENTRAL_TEAM)


@dataclass(frozen=True)
class Credentials:
    """What an invented person signs in with; an authenticator app is given the secret."""

    password: str
    totp_secret: str


def credentials_of(person: Person) -> Credentials:
    """Four words and two digits, and 160 bits: both by keyed hash of the e-mail address."""
    key = settings.SECRET_KEY.encode()
    passwords = (_password(key, f"{person.email}{n or ''}") for n in count())
    secret = hmac.digest(key, f"invented totp {person.email}".encode(), hashlib.sha1)
    return Credentials(
        password=next(each for each in passwords if not _resembles(each, person)),
        totp_secret=base64.b32encode(secret).decode(),
    )


def _password(key: bytes, of: str) -> str:
    words = [
        *parts("place_parts.csv", "town", "start"),
        *parts("place_parts.csv", "street", "start"),
    ]
    bits = hmac.digest(key, f"invented password {of}".encode(), hashlib.sha256)
    chosen = [words[int.from_bytes(bits[2 * n : 2 * n + 2]) % len(words)] for n in range(4)]
    return "-".join([*chosen, f"{bits[-1] % 90 + 10}"]).lower()


def _resembles(password: str, person: Person) -> bool:
    """By chance it may have most letters of the address, which the site refuses."""
    try:
        UserAttributeSimilarityValidator().validate(password, User(email=person.email))
    except ValidationError:
        return True
    return False
