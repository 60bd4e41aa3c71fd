"""Addresses of the pages on what changes and who is told of it, under `/p/<project>/`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
