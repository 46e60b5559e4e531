"""Pages of child records: plural nouns, an opaque key, a verb. No personal data in any address."""

from django.urls import path

from records.views import (
    by_address,
    creating,
    enquiries,
    keeping,
    mediation,
    moves,
    reading,
    referrals,
    searching,
)

app_name = "records"

urlpatterns = [
    path("search/", searching.search, name="search"),
    path("searches/<uuid:key>/", searching.search_results, name="search-results"),
    path("enquiries/", enquiries.my_enquiries, name="my-enquiries"),
    path("enquiries/<uuid:key>/choose/", enquiries.choose, name="choose-enquiry"),
    path("enquiries/<uuid:key>/close/", enquiries.close, name="close-enquiry"),
    path("enquiries/<uuid:key>/hand-over/", enquiries.hand_over, name="hand-over-enquiry"),
    path("referrals/", referrals.referrals, name="referrals"),
    path("referrals/new/", referrals.new_referral, name="new-referral"),
    path("referrals/<uuid:key>/", referrals.referral, name="referral"),
    path("referrals/<uuid:key>/pass-on/", referrals.pass_on, name="pass-on-referral"),
    path("moves/", moves.moves, name="moves"),
    path("moves/<uuid:key>/", moves.answer_move, name="answer-move"),
    path("moves/<uuid:key>/open/", moves.open_moved, name="open-moved"),
    path("requests/", mediation.requests, name="mediation"),
    path("requests/new/", mediation.new_request, name="new-mediation"),
    path("requests/mine/", mediation.asked_for_me, name="asked-for-me"),
    path("requests/<uuid:key>/", mediation.mediation_request, name="mediation-request"),
    path("requests/<uuid:key>/verify/", mediation.verify, name="verify-requester"),
    path("requests/<uuid:key>/look/", mediation.look, name="look-for-another"),
    path("search/address/", by_address.search_by_address, name="search-by-address"),
    path("searches/<uuid:key>/range/", by_address.address_range, name="address-range"),
    path("searches/<uuid:key>/show/", by_address.confirm, name="confirm-address-search"),
    path("searches/<uuid:key>/children/", by_address.children, name="address-children"),
    path("new/", creating.new_record, name="new-record"),
    path("<uuid:key>/", reading.record, name="record"),
    path("<uuid:key>/open/", reading.open_from_search, name="open-record"),
    path("<uuid:key>/reason/", reading.give_reason, name="give-reason"),
    path("<uuid:key>/amend/<slug:part>/", keeping.amend_record, name="amend-record"),
    path("<uuid:key>/identifiers/end/", keeping.end_identifier, name="end-identifier"),
    path("<uuid:key>/referrals/new/", referrals.refer_child, name="refer-child"),
    path("<uuid:key>/referrals/name/", referrals.name_referred_child, name="name-referred-child"),
    path("<uuid:key>/move/", moves.move_child, name="move-child"),
    path("<uuid:key>/dispute/", keeping.dispute_field, name="dispute-field"),
    path("<uuid:key>/involvements/", keeping.record_involvement, name="record-involvement"),
    path("<uuid:key>/involvements/own/", keeping.work_with, name="work-with"),
    path("<uuid:key>/involvements/lead/", keeping.name_lead, name="name-lead"),
    path(
        "<uuid:key>/involvements/confirm/",
        keeping.confirm_involvement,
        name="confirm-involvement",
    ),
    path("<uuid:key>/involvements/end/", keeping.end_involvement, name="end-involvement"),
]
