"""The first user and those after, made on the command line by whoever can write the data directory."""

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction

from tracing.access import audit
from tracing.access.accounts import AccountError, create_account
from tracing.access.decisions import find_command_actor
from tracing.access.keys import create_key
from tracing.access.rights import Role
from tracing.models import DEFAULT_PROJECT, Membership, Project


class CannotCreateUserError(Exception):
    """The user cannot be created; the message says what to do."""


def create_user(email: str, password: str, project_slug: str = "", role: Role = Role.VIEWER) -> str:
    """Create a user who logs in with `email`; a key of project `default` if it has none yet, else an empty text.

    With a project they are a member of that alone; else an administrator, who owns every project.
    """
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        project = find_project(project_slug) if project_slug else None
        user = make_account(email, password, is_administrator=project is None)
        if project:
            Membership.objects.create(project=project, user=user, role=role.value)
        given = {"role": role.value if project else "administrator"}
        audit.record(find_command_actor(), "create_user", project, target=user.get_username(), details=given)
        default = Project.objects.get(slug=DEFAULT_PROJECT)
        if project or default.keys.exists():
            return ""
        return create_key(default, "first key", created_by=user.get_username())


def find_project(slug: str) -> Project:
    """The project of a member. The first user owns everything: nobody could invite or mend anything else."""
    if not has_administrator():
        raise CannotCreateUserError("There is no administrator yet; create one first, without --project.")
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        known = ", ".join(Project.objects.order_by("slug").values_list("slug", flat=True))
        raise CannotCreateUserError(f"There is no project {slug!r}; there are: {known}.")
    return project


def has_administrator() -> bool:
    return User.objects.filter(is_superuser=True, is_active=True).exists()


def make_account(email: str, password: str, *, is_administrator: bool) -> User:
    try:
        return create_account(email, password, is_administrator=is_administrator)
    except AccountError as error:
        raise CannotCreateUserError(str(error)) from error
