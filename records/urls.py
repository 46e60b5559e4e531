"""Pages of child records: plural nouns, an opaque key, a verb. No personal data in any address."""

from django.urls import path

from records.views import creating, keeping, reading, searching

app_name = "records"

urlpatterns = [
    path("search/", searching.search, name="search"),
    path("searches/<uuid:key>/", searching.search_results, name="search-results"),
    path("new/", creating.new_record, name="new-record"),
    path("<uuid:key>/", reading.record, name="record"),
    path("<uuid:key>/open/", reading.open_from_search, name="open-record"),
    path("<uuid:key>/reason/", reading.give_reason, name="give-reason"),
    path("<uuid:key>/amend/<slug:part>/", keeping.amend_record, name="amend-record"),
    path("<uuid:key>/identifiers/end/", keeping.end_identifier, name="end-identifier"),
    path("<uuid:key>/dispute/", keeping.dispute_field, name="dispute-field"),
    path("<uuid:key>/involvements/", keeping.record_involvement, name="record-involvement"),
    path(
        "<uuid:key>/involvements/confirm/",
        keeping.confirm_involvement,
        name="confirm-involvement",
    ),
    path("<uuid:key>/involvements/end/", keeping.end_involvement, name="end-involvement"),
]
