"""People in tests: made with a role, logged in, and what they are shown."""

import re

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from tracing.access.openness import forget_users
from tracing.access.rights import Role
from tracing.models import Membership, Project

PASSWORD = "a long and good phrase"


def make_user(email: str, project: Project | None = None, role: Role = Role.VIEWER, *, superuser: bool = False) -> User:
    user = User.objects.create_user(email, email, PASSWORD, is_superuser=superuser)
    forget_users()
    if project:
        Membership.objects.create(project=project, user=user, role=role)
    return user


def log_in(email: str = "") -> Client:
    client = Client(headers={"host": "localhost"})
    if email:
        client.force_login(User.objects.get(username=email), "django.contrib.auth.backends.ModelBackend")
    return client


def read(response: HttpResponse) -> str:
    return response.content.decode()


def find_link(response: HttpResponse) -> str:
    """The path of the link that the page shows."""
    [path] = re.findall(r"http://localhost(/invitations/[\w-]+)", read(response))
    return str(path)
