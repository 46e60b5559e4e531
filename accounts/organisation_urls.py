"""Addresses of the register of organisations and of the staff feed, part of `accounts/urls.py`."""

from django.urls import path

from accounts.views import organisations, staffing

_ONE = "organisations/<uuid:key>"

urlpatterns = [
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/find/", organisations.find, name="find-organisations"),
    path(f"{_ONE}/", organisations.organisation, name="organisation"),
    path(f"{_ONE}/close/", organisations.close, name="close-organisation"),
    path(f"{_ONE}/merge/", organisations.merge, name="merge-organisation"),
    path(f"{_ONE}/move/", organisations.move, name="move-organisation"),
    path(f"{_ONE}/moves/<int:move_id>/cancel/", organisations.cancel_move, name="cancel-move"),
    path(f"{_ONE}/identifiers/record/", organisations.record_identifier, name="record-identifier"),
    path(
        f"{_ONE}/identifiers/<int:identifier_id>/end/",
        organisations.end_identifier,
        name="end-identifier",
    ),
    path("staff/list/", staffing.staff_feed, name="staff-feed"),
    path("staff/proposals/", staffing.staff_proposals, name="staff-proposals"),
    path("staff/proposals/<uuid:key>/", staffing.answer_proposal, name="answer-proposal"),
]
