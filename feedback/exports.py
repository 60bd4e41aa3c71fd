"""The flywheel's edge: conversations of a project are read from the store and built into a dataset."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from feedback.conversation_list import keep_said
from feedback.datasets import HeldOut, LabelledConversation
from feedback.datasets.dataset import Dataset, build_dataset
from feedback.holdouts import load_holdout
from feedback.machines import ask_for_machines, asks_for_machines, leave_out_machines
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
    """A dataset of what matches in `project`: of people's conversations, unless the filter says who led them, and of
    nobody who is held out, whatever it says.

    Raises `UnknownFormat` for a format that there is not, `FilterError` for a field that conversations have not.
    """
    now, store = datetime.now(UTC), get_store()
    now_ns = int(now.timestamp()) * SECOND_NS
    machines = (
        [] if asks_for_machines(given) else find_conversations(store, project.pk, ask_for_machines(given), now_ns)
    )
    holdout = load_holdout(project.pk)
    found = find_conversations(store, project.pk, leave_out_machines(given), now_ns)
    kept = [conversation_id for conversation_id, user_id in found if not holdout.holds(user_id, conversation_id)]
    return build_dataset(
        format_name,
        read_labelled(store, project.pk, kept),
        project=project.slug,
        filters={"q": format_conditions(given.conditions)} if given.conditions else {},
        machines_left_out=len(machines),
        holdout=HeldOut(holdout.share, len(found) - len(kept)),
        created_at=now,
    )


def read_labelled(store: Store, project_id: int, ids: Sequence[str]) -> Iterator[LabelledConversation]:
    """Conversations of a project with their model calls, signals and feedback, in batches."""
    for start in range(0, len(ids), BATCH_SIZE):
        yield from read_batch(store, project_id, list(ids[start : start + BATCH_SIZE]))


def find_conversations(store: Store, project_id: int, given: Filter, now_ns: int) -> list[tuple[str, str]]:
    """Conversations that match, each by its id and that of its user, in the order of time."""
    where, search = compile_filter(given, "conversations", now_ns), find_search(given)
    rows = store.query("feedback/sql/conversation_ids.sql", where, project_id=project_id)
    return [
        (row["conversation_id"], row["user_id"])
        for start in range(0, len(rows), BATCH_SIZE)
        for row in keep_said(store, project_id, search, rows[start : start + BATCH_SIZE])
    ]


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
