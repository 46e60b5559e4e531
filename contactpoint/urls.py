"""Where each page lives: includes, sign-in, health, error handlers."""

from django.urls import include, path

from contactpoint import health

urlpatterns = [
    path("", include("accounts.urls")),
    path("account/", include("accounts.signin.urls")),
    path("records/", include("records.urls")),
    path("trail/", include("audit.trail.urls")),
    path("investigations/", include("audit.investigations.urls")),
    path("detection/", include("audit.detection.urls")),
    path("dashboards/", include("audit.dashboards.urls")),
    path("health/live/", health.live, name="health-live"),
    path("health/ready/", health.ready, name="health-ready"),
    path("health/ledger/", health.ledger, name="health-ledger"),
]

handler400 = "accounts.views.errors.bad_request"
handler403 = "accounts.views.errors.forbidden"
handler404 = "accounts.views.errors.not_found"
handler500 = "accounts.views.errors.server_error"
