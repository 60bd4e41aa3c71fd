"""Ids that are erased come in, and every text of a project in Django's tables goes out without them: names, notes,
filters, the audit log. Which models there are is asked of Django, so that none is forgotten."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import IntegrityError, models, transaction

from tracing.filter_language import quote
from tracing.models import Erasure, Project

APPS = ("tracing", "feedback", "drift")
STAND_IN = "erased"
FEW_IDS = 500
"""Beyond so many a text is cut into words first, and these are looked up."""
WORDS = re.compile(r"[^\s\"'(),;{}\[\]]+")
SHORT = 4
"""A shorter id is one only where it stands as a value: `user:7`."""
PORTION = 500

Finder = Callable[[str], list[str]]
"""Which of the ids stand in a text."""


def strip_project(project: Project, ids: Collection[str]) -> int:
    """Take these ids out of every text that the project has in Django's tables; how many rows had one."""
    find = make_finder(ids)
    count = sum(strip_rows(model, path, project, find) for model, path in list_models()) if ids else 0
    return count + (strip_sessions(find) if ids else 0)


def list_models() -> Iterator[tuple[type[models.Model], str]]:
    """Models whose rows belong to a project, with the way from one to it."""
    for model in apps.get_models():
        if model._meta.app_label in APPS and model is not Erasure and (path := find_path(model, 3)):
            yield model, path


def find_path(model: type[models.Model], depth: int) -> str:
    """The names of fields that lead to the project; empty where none do."""
    links = [each for each in model._meta.get_fields() if isinstance(each, models.ForeignKey)]
    for each in links:
        if each.related_model is Project:
            return each.name
    for each in links if depth > 1 else ():
        target = each.related_model
        if isinstance(target, type) and target is not model and (path := find_path(target, depth - 1)):
            return f"{each.name}__{path}"
    return ""


def strip_rows(model: type[models.Model], path: str, project: Project, find: Finder) -> int:
    names = [
        each.name
        for each in model._meta.concrete_fields
        if isinstance(each, models.CharField | models.TextField | models.JSONField) and not each.choices
    ]
    if not names:
        return 0
    rows = model._base_manager.filter(**{path: project}).values("pk", *names)
    changed = [(row["pk"], changes) for row in rows.iterator(PORTION) if (changes := strip_values(model, row, find))]
    for key, changes in changed:
        save_row(model, key, changes)
    return len(changed)


def strip_values(model: type[models.Model], row: Mapping[str, Any], find: Finder) -> dict[str, Any]:
    """What of a row is another without the ids."""
    changes: dict[str, Any] = {}
    for name, value in row.items():
        if name != "pk" and (stripped := strip(value, find)) != value:
            longest = getattr(model._meta.get_field(name), "max_length", None)
            changes[name] = stripped[:longest] if isinstance(stripped, str) else stripped
    return changes


def save_row(model: type[models.Model], key: Any, changes: Mapping[str, Any]) -> None:
    """By the plain manager: also what is else written once. Where two would be called the same, by its number."""
    rows = model._base_manager.filter(pk=key)
    try:
        with transaction.atomic():
            rows.update(**changes)
    except IntegrityError:
        rows.update(**{name: f"{v[:80]} {key}" if isinstance(v, str) else v for name, v in changes.items()})


def strip_sessions(find: Finder) -> int:
    """What pages were about to say to people: the next page says nothing of it."""
    count = 0
    for session in Session.objects.iterator(PORTION):
        held = session.get_decoded()
        if "_messages" in held and find(str(held["_messages"])):
            del held["_messages"]
            session.session_data = SessionStore().encode(held)
            session.save(update_fields=["session_data"])
            count += 1
    return count


def make_finder(ids: Collection[str]) -> Finder:
    """
    >>> make_finder(["u-4"])('user:u-4, not u-42')
    ['u-4']
    """
    spelled = {spelling: None for each in ids for spelling in (each, quote(each)[1:-1]) if spelling}
    if len(spelled) <= FEW_IDS:
        return lambda text: [each for each in spelled if each in text]
    parted = [each for each in spelled if not WORDS.fullmatch(each)]  # no word of a text is one of these
    return lambda text: sorted(
        {
            *(piece for word in WORDS.findall(text) for piece in split(word) if piece in spelled),
            *(each for each in parted if each in text),
        }
    )


def split(word: str) -> Iterator[str]:
    """A word, and what stands behind its first colon or equals sign, as in a filter or an address."""
    yield word
    yield from (word[at + 1 :] for at, letter in enumerate(word) if letter in ":=/")


def strip(told: Any, find: Finder) -> Any:
    """The same with a stand-in for ids, in texts of any depth."""
    if isinstance(told, str):
        for each in find(told):
            told = find_whole(each).sub(STAND_IN, told)
        return told
    if isinstance(told, Mapping):
        return {strip(name, find): strip(value, find) for name, value in told.items()}
    return [strip(each, find) for each in told] if isinstance(told, list) else told


def find_whole(name: str) -> re.Pattern[str]:
    """An id where it is not part of a longer one."""
    escaped = re.escape(name)
    if len(name) < SHORT:
        return re.compile(rf'(?<=[:"/=]){escaped}(?![\w-])|\A{escaped}\Z')
    return re.compile(rf"(?<![\w-]){escaped}(?![\w-])")
