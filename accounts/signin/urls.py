"""The sign-in pages that exist, each listed: no sign-up, no e-mail management, no code by mail, no
sign-in by reset.

A test holds this list against the pages that can open a session. Everything allauth offers beyond
it has no address.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from accounts.views import directories, factors, signin

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", signin.sign_out, name="account_logout"),
    path("directories/", directories.directories, name="directories"),
    path("directories/<uuid:key>/start/", directories.start, name="directory_start"),
    path("directories/<uuid:key>/callback/", directories.callback, name="directory_callback"),
    path("inactive/", signin.stopped_account, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("factors/", mfa.index, name="mfa_index"),
    path("factors/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("factors/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("factors/totp/activate/", factors.activate_totp, name="mfa_activate_totp"),
    path("factors/totp/deactivate/", factors.deactivate_totp, name="mfa_deactivate_totp"),
    path(
        "factors/recovery-codes/",
        recovery_codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "factors/recovery-codes/generate/",
        factors.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("factors/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("factors/passkeys/add/", factors.add_passkey, name="mfa_add_webauthn"),
    path("factors/passkeys/login/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path(
        "factors/passkeys/reauthenticate/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("factors/passkeys/<int:pk>/edit/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("factors/passkeys/<int:pk>/remove/", factors.remove_passkey, name="mfa_remove_webauthn"),
]
