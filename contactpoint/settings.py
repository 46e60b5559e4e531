"""Settings: one file, safe by default. The environment supplies what differs, or we fail loudly.

`CONTACTPOINT_PRODUCTION=1` (baked into the Dockerfile) switches the embedded servers off and makes
`contactpoint/checks.py` refuse weak settings. See `.env.example` for every variable.
"""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import environ
import structlog
from csp.constants import NONE, SELF

from contactpoint.logs import error_without_words

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

PRODUCTION = env.bool("CONTACTPOINT_PRODUCTION", default=False)
DEMO = env.bool("CONTACTPOINT_DEMO", default=False)  # marks every page "invented data"
DEBUG = False

SECRET_KEY = env("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Fernet keys, newest first: encrypt TOTP secrets.
FIELD_KEYS = env.list("FIELD_KEY")


def _household_keys() -> dict[str, str]:
    """One line an employer: its key in the register, then its secret, and a former one while it is
    replaced. From a file, or from the variable itself with commas between the lines.
    """
    file = env("HOUSEHOLD_KEYS_FILE", default="")
    text = Path(file).read_text(encoding="utf-8") if file else env("HOUSEHOLD_KEYS", default="")
    lines = (line.split(maxsplit=1) for line in text.replace(",", "\n").splitlines())
    return {line[0].lower(): line[1] for line in lines if len(line) == 2}


# Homes of staff are known as hashes under the secret of their employer (accounts/households.py).
HOUSEHOLD_KEYS = _household_keys()
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- applications ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "contactpoint",  # management commands only
    "accounts",
    "records",
    "audit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "crispy_forms",
    "crispy_forms_gds",
    "csp",
    "guardian",
    "django_structlog",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "accounts.middleware.request_facts",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.acting_for_request",
    "accounts.request_log.RequestLog",
    "accounts.middleware.SessionLimits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.remember_device",
    "accounts.middleware.SecondFactorRequired",
    "accounts.middleware.ActingGrantUnchanged",
    "accounts.middleware.RoleChosen",
    "accounts.middleware.RecordRefusals",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "contactpoint.urls"
WSGI_APPLICATION = "contactpoint.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.page_facts",
            ],
        },
    }
]

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
for _alias in ("owner", "local", "auditor", "sealer"):
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

# --- signing in -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.signin.backends.Backend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# A larger list of common or breached passwords, one a line, gzipped or not: beside Django's 20,000.
COMMON_PASSWORDS_FILE = env("COMMON_PASSWORDS_FILE", default="")
if COMMON_PASSWORDS_FILE:
    AUTH_PASSWORD_VALIDATORS.append(
        {
            "NAME": "django.contrib.auth.password_validation.CommonPasswordValidator",
            "OPTIONS": {"password_list_path": COMMON_PASSWORDS_FILE},
        }
    )
DIRECTORY_TIMEOUT = 5  # seconds that an organisation's own sign-in service is waited for
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:home"

ACCOUNT_ADAPTER = "accounts.signin.adapters.AccountAdapter"
ACCOUNT_FORMS = {"reset_password": "accounts.signin.forms.ResetPasswordForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Addresses come from the accredited employer, never from the person.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# A reset for an unknown address sends nothing and looks the same.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # step-up: a fresh second factor within five minutes
# "login_failed" counts TOTP and recovery codes by account; passwords are axes' business.
ACCOUNT_RATE_LIMITS = {"login_failed": "60/m/ip,20/300s/key", "login": "120/m/ip"}

MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody verifies addresses; a reset leaves such a row
MFA_ADAPTER = "accounts.signin.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.signin.forms.AuthenticateForm",
    "authenticate_webauthn": "accounts.signin.forms.AuthenticatePasskeyForm",
    "login_webauthn": "accounts.signin.forms.LoginPasskeyForm",
    "reauthenticate": "accounts.signin.forms.ReauthenticateForm",
    "reauthenticate_webauthn": "accounts.signin.forms.ReauthenticatePasskeyForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "ContactPoint"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost in the demo and in tests

# High, and only for devices never seen before: a lock must not be a way to keep somebody out.
AXES_FAILURE_LIMIT = 20
AXES_WHITELIST_CALLABLE = "accounts.signin.lockout.is_known_device"
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]  # council offices share one address; attackers rotate theirs
AXES_USERNAME_CALLABLE = "accounts.signin.lockout.account_name"
AXES_SENSITIVE_PARAMETERS = ["login", "username", "csrfmiddlewaretoken", "ip_address"]
# Or anybody could keep another person out for ever.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # the ledger has it
AXES_VERBOSE = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.signin.lockout.locked_out"
AXES_ENABLE_ADMIN = False
AXES_IPWARE_PROXY_COUNT = env.int("PROXY_COUNT", default=0)
AXES_IPWARE_META_PRECEDENCE_ORDER = ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"]

INVITATION_HOURS = 72
# A staff feed that would close more than this share of an employer's people stops and asks, unless
# they are as few as this.
STAFF_FEED_LEAVERS_SHARE = env.float("STAFF_FEED_LEAVERS_SHARE", default=0.1)
STAFF_FEED_LEAVERS_ALWAYS = env.int("STAFF_FEED_LEAVERS_ALWAYS", default=2)
IDLE_DAYS = 30  # an account not used for so long is held
PASSWORD_RESET_TIMEOUT = 3600

ANONYMOUS_USER_NAME = None  # django-guardian: no AnonymousUser row
GUARDIAN_MONKEY_PATCH_USER = False

# --- sessions -------------------------------------------------------------------------------------

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no third cookie
SESSION_IDLE_SECONDS = 15 * 60
SESSION_ABSOLUTE_SECONDS = 8 * 3600
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS + 3600  # our own limits end it first, with an event
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_FAILURE_VIEW = "accounts.views.errors.csrf_failure"

# --- headers --------------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION and env.bool("SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 63072000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [NONE],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    **{
        feature: []
        for feature in ("camera", "geolocation", "microphone", "payment", "usb", "display-capture")
    },
    "publickey-credentials-get": ["self"],
    "publickey-credentials-create": ["self"],
}

# --- words, time, files ---------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True

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

CRISPY_ALLOWED_TEMPLATE_PACKS = ["gds"]
CRISPY_TEMPLATE_PACK = "gds"

NATIONAL_DUTY_PHONE = env("NATIONAL_DUTY_PHONE", default="01632 960 999")
SERVICE_NAME = "ContactPoint"
# Scheme and host of the site: what the links in messages begin with.
SITE_URL = env("SITE_URL", default="http://localhost:8000").rstrip("/")

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

# --- operator logs: ids and event names only ------------------------------------------------------

DJANGO_STRUCTLOG_USER_ID_FIELD = None
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                error_without_words,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django.request": {"level": "CRITICAL"},  # repeats addresses; RequestLog has told it better
        "axes": {"level": "WARNING"},
        "notifications_python_client": {"level": "ERROR"},  # repeats the service's own words
        "django.security.DisallowedHost": {"level": "ERROR"},
    },
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

SILENCED_SYSTEM_CHECKS = [
    "guardian.W001",  # its backend answers has_perm, which nobody here asks: see accounts.policies
    "axes.W006",  # lock-out by account alone is a decision: see AXES_LOCKOUT_PARAMETERS
]
