"""Addresses of the pages on what changes and who is told of it, under `/p/<project>/`."""

from django.urls import path

from drift import views

urlpatterns = [
    path("drift", views.show_drift, name="drift"),
    path("drift/alarms/<int:number>", views.show_alarm, name="drift_alarm"),
    path("drift/alarms/<int:number>/accept", views.accept_drift_alarm, name="accept_drift_alarm"),
]
