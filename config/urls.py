"""Every address of the web process but OTLP's, which `config.wsgi` answers before Django."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from feedback import urls as feedback_urls
from feedback.api import api
from tracing import health
from tracing import urls as tracing_urls
from tracing.access.requirements import public
from tracing.views import open_home

urlpatterns = [
    path("", open_home, name="home"),
    path("login", public(LoginView.as_view(template_name="login.html")), name="login"),
    path("logout", public(LogoutView.as_view()), name="logout"),
    path("healthz", public(health.show_alive)),
    path("readyz", public(health.show_ready)),
    path("metrics", public(health.show_metrics)),
    path("api/v1/", api.urls),
    path("p/<slug:project>/", include(feedback_urls)),
    path("p/<slug:project>/", include(tracing_urls)),
]
