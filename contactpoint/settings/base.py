"""Environment, secrets, applications, and what every page says: the rest builds on these."""

from pathlib import Path

import environ

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parents[2]

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

# --- words and time -------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True
CRISPY_ALLOWED_TEMPLATE_PACKS = ["gds"]
CRISPY_TEMPLATE_PACK = "gds"

NATIONAL_DUTY_PHONE = env("NATIONAL_DUTY_PHONE", default="01632 960 999")
SERVICE_NAME = "ContactPoint"
# Scheme and host of the site: what the links in messages begin with.
SITE_URL = env("SITE_URL", default="http://localhost:8000").rstrip("/")

SILENCED_SYSTEM_CHECKS = [
    "guardian.W001",  # its backend answers has_perm, which nobody here asks: see accounts.policies
    "axes.W006",  # lock-out by account alone is a decision: see AXES_LOCKOUT_PARAMETERS
]
