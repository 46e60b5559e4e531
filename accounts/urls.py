"""Addresses of the accounts pages. Sign-in pages are in `accounts/signin/urls.py`."""

from django.urls import path

from accounts.views import agreement, factors, invitations, messages, pages

app_name = "accounts"

urlpatterns = [
    path("", pages.home, name="home"),
    path("your-account/", pages.your_account, name="your-account"),
    path("your-account/second-factor/", factors.second_factor, name="second-factor"),
    path("agreement/", agreement.agreement, name="agreement"),
    path("roles/choose/", pages.choose_role, name="choose-role"),
    path("messages/", messages.messages, name="messages"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("cookies/", pages.cookies, name="cookies"),
    path("privacy/", pages.privacy, name="privacy"),
]
