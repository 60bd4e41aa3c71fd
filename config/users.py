"""The first user and those after: made on the command line."""

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.validators import validate_email

from tracing.access.keys import create_key
from tracing.models import DEFAULT_PROJECT, Project


class CannotCreateUserError(Exception):
    """The user cannot be created; the message says what to do."""


def create_user(email: str, password: str) -> str:
    """Create a user who logs in with `email`; a key of project `default` if it has none yet, else an empty text."""
    call_command("migrate", verbosity=0, interactive=False)
    users = get_user_model().objects
    try:
        validate_email(email)
        validate_password(password)
    except ValidationError as error:
        raise CannotCreateUserError(" ".join(error.messages)) from error
    if users.filter(username=email).exists():
        raise CannotCreateUserError(f"There is a user {email} already.")
    users.create_superuser(username=email, email=email, password=password)
    project = Project.objects.get(slug=DEFAULT_PROJECT)
    return "" if project.keys.exists() else create_key(project, "first key")
