"""Addresses of the trail: filters in the query string are keys, dates and codes only."""

from django.urls import path

from audit.trail import views

app_name = "trail"

urlpatterns = [
    path("", views.events, name="events"),
    path("yours/", views.own_events, name="own-events"),
    path("events/<int:event>/proof/", views.proof, name="proof"),
    path("people/", views.find_person, name="find-person"),
]
