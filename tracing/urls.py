"""Addresses of the pages on what comes in, under `/p/<project>/`."""

from django.urls import path

from tracing import views

urlpatterns = [
    path("dead-letters", views.show_dead_letters, name="dead_letters"),
    path("dead-letters/retry", views.insert_dead_letters, name="insert_dead_letters"),
    path("remove", views.remove_demo, name="remove_demo"),
    path("setup", views.show_setup, name="setup"),
    path("setup/arrival", views.show_arrival, name="setup_arrival"),
]
