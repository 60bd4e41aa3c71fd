"""What a queue could draw from, out of the store: its definition and a time come in, candidates for
`feedback.review.choosing` go out, the latest first.

They are of people, unless the filter says who led, and of conversations that rest: what is still going on is judged
when it is over. Nearness to a border is told by its square, so that what is clear is all but left to chance.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from feedback.conversation_list import keep_said
from feedback.detectors.material import QUIET_NS
from feedback.failures.catalogues import load_catalogue
from feedback.failures.records import load_failing_of, stack_vectors
from feedback.machines import leave_out_machines
from feedback.models import ReviewItem, ReviewQueue
from feedback.review.borders import measure_nearness
from feedback.review.choosing import Candidate
from feedback.review.questions import ALONE, ANSWER, REACTION, Question
from tracing.filter_language import Filter, read_filter
from tracing.filter_sql import compile_filter, find_search
from tracing.store import Store
from tracing.times import to_ns

MOST_CANDIDATES = 50_000
"""The latest; a draw keeps them all in memory."""
MOST_FAILING = 20_000
"""The same of conversations with a failure, of each of which a vector is compared."""
SEARCHED_AT_ONCE = 200
LONGEST_ID = 500
"""Of a conversation, in characters, that a row of an item takes."""
QUIET = timedelta(microseconds=QUIET_NS // 1000)
KINDS = {
    asked.question: [choice.key for choice in asked.choices if choice.key not in {*ALONE, "other"}]
    for asked in (REACTION, ANSWER)
}
"""Kinds of signals that are the answers of a question."""


def load_candidates(
    store: Store, queue: ReviewQueue, since: datetime | None, until: datetime, given: Filter | None = None
) -> list[Candidate]:
    """What nobody was asked yet of conversations that ended after `since` and up to `until`. Raises FilterError."""
    given = leave_out_machines(read_filter(queue.filter) if given is None else given)
    question = Question(queue.question)
    rows = query_candidates(store, queue.project_id, question, given, since, until)
    known = list_asked(queue)
    kept = (row for row in rows if (row["conversation_id"], row["turn_index"]) not in known)
    found = [Candidate(**row) for row in kept if len(row["conversation_id"]) <= LONGEST_ID]
    return mark_borders(store, queue.project_id, found) if question is Question.FAILURE_MODE else found


def query_candidates(
    store: Store, project_id: int, question: Question, given: Filter, since: datetime | None, until: datetime
) -> Iterator[dict[str, Any]]:
    until_ns = to_ns(until)
    where, search = compile_filter(given, "conversations", until_ns), find_search(given)
    bound = {"project_id": project_id, "since_ns": to_ns(since) if since else 0, "until_ns": until_ns}
    if question in KINDS:
        told = {"of_messages": question is Question.REACTION, "kinds": KINDS[question], "limit": MOST_CANDIDATES}
        rows = store.query("feedback/sql/review_turns.sql", where, **bound, **told)
    else:
        failed = question is Question.FAILURE_MODE
        told = {"failed": failed, "limit": MOST_FAILING if failed else MOST_CANDIDATES}
        rows = store.query("feedback/sql/review_conversations.sql", where, **bound, **told)
    for start in range(0, len(rows), SEARCHED_AT_ONCE):
        yield from keep_said(store, project_id, search, rows[start : start + SEARCHED_AT_ONCE])


def list_asked(queue: ReviewQueue) -> Collection[tuple[str, int]]:
    """What stands in this queue, and in those that are open and ask the same."""
    items = ReviewItem.objects.filter(queue__project=queue.project_id, queue__question=queue.question)
    rows = items.values_list("queue", "queue__is_open", "conversation_id", "turn_index")
    return {(key, turn) for number, is_open, key, turn in rows if is_open or number == queue.pk}


def mark_borders(store: Store, project_id: int, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The same, uncertain the more the nearer they lie to the border of a failure mode, from within or without."""
    catalogue = load_catalogue(project_id)
    rows = load_failing_of(store, project_id, [each.conversation_id for each in candidates])
    listed = [rows[each.conversation_id] for each in candidates if each.conversation_id in rows]
    if not listed:
        return list(candidates)
    nearness = measure_nearness(catalogue, stack_vectors(listed), [each.turn.family for each in listed])
    squares = dict(zip((each.conversation_id for each in listed), (nearness**2).tolist(), strict=True))
    return [replace(each, uncertain=squares.get(each.conversation_id, 0.0)) for each in candidates]
