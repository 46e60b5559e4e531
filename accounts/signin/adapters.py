"""allauth's questions, answered our way: nobody signs up, a reset needs a factor, secrets are
encrypted at rest.
"""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import encryption
from accounts.messages import MessageKind, queue_message
from accounts.models import User
from accounts.signin import events
from accounts.signin.factors import factors_of, holds_second_factor, is_fresh
from accounts.signin.stopped import remember_stopped


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by management teams of accredited organisations, never by oneself."""
        return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Right password or passkey, stopped account: the person is told what to do, and it is an
        event.
        """
        with transaction.atomic():
            events.failed(request, user, reason=f"account-{user.status}")
        remember_stopped(request, user)
        return redirect("account_inactive")

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """A mailbox alone must never open an account: without a second factor only a new invitation
        helps.
        """
        if not holds_second_factor(user):
            with transaction.atomic():
                events.reset_requested(self.request, user, refused="no-second-factor")
            return
        with transaction.atomic():
            events.reset_requested(self.request, user)
            queue_message(
                kind=MessageKind.PASSWORD_RESET,
                to=user,
                about_type="user",
                about_id=user.pk,
                link=urlsplit(context["password_reset_url"]).path,
                by=events.acting_in(self.request),
            )

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth would count failed passwords by account, whoever typed them: a way to keep its
        owner out. axes counts them, by account and device.
        """

    def reauthenticate(self, user: User, password: str) -> bool:
        """Through the same backends, so a wrong password counts towards the lock-out."""
        return bool(self.authenticate(context.request, email=user.email, password=password) == user)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not if the strongest factor this account has was shown within five minutes, at sign-in or
        since.
        """
        return not is_fresh(context.request)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Who has a second factor shows that one again; the password is asked of those without one
        only.
        """
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if holds_second_factor(user):
            return [method for method in methods if method["id"] != "reauthenticate"]
        return methods


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last second factor stays: set up another one first."""
        if authenticator.type == Authenticator.Type.RECOVERY_CODES:
            return True
        return bool(factors_of(authenticator.user).exclude(pk=authenticator.pk).exists())
