"""Signing in by the directory of an authority or partner: OpenID Connect, authorisation code flow.

authlib keeps state, nonce and PKCE and checks the token's signature; here is what we ask beyond.
Of the token nothing is used but the subject. An address, a name or a group in it is never read.
"""

from __future__ import annotations

import time
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import DjangoIntegration, DjangoOAuth2App
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from joserfc.errors import JoseError
from requests import RequestException

from accounts import encryption
from accounts.models import IdentityProvider

SIGNATURES = ["RS256", "PS256", "ES256"]  # no shared secrets, and never "none"
MAX_AGE = 15 * 60  # seconds since the person showed their factors there
LEEWAY = 60  # seconds that two clocks may differ


class DirectoryRefused(Exception):
    """The answer of a directory is not to be believed; `code` goes on the event."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def ask(request: HttpRequest, provider: IdentityProvider) -> HttpResponse:
    """The redirect to the directory. Raises `DirectoryRefused` if it cannot be reached."""
    try:
        response: HttpResponse = _client(provider).authorize_redirect(
            request,
            callback_url(provider),
            max_age=MAX_AGE,
            acr_values=" ".join(provider.accepted_acr),
        )
    except _NOT_BELIEVED as problem:
        raise DirectoryRefused("directory-unreachable") from problem
    return response


def subject_in(request: HttpRequest, provider: IdentityProvider) -> str:
    """Who came back from the directory, once. Raises `DirectoryRefused`."""
    client = _client(provider)
    try:
        _refuse_other_issuer(request, client, provider)
        token = client.authorize_access_token(
            request, claims_options=_wanted(provider), leeway=LEEWAY
        )
    except _NOT_BELIEVED as problem:
        raise DirectoryRefused("directory-answer-refused") from problem
    claims = token.get("userinfo") or {}
    _require_strength(claims, provider)
    return str(claims["sub"])


def callback_url(provider: IdentityProvider) -> str:
    """Each issuer has an address of its own to come back to, so answers cannot be mixed up."""
    return f"{settings.SITE_URL}{reverse('directory_callback', args=[provider.key])}"


_NOT_BELIEVED = (
    AuthlibBaseError,
    JoseError,
    RequestException,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)


def _client(provider: IdentityProvider) -> Any:
    client = DjangoOAuth2App(
        DjangoIntegration(str(provider.key)),
        client_id=provider.client_id,
        client_secret=encryption.decrypt(provider.secret),
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid",
            "code_challenge_method": "S256",
            "default_timeout": settings.DIRECTORY_TIMEOUT,
        },
    )
    found = client.load_server_metadata()
    if found.get("issuer") != provider.issuer:
        raise ValueError("the directory calls itself something else")
    found["id_token_signing_alg_values_supported"] = SIGNATURES
    return client


def _refuse_other_issuer(request: HttpRequest, client: Any, provider: IdentityProvider) -> None:
    """RFC 9207: the answer says whose it is; if the directory promises to say so, it must."""
    said = request.GET.get("iss")
    promised = client.server_metadata.get("authorization_response_iss_parameter_supported")
    if said != provider.issuer and (said is not None or promised):
        raise ValueError("the answer is another issuer's")


def _wanted(provider: IdentityProvider) -> dict[str, Any]:
    return {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
        "sub": {"essential": True},
    }


def _require_strength(claims: Any, provider: IdentityProvider) -> None:
    """How and when the person showed their factors there."""
    if not claims.get("sub"):
        raise DirectoryRefused("directory-answer-refused")
    if claims.get("acr") not in provider.accepted_acr:
        raise DirectoryRefused("directory-factor-too-weak")
    shown_at = claims.get("auth_time")
    age = time.time() - shown_at if isinstance(shown_at, int | float) else MAX_AGE * 2
    if not -LEEWAY <= age <= MAX_AGE + LEEWAY:
        raise DirectoryRefused("directory-factor-too-old")
