"""Pages of child records: plural nouns, an opaque key, a verb. No personal data in any address."""

from django.urls import path

from records.views import reading, searching

app_name = "records"

urlpatterns = [
    path("search/", searching.search, name="search"),
    path("searches/<uuid:key>/", searching.search_results, name="search-results"),
    path("<uuid:key>/", reading.record, name="record"),
    path("<uuid:key>/open/", reading.open_from_search, name="open-record"),
    path("<uuid:key>/reason/", reading.give_reason, name="give-reason"),
]
