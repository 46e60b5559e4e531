"""Addresses of the accounts pages. Sign-in pages are in `accounts/signin/urls.py`."""

from django.urls import include, path

from accounts import organisation_urls
from accounts.views import (
    agreement,
    directories,
    factors,
    invitations,
    inviting,
    looking_after,
    messages,
    own,
    pages,
    people,
    requirements,
    roles,
    signin_help,
    vouching,
)

app_name = "accounts"

urlpatterns = [
    path("", pages.home, name="home"),
    path("your-account/", own.your_account, name="your-account"),
    path("your-account/sessions/", own.sessions, name="own-sessions"),
    path("your-account/sessions/end/", own.end_sessions, name="end-sessions"),
    path("your-account/sessions/forget/", own.forget_device, name="forget-device"),
    path("your-account/recorded/", own.recorded, name="recorded"),
    path("your-account/second-factor/", factors.second_factor, name="second-factor"),
    path("requirements/", requirements.requirements, name="requirements"),
    path("requirements/agreement/", requirements.new_agreement, name="new-agreement"),
    path("requirements/course/", requirements.new_course, name="new-course"),
    path(
        "your-account/directories/<uuid:key>/",
        directories.link_directory,
        name="link-directory",
    ),
    path("identity-providers/", directories.identity_providers, name="identity-providers"),
    path("your-account/directories/<uuid:key>/end/", own.end_own_link, name="end-own-link"),
    path(
        "identity-providers/<uuid:key>/end/",
        directories.end_identity_provider,
        name="end-identity-provider",
    ),
    path("agreement/", agreement.agreement, name="agreement"),
    path("people/", people.people, name="people"),
    path("people/find/", people.find, name="find-people"),
    path("people/export/", people.export, name="export-people"),
    path("people/<uuid:key>/", people.person, name="person"),
    *(
        path(f"people/<uuid:key>/{verb}/", people.change, {"verb": verb}, name=f"{verb}-account")
        for verb in people.VERBS
    ),
    path("people/<uuid:key>/roles/grant/", roles.grant, name="grant-role"),
    path("people/<uuid:key>/roles/<int:grant_id>/extend/", roles.extend, name="extend-role"),
    path("people/<uuid:key>/roles/<int:grant_id>/revoke/", roles.revoke, name="revoke-role"),
    path("roles/choose/", pages.choose_role, name="choose-role"),
    path("roles/requests/", roles.role_requests, name="role-requests"),
    path("roles/requests/<uuid:key>/", roles.answer_request, name="answer-role-request"),
    path("", include("accounts.accrediting.urls")),
    path("messages/", messages.messages, name="messages"),
    path("people/invite/", inviting.invite, name="invite"),
    path("people/invite-from-file/", inviting.invite_from_file, name="invite-from-file"),
    path("people/rejects/", inviting.rejects, name="rejects"),
    path("people/record-training/", vouching.training_from_file, name="training-from-file"),
    path("people/<uuid:key>/file/", vouching.personal_file, name="personal-file"),
    path("people/<uuid:key>/invite-again/", inviting.invite_once_more, name="invite-again"),
    path("people/<uuid:key>/confirm-identity/", vouching.identity, name="confirm-identity"),
    path("people/<uuid:key>/record-check/", vouching.check, name="record-check"),
    path("people/<uuid:key>/record-training/", vouching.training, name="record-training"),
    path("people/<uuid:key>/contact/", looking_after.contact, name="change-contact"),
    path(
        "people/<uuid:key>/withdraw-identity/",
        looking_after.withdraw_identity,
        name="withdraw-identity",
    ),
    path(
        "people/<uuid:key>/directories/<uuid:provider>/end/",
        looking_after.end_link,
        name="end-directory-link",
    ),
    path("messages/<int:message_id>/send-again/", looking_after.send_again, name="send-again"),
    path("sign-in-help/", signin_help.signin_help, name="signin-help"),
    path("sign-in-help/<uuid:key>/", signin_help.help_person, name="help-person"),
    path("sign-in-help/<uuid:key>/unlock/", signin_help.unlock, name="unlock"),
    path("sign-in-help/<uuid:key>/reset/", signin_help.reset_factors, name="reset-factors"),
    path("sign-in-help/<uuid:key>/e-mail/", signin_help.change_email, name="change-email"),
    path("sign-in-help/confirm/", signin_help.confirm_change, name="confirm-change"),
    path("recovery/<str:token>/", signin_help.recovery, name="recovery"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    *organisation_urls.urlpatterns,
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("cookies/", pages.cookies, name="cookies"),
    path("privacy/", pages.privacy, name="privacy"),
]
