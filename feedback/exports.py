"""The flywheel's edge: conversations of a project are read from the store and built into a dataset."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from feedback.datasets import Dataset, LabelledConversation, build_dataset
from feedback.records import load_feedback_of, load_signals
from tracing.models import Project
from tracing.records import load_conversations, load_generations
from tracing.store import Store, get_store

BATCH_SIZE = 200


def build_export(project: Project, format_name: str, filters: Mapping[str, str]) -> Dataset:
    """A dataset of everything in `project`; raises `UnknownFormat` for a format that there is not."""
    conversations = read_labelled(get_store(), project.pk)
    return build_dataset(
        format_name, conversations, project=project.slug, filters=filters, created_at=datetime.now(UTC)
    )


def read_labelled(store: Store, project_id: int) -> Iterator[LabelledConversation]:
    """Every conversation of a project with its model calls, signals and feedback, in batches."""
    rows = store.query("feedback/sql/conversation_ids.sql", project_id=project_id)
    ids = [row["conversation_id"] for row in rows]
    for start in range(0, len(ids), BATCH_SIZE):
        yield from read_batch(store, project_id, ids[start : start + BATCH_SIZE])


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
