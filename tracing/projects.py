"""Projects: made, changed and removed, with everything in both databases."""

from django.db import IntegrityError, transaction

from tracing.access.keys import forget_keys
from tracing.models import DEFAULT_PROJECT, Project
from tracing.store import Store

MOST_DAYS = 10_000


class ProjectError(Exception):
    """What was asked for cannot be done with a project; the message says why."""


def create_project(slug: str, name: str) -> Project:
    """A new and empty project. Raises ProjectError where its slug is taken."""
    try:
        with transaction.atomic():
            return Project.objects.create(slug=slug, name=name)
    except IntegrityError as error:
        raise ProjectError(f"There is a project “{slug}” already; take another short name.") from error


def remove_project(store: Store, project: Project) -> None:
    """Delete a project with its rows, members, keys and settings; what the audit log says of it stays.

    Its keys go first, so that nothing comes in meanwhile; where the store fails, the rest is there to try again.
    Raises ProjectError for the project that every row without one belongs to.
    """
    if project.slug == DEFAULT_PROJECT:
        raise ProjectError(f"Project “{DEFAULT_PROJECT}” stays: it takes whatever comes without a project.")
    project.keys.all().delete()
    forget_keys()
    store.delete_project(project.pk)
    Project.objects.filter(pk=project.pk).delete()
