"""What a query gives of one project is the same whether another has rows or not, and what is asked across projects."""

import re
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feedback.labels import OUTCOME
from tests.isolation.world import REVIEWER, SECOND_NS, SHARED_CONVERSATION, SHARED_TRACE, Side, make_side
from tests.test_sql import ACROSS_PROJECTS, CHANGES_OF_A_TABLE, EXAMPLES, FILES, PACKAGES, ROOT, read_parameters
from tests.tracing.otlp import make_span_id, make_trace_id
from tracing.store import Store

ASKED = [path for path in FILES if path not in (*ACROSS_PROJECTS, *CHANGES_OF_A_TABLE) and "deletion" not in path]
FORGETFUL = (
    *("forget_reprocessing_traces", "list_reprocessing_traces", "count_hours"),
    *("move_members", "move_conversations"),
    *(path.stem for path in Path(ROOT / "tracing/sql").glob("erasure_*.sql") if "INSERT" in path.read_text()),
)
"""Those of them that write."""
UNASKED = {"feedback_page": ("conversation_id", "trace_id", "span_id", "name"), "review_page": ("said_by",)}
"""Where a list that takes many things at once is asked for all of them."""
EDGES = re.compile(r"(views|api\w*|urls|pages|presentation)\.py$")


def list_examples(side: Side) -> dict[str, Any]:
    """Something for each parameter that is there in `side`; times and numbers leave everything in."""
    now_ns = time.time_ns()
    traces = [make_trace_id(side.trace), make_trace_id(SHARED_TRACE)]
    spans = [make_span_id(side.trace), make_span_id(SHARED_TRACE)]
    conversations = [side.conversation, SHARED_CONVERSATION]
    return {
        "trace_ids": traces,
        "span_ids": spans,
        "conversation_ids": conversations,
        "conversation_id": SHARED_CONVERSATION,
        "at_id": SHARED_CONVERSATION,
        "at_ns": 0,
        "trace_id": make_trace_id(SHARED_TRACE),
        "span_id": make_span_id(SHARED_TRACE),
        "user_id": side.word("user_id"),
        "user_ids": [side.word("user_id"), side.word("days-14")],
        "service_name": side.word("service_name"),
        "message_ids": [side.word("message_id")],
        "response_ids": [side.word("response_id")],
        "identifiers": [side.feedback, f"feedback-{SHARED_CONVERSATION}"],
        "names": [side.word("name"), "thumbs", *traces],
        "keys": [SHARED_TRACE],
        "told": [SHARED_TRACE],
        "continued": [SHARED_TRACE],
        "phrases": [],
        "unsaid": [],
        "log_ids": [],
        "turn_indexes": [0],
        "first_turn": 0,
        "end_turn": 10,
        "part_turns": 10,
        "before_ns": 2**63 - 1,
        "before_rank": 2**63 - 1,
        "until_ns": 2**62,
        "from_ns": 0,
        "after_ns": 0,
        "since_ns": now_ns - 3600 * SECOND_NS,
        "current_ns": now_ns - 3600 * SECOND_NS,
        "step_ns": SECOND_NS,
        "since_us": 0,
        "lately_us": 0,
        "step_s": 3600,
        "since_week": 0,
        "until_week": 2**32 - 1,
        "goal": "thumbs",
        "limit": 1000,
        "row_limit": 1000,
        "span_limit": 1000,
        "longest": 10_000,
        "before_hour_s": 2**32 - 1,
        "done": 0,
        "version": 1,
        "modes": [side.first_id],
        "mode": side.first_id,
        "queue": side.first_id,
        "language": side.word("language"),
        "first_ns": 0,
        "last_ns": 2**62,
        "environment": side.word("environment"),
        "environments": [side.word("environment")],
        "services": [side.word("service_name")],
        "span_names": ["gen_ai.operation.name"],
        "resource_names": ["service.name"],
        "kind": OUTCOME,
        "kinds": ["copy", "sentiment", "rephrase"],
        "said_by": REVIEWER,
        "choices": [str(side.first_id)],
        "days": [str(datetime.now(UTC).date() - timedelta(days=ago)) for ago in range(3)],
        "angry": 0.0,
        "measure": "",
        "metric": "turns",
        "overlap": 1,
        "last": 2**31 - 1,
    }


def list_days() -> dict[str, date]:
    """The same for parameters that are days: other queries have moments under such names."""
    today = datetime.now(UTC).date()
    return {"since": today - timedelta(days=1), "until": today + timedelta(days=1), "day": today - timedelta(days=1)}


def ask_everything(store: Store, project: Side, ids: Side) -> dict[str, list[str]]:
    """What each query gives of a project for ids of it or of the other."""
    known, days, found = list_examples(ids), list_days(), {}
    for path in ASKED:
        if Path(path).stem in FORGETFUL or Path(path).stem.startswith("purge"):  # these change rows, and give none
            continue
        nothing = {"String": "", "Array(String)": []}
        given = {
            name: (days if type_ == "Date" else known).get(name, nothing.get(type_, EXAMPLES[type_]))
            for name, type_ in read_parameters(path).items()
        }
        given |= dict.fromkeys(UNASKED.get(Path(path).stem, ()), "")
        rows = store.query(path, **given | {"project_id": project.project.pk})
        found[path] = sorted(map(str, rows))
    return found


@pytest.mark.usefixtures("transactional_db")
def test_no_query_of_a_project_depends_on_another(store: Store) -> None:
    other, own = make_side(store, 10_001), make_side(store, 20_001)
    before = [ask_everything(store, own, ids) for ids in (own, other)]
    store.delete_project(other.project.pk)
    after = [ask_everything(store, own, ids) for ids in (own, other)]
    for held, left in zip(before, after, strict=True):
        assert [path for path in held if held[path] != left[path]] == []
    given = [path for path, rows in before[0].items() if rows]
    assert len(given) >= 0.8 * len(before[0]), sorted(set(before[0]) - set(given))
    assert not [path for path, rows in before[0].items() if other.mark in str(rows)]


def test_what_is_asked_across_projects_is_asked_by_no_page_or_operation() -> None:
    edges = [path for package in PACKAGES for path in ROOT.glob(f"{package}/**/*.py") if EDGES.search(str(path))]
    assert len(edges) > 10
    told = {path: path.read_text(encoding="utf-8") for path in edges}
    assert [(path.name, query) for path, text in told.items() for query in ACROSS_PROJECTS if query in text] == []
