"""Whether a project's texts are kept, and for how long: the choice of its row in Django's database.

It is remembered for a few seconds, because every request that brings data asks for it.

A choice that is changed holds at once in this process and a few seconds later in others.
"""

import threading
import time
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.utils.crypto import salted_hmac

from tracing.models import Project

MEMORY_SECONDS = 3.0
MOST_HOURS = 87_600
SALT = "tacit.texts"


@dataclass(frozen=True, slots=True)
class TextChoice:
    """For how many hours texts are kept: None for as long as everything else, 0 for not at all."""

    hours: int | None = None
    purged_until: datetime | None = None
    """What came in before then has no texts any more."""

    @property
    def is_kept(self) -> bool:
        """Whether texts are stored at all."""
        return self.hours != 0


KEEP = TextChoice()


class Choices:
    """What was asked for lately, by project."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[float, TextChoice]] = {}
        self._lock = threading.Lock()

    def find(self, project_id: int) -> TextChoice:
        now = time.monotonic()
        at, choice = self._known.get(project_id, (-MEMORY_SECONDS, KEEP))
        if now - at >= MEMORY_SECONDS:
            choice = load_choice(project_id)
            with self._lock:
                self._known[project_id] = (now, choice)
        return choice

    def forget(self) -> None:
        with self._lock:
            self._known.clear()


CHOICES = Choices()


def load_choice(project_id: int) -> TextChoice:
    """As it stands in the database; a project that is no more keeps nothing of its own."""
    told = Project.objects.filter(pk=project_id).values_list("text_hours", "texts_purged_until").first()
    return TextChoice(*told) if told else KEEP


def find_choice(project_id: int) -> TextChoice:
    """The project's choice, not older than a few seconds."""
    return CHOICES.find(project_id)


def change_choice(project: Project, hours: int | None, purge_before: datetime | None = None) -> None:
    """Keep texts for so many hours from now on; what came in before a moment loses them where that is asked."""
    project.text_hours = hours
    if purge_before is not None:
        project.purge_texts_before = purge_before
    project.save(update_fields=["text_hours", "purge_texts_before"])
    CHOICES.forget()


@cache
def find_secret(project_id: int) -> bytes:
    """By which equal texts of a project are told, and by nobody else."""
    return salted_hmac(SALT, str(project_id)).digest()
