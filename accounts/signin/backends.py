"""The one authentication backend: e-mail and password, by allauth, with stopped accounts told apart
afterwards.
"""

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User
from accounts.prepared import Prepared


class Backend(AuthenticationBackend):
    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        """By the address of the account alone. allauth would also take one from its own table,
        where a former address stays.
        """
        user = User.objects.filter(email=email.strip().lower()).first()
        checked: User | None = self._check_password(user, password)
        return checked

    def user_can_authenticate(self, user: User | None) -> bool:
        """Yes, even when stopped: the password is right, so it is no guess.

        The adapter then shows the page that says why.
        """
        return user is not None

    def get_user(self, user_id: int) -> User | None:
        """The account of a session: only while it is active, with what the acting person needs, in
        one statement.
        """
        found = _ACCOUNT.ask(int(user_id))
        return found[0] if found and found[0].is_active else None


_ACCOUNT: Prepared[User] = Prepared(
    "accounts_user_of_session",
    lambda user_id: User.objects.select_related("employer__parent").filter(pk=user_id),
    int,
)
