"""Addresses of cases: an opaque key and the name of an act."""

from django.urls import path

from audit.investigations import views

app_name = "investigations"

urlpatterns = [
    path("", views.cases, name="cases"),
    path("<uuid:key>/", views.case, name="case"),
    path("<uuid:key>/<slug:name>/", views.act, name="act"),
]
