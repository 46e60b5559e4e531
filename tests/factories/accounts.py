"""Organisations, people, roles and signed-in clients for tests: accredited, active and in full
standing unless said otherwise.

`acting_as(role)` is a person ready to act; `sign_in(client, user)` a session that has shown its
second factor. Rows are made directly: what actions do is tested in `tests/accounts`.
"""

from __future__ import annotations

import csv
import time
from datetime import timedelta
from functools import cache
from typing import Any

import factory
from allauth.account.internal.flows import login as allauth_login
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission as RolePermission
from django.db import connection
from django.utils import timezone

from accounts.acting import Acting, RequestFacts, person
from accounts.encryption import encrypt
from accounts.models import (
    Accreditation,
    AgreementVersion,
    Authority,
    CourseVersion,
    Organisation,
    RoleGrant,
    Sanction,
    User,
)
from accounts.models.users import AccountStatus
from accounts.reference import AUTHORITIES, load_first_versions
from accounts.roles import HOMES, OrganisationKind, Role
from accounts.signin.factors import holds_second_factor
from accounts.signin.sessions import GRANT, begin_session
from accounts.signin.store import SessionStore
from accounts.states import SanctionLevel
from tests.audit.owner import owner_cursor

PASSWORD = "plain-oak-harbour-forty"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
BACKEND = "accounts.signin.backends.Backend"
MARGIN = timedelta(days=400)


@cache
def _password_hash() -> str:
    """Argon2 is slow on purpose; once a run is enough."""
    return make_password(PASSWORD)


def authority(index: int = 0) -> Authority:
    """One of the real authorities, by number."""
    reference_data()
    return Authority.objects.order_by("gss_code")[index]


def reference_data() -> None:
    """What `migrate` leaves in the database: a transactional test before may have emptied it."""
    if not Authority.objects.exists():
        _load_authorities()
    if not AgreementVersion.objects.exists():
        load_first_versions("default")


def _load_authorities() -> None:
    with AUTHORITIES.open(encoding="utf-8", newline="") as file, owner_cursor() as cursor:
        for row in csv.DictReader(file):
            cursor.execute(
                "INSERT INTO accounts_authority"
                " (gss_code, name, kind, region_code, region, in_force_from)"
                " VALUES (%s, %s, %s, %s, %s, NULLIF(%s, '')::date) ON CONFLICT DO NOTHING",
                [row[name] for name in ("gss_code", "name", "type", "region_code", "region")]
                + [row["in_force_from"]],
            )


class AccreditationFactory(factory.django.DjangoModelFactory[Accreditation]):
    class Meta:
        model = Accreditation

    status = "accredited"
    valid_from = factory.LazyFunction(lambda: timezone.localdate() - MARGIN)
    valid_until = factory.LazyFunction(lambda: timezone.localdate() + MARGIN)
    disciplinary_evidence = "HR-1"


class SanctionFactory(factory.django.DjangoModelFactory[Sanction]):
    class Meta:
        model = Sanction

    level = SanctionLevel.OFF
    reason = "for this test"


