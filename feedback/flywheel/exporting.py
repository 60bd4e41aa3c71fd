"""An export that nobody waits for: a definition comes in, its files go out in a directory that goes with them."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from feedback.datasets.building.build import Built, build_dataset
from feedback.datasets.definition import Definition
from feedback.datasets.record import LabelledConversation
from feedback.datasets.steps import Context
from feedback.flywheel.datasets import check_definition
from feedback.flywheel.evaluation_sets import load_grams
from feedback.flywheel.forgetting import load_forgotten
from feedback.flywheel.lists import describe_source
from feedback.flywheel.measured import load_precisions
from feedback.flywheel.reading import choose_conversations, read_labelled
from feedback.flywheel.scrubbers import load_scrubber
from tracing.filter_language import read_filter
from tracing.models import Project
from tracing.store import get_store
from tracing.times import to_ns

Told = Callable[[str, int, int | None], None]
"""Hears what is being done, and how many of how many are."""


def say_nothing(_doing: str, _done: int, _total: int | None) -> None:
    pass


def build_export(project: Project, definition: Definition, tell: Told = say_nothing) -> Built:
    """Build at once what matches in `project`: of people's conversations, unless the filter says who led them, and of
    nobody who is held out or forgotten, whatever it says. Close what it gives, or use it with `with`.

    Raises UnknownFormat and DefinitionProblems.
    """
    check_definition(project, definition)
    store, now = get_store(), datetime.now(UTC)
    choice = choose_conversations(store, project.pk, read_filter(definition.filter), to_ns(now))
    grams = load_grams(project.pk, definition.evaluation_sets)
    precisions = load_precisions(store, project.pk, now)
    context = Context(definition, load_forgotten(project.pk), grams, load_scrubber(), precisions)
    source = describe_source(project, definition.filter, now, choice)
    labelled = tell_progress(read_labelled(store, project.pk, choice.conversations), len(choice.conversations), tell)
    return build_dataset(definition, labelled, source=source, context=context)


def tell_progress(labelled: Iterable[LabelledConversation], total: int, tell: Told) -> Iterator[LabelledConversation]:
    done = -1
    for done, each in enumerate(labelled):
        tell("reads conversations", done, total)
        yield each
    tell("writes rows", done + 1, total)
