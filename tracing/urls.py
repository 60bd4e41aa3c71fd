"""Addresses of the pages on what comes in, under `/p/<project>/`."""

from django.urls import path

from tracing import price_views, views

urlpatterns = [
    path("dead-letters", views.show_dead_letters, name="dead_letters"),
    path("dead-letters/retry", views.insert_dead_letters, name="insert_dead_letters"),
    path("remove", views.remove_demo, name="remove_demo"),
    path("settings/prices", price_views.show_prices, name="prices"),
    path("settings/prices/add", price_views.add_price, name="add_price"),
    path("settings/prices/apply", price_views.apply_prices, name="apply_prices"),
    path("settings/prices/<int:number>/remove", price_views.remove_price, name="remove_price"),
    path("setup", views.show_setup, name="setup"),
    path("setup/arrival", views.show_arrival, name="setup_arrival"),
]
