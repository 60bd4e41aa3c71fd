"""Names that were made of what people said, such as titles of failure modes: those go in which somebody who is erased
alone said a word."""

from collections.abc import Iterable

from tracing.models import Project
from tracing.store import Store
from tracing.words import split_words


def find_telling(store: Store, project: Project, names: Iterable[str]) -> list[str]:
    """The names with a word that no conversation of now has."""
    words = {name: split_words(name) for name in names}
    said = load_said(store, project, sorted({each for found in words.values() for each in found}))
    return [name for name, found in words.items() if not said.issuperset(found)]


def load_said(store: Store, project: Project, words: list[str]) -> set[str]:
    """Which of these words stand in a conversation of now."""
    rows = store.query_columns("tracing/sql/said_words.sql", project_id=project.pk, words=words)
    return set(rows.get("word", ()))
