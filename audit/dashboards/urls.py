"""Addresses of the dashboards: a measure and a month in the query string, nothing else."""

from django.urls import path

from audit.dashboards import views

app_name = "dashboards"

urlpatterns = [
    path("national/", views.national, name="national"),
    path("local/", views.local, name="local"),
]
