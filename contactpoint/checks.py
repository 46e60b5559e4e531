"""Start-up checks: production serves on no weak setting, strong database role or invented data.

Registered with Django's check framework (so `check --deploy --database default` names each one) and
asked again by `refuse_weak_production`, since neither gunicorn nor Celery runs Django's checks.
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.utils import Error as DatabaseError

from accounts.models import Organisation, User
from accounts.ports import PORTS
from accounts.synthetic import is_synthetic
from audit.ledger.partitions import months_ahead
from records.models import ChildRecord

MINIMUM_KEY_LENGTH = 50
CLOCK_SKEW_SECONDS = 1.0
HOLD_SECONDS = 200  # a look is judged then, not at once


def _weak_mail() -> Iterator[CheckMessage]:
    if _household_keys_are_weak():
        yield _error(
            9,
            "A household key is short, or used twice.",
            "Give every employer a secret of its own, of at least 32 random characters.",
        )
    if "console" in settings.EMAIL_BACKEND:
        yield _error(6, "EMAIL_BACKEND prints links to the log.", "Name an SMTP server.")
    if not settings.SITE_URL.startswith("https://"):
        yield _error(7, "SITE_URL is not an https address.", "Give the address people use.")
    given = settings.NOTIFY_API_KEY and settings.NOTIFY_TEMPLATE_ID
    if "notify" in settings.EMAIL_BACKEND and not given:
        yield _error(8, "GOV.UK Notify lacks its key or template.", "Set both NOTIFY_ variables.")


def _weak_watch() -> Iterator[CheckMessage]:
    if settings.HOLD_SECONDS != HOLD_SECONDS:
        yield _error(
            10, "HOLD_SECONDS is set for tests.", "Unset it: looks are judged after 200 s."
        )


def _weak_sign_in() -> Iterator[CheckMessage]:
    path = settings.COMMON_PASSWORDS_FILE
    if path and not Path(path).is_file():
        yield _error(9, "COMMON_PASSWORDS_FILE is not there.", "Mount it, or unset the variable.")


def _error(number: int, message: str, hint: str) -> Error:
    return Error(message, hint=hint, id=f"contactpoint.E{number:03}")


@register(Tags.security, deploy=True)
def settings_are_strong(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """What the environment must supply before the outside world may connect."""
    return (
        [*_weak_settings(), *_weak_mail(), *_weak_sign_in(), *_weak_watch()]
        if settings.PRODUCTION
        else []
    )


def _weak_settings() -> Iterator[CheckMessage]:
    if settings.DEMO:
        yield _error(1, "CONTACTPOINT_DEMO is set in production.", "Unset it.")
    if len(settings.SECRET_KEY) < MINIMUM_KEY_LENGTH or len(set(settings.SECRET_KEY)) < 5:
        yield _error(2, "SECRET_KEY is too weak.", "Give at least 50 random characters.")
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield _error(
            3, "ALLOWED_HOSTS is empty or open.", "Name the host the site is served under."
        )
    if settings.SECRET_KEY in settings.FIELD_KEYS:
        yield _error(4, "FIELD_KEY equals SECRET_KEY.", "Generate a separate Fernet key.")
    if not settings.EVIDENCE_ROOT or settings.BASE_DIR in Path(settings.EVIDENCE_ROOT).parents:
        yield _error(
            9,
            "EVIDENCE_ROOT is not set, or lies in the application's own folder.",
            "Name a folder of its own, on a volume that is backed up.",
        )
    if "owner" in settings.DATABASES:
        yield _error(
            5,
            "DATABASE_OWNER_URL is set where the site runs.",
            "Give the owner's credentials to the migrate job only.",
        )


@register(Tags.security)
def ports_are_filled(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """What a lower room asks of an upper one has an answer (`accounts/ports.py`)."""
    return [
        _error(20, f"Nobody answers the port {port.name}.", "Fill it in AppConfig.ready().")
        for port in PORTS
        if not port.is_filled
    ]


def _household_keys_are_weak() -> bool:
    keys = [key for given in settings.HOUSEHOLD_KEYS.values() for key in given.split()]
    others = {settings.SECRET_KEY, *settings.FIELD_KEYS}
    short = any(len(key) < 32 for key in keys)
    return short or len(set(keys)) < len(keys) or not others.isdisjoint(keys)


@register(Tags.database, deploy=True)
def database_is_guarded(
    app_configs: Any, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """The app's role is weak, commits are durable, the clock agrees, partitions are ahead, no data
    is invented.
    """
    if not settings.PRODUCTION or "default" not in (databases or ()):
        return []
    try:
        return [*_role_is_weak(), *_commits_are_durable(), *_ledger_is_ready(), *_data_is_real()]
    except DatabaseError as problem:
        return [
            _error(
                10,
                f"The database cannot be checked: {type(problem).__name__}.",
                "Run migrate as the owner first.",
            )
        ]


def _one_row(sql: str) -> tuple[Any, ...]:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql)
        row: tuple[Any, ...] = cursor.fetchone()
        return row


def _role_is_weak() -> Iterator[CheckMessage]:
    strong, owns, same = _one_row(
        "SELECT r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb"
        "   OR EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid),"
        " EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid),"
        " session_user = current_user FROM pg_roles r WHERE r.rolname = session_user"
    )
    if strong or owns or not same:
        yield _error(
            11,
            "DATABASE_URL names a role that is too strong.",
            "Use idx_app: no superuser, no owner of tables, member of no other role.",
        )


def _commits_are_durable() -> Iterator[CheckMessage]:
    (mode,) = _one_row("SELECT current_setting('synchronous_commit')")
    if mode == "off":
        yield _error(12, "synchronous_commit is off.", "A disclosure must not outlive its event.")


def _ledger_is_ready() -> Iterator[CheckMessage]:
    if months_ahead() < 1:
        yield _error(13, "The ledger has no partition for next month.", "Run audit_partitions.")
    (database_time,) = _one_row("SELECT extract(epoch FROM clock_timestamp())")
    if abs(float(database_time) - time.time()) > CLOCK_SKEW_SECONDS:
        yield _error(
            14, "This machine's clock and the database's differ.", "Synchronise both to UTC."
        )


def _data_is_real() -> Iterator[CheckMessage]:
    (reads_people,) = _one_row("SELECT has_table_privilege('accounts_user', 'SELECT')")
    if not reads_people:
        return  # the sealer: it sees events, and serves nobody
    invented = (
        is_synthetic()
        or User.objects.filter(is_invented=True).exists()
        or Organisation.objects.filter(is_invented=True).exists()
        or ChildRecord.objects.filter(is_invented=True).exists()
    )
    if invented:
        yield _error(
            15, "This database holds invented people.", "Never run production on demo data."
        )


def refuse_weak_production() -> None:
    """Called as a web or worker process starts. Raises `ImproperlyConfigured` naming everything
    that is weak.
    """
    if not settings.PRODUCTION:
        return
    found = run_checks(
        tags=[Tags.security, Tags.database],
        include_deployment_checks=True,
        databases=["default"],
    )
    weak = [message for message in found if message.is_serious()]
    if weak:
        raise ImproperlyConfigured(
            "ContactPoint refuses to start:\n" + "\n".join(f"- {m.msg} {m.hint}" for m in weak)
        )
