"""A real OpenID Connect provider on this machine: authlib's authorisation server under Flask.

It keeps PKCE, client secrets and one-time codes as the standard says; a test turns its screws to
make it lie about one thing at a time.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, jsonify, request
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "contactpoint", "secret-of-the-client"
TWO_FACTORS = "urn:council:mfa"


@dataclass
class Client:
    """The one client that this provider knows: us."""

    client_id: str = CLIENT
    scope: str = "openid"

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return ""

    def get_allowed_scope(self, scope):
        return scope if scope == self.scope else ""

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri.startswith("http://localhost:8000/account/directories/")

    def check_client_secret(self, client_secret):
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "client_secret_basic"

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type == "authorization_code"


@dataclass
class Code:
    """An authorisation code and what was asked with it."""

    code: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    auth_time: float
    acr: str

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return self.auth_time

    def get_acr(self):
        return self.acr

    def get_amr(self):
        return ["pwd", "otp"]


@dataclass
class Provider:
    """The screws: who signs in, how and when; what the token says instead; who signs it."""

    subject: str = "subject-1"
    acr: str = TWO_FACTORS
    signed_in_seconds_ago: float = 0
    instead: dict[str, Any] = field(default_factory=dict)
    calls_itself: str = ""
    says_iss: str | None = None
    algorithm: str = "RS256"
    keys: list[RSAKey] = field(
        default_factory=lambda: [
            RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}) for kid in ("true", "false")
        ]
    )
    sign_with: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    issuer: str = ""

    def start(self) -> None:
        self.server = make_server("127.0.0.1", 0, app_of(self), threaded=True)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Grant(AuthorizationCodeGrant):
    """Codes are kept for one use, with what was asked."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]
    provider: Provider

    def save_authorization_code(self, code, request):
        asked, provider = request.payload.data, self.provider
        provider.codes[code] = Code(
            code, request.payload.redirect_uri, request.payload.scope, asked.get("nonce", ""),
            asked.get("code_challenge", ""), asked.get("code_challenge_method", ""),
            time.time() - provider.signed_in_seconds_ago, provider.acr,
        )  # fmt: skip

    def query_authorization_code(self, code, client):
        return self.provider.codes.get(code)

    def delete_authorization_code(self, authorization_code):
        del self.provider.codes[authorization_code.code]

    def authenticate_user(self, authorization_code):
        return self.provider.subject


class IdToken(OpenIDCode):
    """The token, with what the test says instead."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(require_nonce=True)
        self.provider = provider

    def exists_nonce(self, nonce, request):
        return any(code.nonce == nonce for code in self.provider.codes.values())

    def get_client_claims(self, client):
        return {"iss": self.provider.issuer}

    def get_client_algorithm(self, client):
        return self.provider.algorithm

    def get_encode_header(self, client):
        return {"alg": self.provider.algorithm, "kid": "true"}

    def resolve_client_private_key(self, client):
        return self.provider.keys[self.provider.sign_with]

    def generate_user_info(self, user, scope):
        """The address belongs to somebody else; nobody may look at it."""
        said = {"sub": user, "email": "central@authority.example", "email_verified": True}
        return {**said, **self.provider.instead}


def app_of(provider: Provider) -> Flask:
    """The pages of the provider: configuration, keys, authorisation, token."""
    app = Flask("directory")
    server = AuthorizationServer(app, lambda _: Client(), lambda token, _: None)
    grant = type("GrantOfThis", (Grant,), {"provider": provider})
    server.register_grant(grant, [CodeChallenge(required=True), IdToken(provider)])
    app.post("/token")(server.create_token_response)

    @app.get("/.well-known/openid-configuration")
    def describe():
        return jsonify(configuration(provider))

    @app.get("/keys")
    def keys():
        return jsonify(keys=[provider.keys[0].as_dict(private=False)])

    @app.get("/authorize")
    def authorize():
        """The person is signed in there already and agrees at once."""
        provider.asked.append(request.args.to_dict())
        asked = server.get_consent_grant(end_user=provider.subject)
        response = server.create_authorization_response(grant_user=provider.subject, grant=asked)
        if provider.says_iss is not None:
            response.headers["Location"] += f"&iss={provider.says_iss or provider.issuer}"
        return response

    return app


def configuration(provider: Provider) -> dict[str, object]:
    return {
        "issuer": provider.calls_itself or provider.issuer,
        "authorization_endpoint": f"{provider.issuer}/authorize",
        "token_endpoint": f"{provider.issuer}/token",
        "jwks_uri": f"{provider.issuer}/keys",
        "id_token_signing_alg_values_supported": ["RS256", "none"],
        "authorization_response_iss_parameter_supported": provider.says_iss is not None,
    }
