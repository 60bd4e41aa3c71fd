"""The flywheel's edge: conversations of a project are read from the store and built into a dataset."""

from collections.abc import Iterator
from datetime import UTC, datetime

from feedback.conversation_list import keep_said
from feedback.datasets import Dataset, LabelledConversation, build_dataset
from feedback.records import load_feedback_of, load_signals
from tracing.filter_language import Filter, format_conditions
from tracing.filter_sql import compile_filter, find_search
from tracing.models import Project
from tracing.records import load_conversations, load_generations
from tracing.store import Store, get_store

BATCH_SIZE = 200
SECOND_NS = 10**9
NO_FILTER = Filter()


def build_export(project: Project, format_name: str, given: Filter = NO_FILTER) -> Dataset:
    """A dataset of what matches in `project`.

    Raises `UnknownFormat` for a format that there is not, `FilterError` for a field that conversations have not.
    """
    now = datetime.now(UTC)
    conversations = read_labelled(get_store(), project.pk, given, int(now.timestamp()) * SECOND_NS)
    filters = {"q": format_conditions(given.conditions)} if given.conditions else {}
    return build_dataset(format_name, conversations, project=project.slug, filters=filters, created_at=now)


def read_labelled(store: Store, project_id: int, given: Filter, now_ns: int) -> Iterator[LabelledConversation]:
    """The conversations of a project that match, with their model calls, signals and feedback, in batches."""
    where, search = compile_filter(given, "conversations", now_ns), find_search(given)
    rows = store.query("feedback/sql/conversation_ids.sql", where, project_id=project_id)
    for start in range(0, len(rows), BATCH_SIZE):
        kept = keep_said(store, project_id, search, rows[start : start + BATCH_SIZE])
        yield from read_batch(store, project_id, [row["conversation_id"] for row in kept])


def read_batch(store: Store, project_id: int, ids: list[str]) -> Iterator[LabelledConversation]:
    conversations = load_conversations(store, project_id, ids)
    feedback = load_feedback_of(store, project_id, list(conversations.values()))
    signals = load_signals(store, project_id, ids)
    trace_ids = {answer.trace_id for each in conversations.values() for answer in each.answers}
    generations = {each.span_id: each for each in load_generations(store, project_id, sorted(trace_ids))}
    for key, conversation in conversations.items():
        own = {
            span_id: generations[span_id]
            for answer in conversation.answers
            for span_id in answer.generation_span_ids
            if span_id in generations
        }
        yield LabelledConversation(conversation, own, signals[key], feedback[key])
