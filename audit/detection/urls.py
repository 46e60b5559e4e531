"""Addresses of detection: the rules in force, and a kind of body."""

from django.urls import path

from audit.detection import views

app_name = "detection"

urlpatterns = [
    path("", views.rules, name="rules"),
    path("suspension/<slug:kind>/", views.mode, name="mode"),
]
