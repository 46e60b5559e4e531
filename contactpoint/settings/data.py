"""Where things are kept and sent: the database under its weak roles, the ledger's proof, cache,
broker, files, mail.
"""

from typing import Any
from urllib.parse import unquote

from contactpoint.settings.base import BASE_DIR, PRODUCTION, env

# --- databases: one database, several weak roles (docs/architecture.md) ---------------------------


def _database(variable: str) -> dict[str, Any]:
    """A DATABASES entry. django-environ leaves a percent-encoded socket folder undecoded."""
    config: dict[str, Any] = env.db_url(variable)
    options = dict(config.pop("OPTIONS", {}))
    if "host" in options:
        config["HOST"] = unquote(options.pop("host"))
    config["ENGINE"] = "django.db.backends.postgresql"
    config["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
    config["CONN_HEALTH_CHECKS"] = True
    config["OPTIONS"] = {"application_name": f"contactpoint {variable.lower()}", **options}
    return config


DATABASES = {"default": _database("DATABASE_URL")}
for _alias in ("owner", "local", "auditor", "sealer", "count", "scan"):
    if f"DATABASE_{_alias.upper()}_URL" in env.ENVIRON:
        DATABASES[_alias] = _database(f"DATABASE_{_alias.upper()}_URL")
if "owner" in DATABASES:
    for _alias in DATABASES.keys() - {"owner"}:
        DATABASES[_alias]["TEST"] = {"MIRROR": "owner"}  # tests run as the weak roles too

# --- the ledger's proof ---------------------------------------------------------------------------

# The sealer's private key: given to the sealer's process alone.
AUDIT_LOG_KEY_FILE = env("AUDIT_LOG_KEY_FILE", default="")
# Public keys of the log, the present one first, earlier ones after it.
AUDIT_LOG_VKEYS = env.list("AUDIT_LOG_VKEYS", default=[])
# Witnesses as `URL VKEY`, separated by commas.
AUDIT_WITNESSES = env.list("AUDIT_WITNESSES", default=[])
# A folder with the notes that witnesses signed, brought from them: what verification holds us to.
AUDIT_NOTES = env("AUDIT_NOTES", default="")
# How many months terms as typed and stated reasons are kept; the database refuses less than 12.
AUDIT_PAYLOAD_MONTHS = env.int("AUDIT_PAYLOAD_MONTHS", default=24)

# Seconds after which a look is judged: time to find the right record after a wrong one. Shortened
# by tests alone; production refuses another value.
HOLD_SECONDS = env.int("HOLD_SECONDS", default=200)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False  # an action or an audited read opens its own transaction

# --- cache, broker, tasks -------------------------------------------------------------------------

REDIS_URL = env("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": env("CACHE_PREFIX", default="contactpoint"),
    }
}


def _broker(url: str) -> str:
    """The same server's second database; Celery spells a socket `redis+socket://…?virtual_host=1`."""
    if url.startswith("unix://"):
        return url.replace("unix://", "redis+socket://", 1).replace("?db=0", "?virtual_host=1")
    return url.rsplit("/", 1)[0] + "/1"


CELERY_BROKER_URL = env("BROKER_URL", default=_broker(REDIS_URL))
CELERY_RESULT_BACKEND = None  # the database is the truth; nothing of ours waits for a result
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TIMEZONE = "Europe/London"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A broker that does not answer costs a request three seconds; the sweep of the outbox comes later.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 3}

# --- files ----------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Counts before it keeps: a body too large is refused before a byte of it is stored.
FILE_UPLOAD_HANDLERS = [
    "accounts.uploads.handler.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# Files uploaded as evidence: no URL leads here (accounts/uploads).
EVIDENCE_ROOT = env("EVIDENCE_ROOT", default="" if PRODUCTION else str(BASE_DIR / ".demo/evidence"))
STORAGES = {
    "evidence": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": EVIDENCE_ROOT,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False

# --- mail -----------------------------------------------------------------------------------------

EMAIL_BACKEND = env("EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=587)
EMAIL_HOST_USER = env("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
# For EMAIL_BACKEND=accounts.messages.notify.EmailBackend
NOTIFY_URL = env("NOTIFY_URL", default="https://api.notifications.service.gov.uk")
NOTIFY_API_KEY = env("NOTIFY_API_KEY", default="")
NOTIFY_TEMPLATE_ID = env("NOTIFY_TEMPLATE_ID", default="")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="no-reply@contactpoint.invalid")
