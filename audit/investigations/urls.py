"""Addresses of cases: an opaque key and the name of an act."""

from django.urls import path

from audit.investigations import look_views, own_views, report_views, transfer_views, views

app_name = "investigations"

urlpatterns = [
    path("", views.cases, name="cases"),
    path("alerts/<uuid:key>/", views.alert, name="alert"),
    path("alerts/<uuid:key>/answer/", views.answer, name="answer-alert"),
    path("alerts/<uuid:key>/suspend/", views.suspend_person, name="suspend-on-alert"),
    path("yours/<uuid:key>/", own_views.your_side, name="your-side"),
    path("suspicion/", report_views.raise_a_suspicion, name="raise-suspicion"),
    path("report/", report_views.report, name="report"),
    path("report/status/", report_views.status, name="report-status"),
    path("reports/<uuid:key>/", report_views.shown, name="shown-report"),
    path("reports/<uuid:key>/open/", report_views.open_on, name="open-on-report"),
    path("reports/<uuid:key>/answer/", report_views.answer, name="answer-report"),
    path("open/", report_views.open_new, name="open-case"),
    path("<uuid:key>/prompt/", report_views.ask_the_team, name="prompt"),
    path("<uuid:key>/files/<uuid:file_key>/", views.file, name="file"),
    path("<uuid:key>/", views.case, name="case"),
    path("<uuid:key>/looks/", look_views.looks, name="looks"),
    path("<uuid:key>/looks/names/", look_views.names, name="names"),
    path("<uuid:key>/transfer/", transfer_views.transfer, name="transfer"),
    path("<uuid:key>/offered/", transfer_views.offered, name="offered"),
    path("<uuid:key>/evidence/<slug:copy>/", look_views.evidence, name="evidence"),
    path("<uuid:key>/hand-over/", views.hand_over, name="hand-over"),
    path("<uuid:key>/<slug:name>/", views.act, name="act"),
]
