"""How people sign in, how long a session lasts, and its cookies."""

from typing import Any

from contactpoint.settings.base import PRODUCTION, env

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
ACCOUNT_RATE_LIMITS = {
    "login_failed": "60/m/ip,20/300s/key",
    "login": "120/m/ip",
    # Reports without sign-in: by address (hashed), and all together, so that nobody fills a desk.
    "report": "5/h/key",
    "reports": "200/h/key",
    "report_status": "10/m/key",
}

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
SESSION_ENGINE = "accounts.signin.store"
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
