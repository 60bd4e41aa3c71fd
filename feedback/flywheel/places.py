"""Where versions of datasets lie on disk: a directory each, named by its key, with `work` while it is built and `files`
after."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from feedback.models import DatasetVersion

SUBJECTS = "subjects.txt"
"""Salted digests of the users and conversations that are in it, one on a line, in order."""
MANIFEST = "manifest.json"


def find_directory(version: DatasetVersion) -> Path:
    return Path(settings.DATASETS_DIR) / version.key


def find_work(version: DatasetVersion) -> Path:
    """What a build has collected so far."""
    return find_directory(version) / "work"


def find_files(version: DatasetVersion) -> Path:
    """What people download."""
    return find_directory(version) / "files"


def remove_directory(key: str) -> None:
    """All that there is of a version; nothing where there is nothing."""
    remove_tree(Path(settings.DATASETS_DIR) / key)


@receiver(post_delete, sender=DatasetVersion)
def follow_deletion(instance: DatasetVersion, **_named: Any) -> None:
    """A version that is deleted takes its files with it, also where its dataset or project goes."""
    transaction.on_commit(partial(remove_directory, instance.key))


def remove_tree(directory: Path) -> None:
    """A directory with all in it, also while somebody still writes into it."""
    for _ in range(10):
        shutil.rmtree(directory, ignore_errors=True)
        if not directory.exists():
            return
    shutil.rmtree(directory)


def list_keys() -> Iterator[str]:
    """Of every directory that there is."""
    root = Path(settings.DATASETS_DIR)
    yield from sorted(each.name for each in root.iterdir() if each.is_dir()) if root.is_dir() else ()
