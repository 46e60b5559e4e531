"""The sign-in pages that exist: no sign-up, no e-mail management, no password by mail link other than reset."""

from allauth.urls import urlpatterns as allauth_patterns

urlpatterns = allauth_patterns