class OrganisationFactory(factory.django.DjangoModelFactory[Organisation]):
    """`accredited=False` leaves the accreditation away."""

    class Meta:
        model = Organisation
        skip_postgeneration_save = True

    name: Any = factory.Sequence(lambda n: f"Invented organisation {n}")
    is_invented = True

    @factory.post_generation  # type: ignore[untyped-decorator]
    def accredited(self, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if create and extracted is not False and not self.accreditations.exists():
            AccreditationFactory(organisation=self, **kwargs)


class LocalAuthorityFactory(OrganisationFactory):
    kind = OrganisationKind.LOCAL_AUTHORITY
    authority = factory.LazyFunction(
        lambda: authority(
            Organisation.objects.filter(kind=OrganisationKind.LOCAL_AUTHORITY).count()
        )
    )
    name = factory.LazyAttribute(lambda o: o.authority.name)


class NationalPartnerFactory(OrganisationFactory):
    kind = OrganisationKind.NATIONAL_PARTNER


class CentralBodyFactory(OrganisationFactory):
    """There is one; asked again, the same."""

    class Meta:
        django_get_or_create = ("kind",)

    kind = OrganisationKind.CENTRAL_BODY


class EmployerFactory(OrganisationFactory):
    kind = OrganisationKind.EMPLOYER
    parent = factory.SubFactory(LocalAuthorityFactory)


FACTORIES: dict[OrganisationKind, type[OrganisationFactory]] = {
    OrganisationKind.CENTRAL_BODY: CentralBodyFactory,
    OrganisationKind.LOCAL_AUTHORITY: LocalAuthorityFactory,
    OrganisationKind.NATIONAL_PARTNER: NationalPartnerFactory,
    OrganisationKind.EMPLOYER: EmployerFactory,
}


class UserFactory(factory.django.DjangoModelFactory[User]):
    """`complete=False` leaves away all that is put on file about a person or accepted by them."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@authority.example")
    given_name = factory.Sequence(lambda n: f"Robin{n}")
    family_name = "Example"
    job_title = "Social worker"
    work_phone = "01632 960 100"
    line_manager_name = "Sam Manager"
    line_manager_email = "sam.manager@authority.example"
    employer = factory.SubFactory(LocalAuthorityFactory)
    status = AccountStatus.ACTIVE
    status_reason = factory.LazyAttribute(
        lambda o: (
            "" if o.status in {AccountStatus.ACTIVE, AccountStatus.INVITED} else "for this test"
        )
    )
    password = factory.LazyFunction(_password_hash)
    is_invented = True

    @factory.post_generation  # type: ignore[untyped-decorator]
    def complete(self, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if create and extracted is not False:
            complete_file(self)


def complete_file(user: User, but: str = "") -> None:
    """All that is put on file about a person or accepted by them, in date; `but` is the code of the
    one condition to leave away. A second factor comes with the first role.
    """
    reference_data()
    today = timezone.localdate()
    facts = {
        "user": user.pk,
        "today": today,
        "later": today + MARGIN,
        "course": _current(CourseVersion),
        "agreement": _current(AgreementVersion),
    }
    with connection.cursor() as cursor:
        for code, statement in ON_FILE.items():
            if code != but:
                cursor.execute(statement, facts)


ON_FILE = {
    "identity-not-confirmed": "INSERT INTO accounts_identitycheck"
    " (user_id, how, checked_on, confirmed_at) VALUES (%(user)s, 'in_person', %(today)s, now())",
    "record-check-missing": "INSERT INTO accounts_criminalrecordcheck"
    " (user_id, checked_on, finding, valid_until, recorded_at)"
    " VALUES (%(user)s, %(today)s, 'clear', %(later)s, now())",
    "training-missing": "INSERT INTO accounts_trainingresult"
    " (user_id, version_id, passed_on, valid_until, recorded_at)"
    " VALUES (%(user)s, %(course)s, %(today)s, %(later)s, now())",
    "agreement-not-accepted": "INSERT INTO accounts_agreementacceptance"
    " (user_id, version_id, accepted_at) VALUES (%(user)s, %(agreement)s, now())",
}


def _current(versions: type[CourseVersion] | type[AgreementVersion]) -> int:
    """The newest version's number."""
    return int(versions.objects.current().number)


@cache
def _totp_data() -> dict[str, str]:
    return {"secret": encrypt(TOTP_SECRET)}


def grant(
    user: User, role: Role, organisation: Organisation | None = None, **facts: Any
) -> RoleGrant:
    """A live grant of `role` at `organisation`, else at the user's employer.

    Whoever holds a role has a second factor, one whose codes `totp_code` knows if there is none;
    whoever is only invited has none.
    """
    if user.status != AccountStatus.INVITED and not holds_second_factor(user):
        Authenticator(user=user, type=Authenticator.Type.TOTP, data=_totp_data()).save()
    given: RoleGrant = RoleGrant.objects.create(
        user=user,
        content_object=organisation or user.employer,
        permission=RolePermission.objects.get(
            content_type__app_label="accounts",
            content_type__model="organisation",
            codename=role.value,
        ),
        reason=facts.pop("reason", "for this test"),
        **facts,
    )
    return given


def home_for(role: Role, **facts: Any) -> Organisation:
    """An organisation of a kind where `role` may be held; a local authority where possible."""
    kinds = HOMES[role]
    first = OrganisationKind.LOCAL_AUTHORITY
    kind = first if first in kinds else next(iter(kinds))
    organisation: Any = FACTORIES[kind](**facts)
    return organisation  # type: ignore[no-any-return]  # factories are typed as themselves


def acting_as(role: Role, at: Organisation | None = None, **person_facts: Any) -> Acting:
    """A new active person holding `role` at an accredited organisation, ready to be
    passed as `by`.
    """
    organisation = at or home_for(role)
    user = UserFactory(employer=organisation, **person_facts)
    return acting_under(grant(user, role, organisation))


def acting_under(role_grant: RoleGrant) -> Acting:
    """The person of this grant acting under it, with today's standing and a fresh second factor;
    call again after a change.
    """
    live = RoleGrant.objects.with_standing().get(pk=role_grant.pk)
    user = User.objects.select_related("employer__parent").get(pk=live.user_id)
    return person(user, live, RequestFacts(source_ip="192.0.2.10"), factor_is_fresh=True)


def give_totp(user: User, secret: str = TOTP_SECRET) -> Authenticator:
    """A second factor whose codes `totp_code` knows; in place of one that is there."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    authenticator: Authenticator = TOTP.activate(user, secret).instance
    return authenticator


def totp_code(secret: str = TOTP_SECRET, steps: int = 0) -> str:
    """The code an authenticator app shows now, or some half-minutes away from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def sign_in(client: Any, user: User, role_grant: RoleGrant | None = None) -> None:
    """Gives a Django test client a session that has shown password and TOTP a moment ago, and acts
    in `role_grant`, else in the first role this person was given.

    Written straight into the session store, so no signal runs and no event is written.
    """
    if not user.is_active:
        raise ValueError("a stopped account has no session; make it active, sign in, then stop it")
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    factor = factor or give_totp(user)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[allauth_login.AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time()},
        {"method": "mfa", "at": time.time(), "id": factor.pk, "type": "totp"},
    ]
    session[allauth_login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    begin_session(session)
    chosen = role_grant or RoleGrant.objects.filter(user=user).order_by("pk").first()
    if chosen is not None:
        session[GRANT] = chosen.pk
    session.save()
    client.cookies["session"] = session.session_key
