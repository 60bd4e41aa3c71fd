"""Every address of the web process but OTLP's, which `config.wsgi` answers before Django."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from drift import urls as drift_urls
from drift.api import api
from feedback import urls as feedback_urls
from tracing import account_views, audit_views, health, project_views
from tracing import urls as tracing_urls
from tracing.access.requirements import public
from tracing.views import open_home

handler400 = "tracing.page_problems.refuse_request"
urlpatterns = [
    path("", open_home, name="home"),
    path(
        "login",
        public(LoginView.as_view(template_name="login.html", authentication_form=account_views.LoginForm)),
        name="login",
    ),
    path("logout", public(LogoutView.as_view()), name="logout"),
    path("account", account_views.show_account, name="account"),
    path("account/password", account_views.change_password, name="change_password"),
    path("account/sessions/end", account_views.end_other_sessions, name="end_other_sessions"),
    path("invitation", account_views.answer_invitation, name="invitation"),
    path("invitations/<str:token>", account_views.open_invitation, name="open_invitation"),
    path("projects", project_views.show_projects, name="projects"),
    path("projects/add", project_views.add_project, name="add_project"),
    path("audit", audit_views.show_installation_audit, name="installation_audit"),
    path("audit.csv", audit_views.download_installation_audit, name="download_installation_audit"),
    path("healthz", public(health.show_alive)),
    path("readyz", public(health.show_ready)),
    path("metrics", public(health.show_metrics)),
    path("api/v1/", api.urls),
    path("p/<slug:project>/", include(drift_urls)),
    path("p/<slug:project>/", include(feedback_urls)),
    path("p/<slug:project>/", include(tracing_urls)),
]
