"""How long the queries of lists, pages and REST take at so many spans, in an embedded store filled for it.

    make bench                                      the short version, 100,000 spans
    python benchmarks/query.py --spans 1000000      a table of p50 and p95 over 20 runs each
    python benchmarks/query.py --directory D        keeps the store in D, and takes it from there the next time

Every span is a model call of about 2.4 kB; a trace has two, a turn is a trace and a task of an agent, and a
conversation has four turns, over the last seven days. Texts are sentences of the demo's dialogues in random order. Rows
are inserted in blocks, as the receiver does, and nothing is merged by hand: the engine has as many parts as it has
after such a load.
"""

import argparse
import json
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from feedback import agent_task_list
from feedback.conversation_list import find_page, place_rank
from feedback.datasets.holdout import Holdout
from feedback.loop_list import load_loops
from feedback.return_list import load_returns
from feedback.satisfaction_records import load_known
from tracing.filter_language import Filter, read_filter
from tracing.filter_sql import compile_filter, find_search
from tracing.generation_list import load_generation_page
from tracing.paging import Place
from tracing.records import load_conversation, load_spans
from tracing.store import Store
from tracing.trace_list import find_traces, list_traces
from tracing.words import split_words

ROOT = Path(__file__).resolve().parent.parent
DIALOGUES = ROOT / "tracing" / "demo" / "dialogues.jsonl"
FILL = (
    *("otel_traces", "generations", "generations_by_time"),
    *("turns", "conversations", "signals", "hearings", "estimates", "agent_tasks"),
)
BLOCK = 20_000
RUNS = 20
MAX_MS = 20_000
PROJECT_ID = 1
HOUR_NS = 3600 * 10**9
WEEK_NS = 168 * HOUR_NS


@dataclass(frozen=True)
class Question:
    """Something that a page or REST asks: one or more queries, and the p95 that it may take where there is a goal."""

    name: str
    goal_ms: int | None
    ask: Callable[[Store], object]


def fill(store: Store, spans: int, project_id: int = PROJECT_ID, tables: Sequence[str] = FILL, **more: object) -> None:
    """Put the rows of so many spans into these tables, block by block, and count the hours; `more` are further
    parameters of their statements."""
    store.execute("CREATE TABLE IF NOT EXISTS sentences (text String, words Array(String)) ENGINE = Memory")
    sentences = read_sentences()
    store.insert("sentences", {"text": sentences, "words": [split_words(text) for text in sentences]})
    bound = {"project_id": project_id, "spans": spans, "until_ns": time.time_ns(), "step_ns": WEEK_NS // spans, **more}
    for first in range(0, spans, BLOCK):
        for table in tables:
            store.change(f"benchmarks/fill/{table}.sql", first=first, count=min(BLOCK, spans - first), **bound)
    count_all_hours(store, project_id)


def count_all_hours(store: Store, project_id: int) -> None:
    """Hours are counted as they are now."""
    hours = [int(row["id"]) for row in store.query("tracing/sql/changed_hours.sql", after_us=0, limit=1_000)]
    store.change("tracing/sql/count_hours.sql", project_id=project_id, hours=hours, version=time.time_ns() // 1000)
    store.insert("watermarks", {"stage": ["rollups"], "done_until": [datetime.now(UTC)]})


def read_sentences() -> list[str]:
    """Sentences of the demo's dialogues, each once."""
    dialogues = [json.loads(line) for line in DIALOGUES.read_text(encoding="utf-8").splitlines()]
    texts = (text for dialogue in dialogues for turn in dialogue["turns"] for text in (turn["user"], turn["answer"]))
    found = dict.fromkeys(part.strip() for text in texts for part in re.split(r"(?<=[.!?])\s+|\n+", text))
    return [text.replace('"', "'").replace("\\", "/") for text in found if len(text) > 20]


def ask_list(store: Store, q: str = "") -> object:
    """The page of conversations: one page of the list, and how many match."""
    now_ns, given = time.time_ns(), read_filter(q)
    page = find_page(store, "feedback/sql/page_conversations.sql", PROJECT_ID, given, Place(), 50, now_ns)
    if find_search(given).has_phrases:
        return page
    where = compile_filter(given, "conversations", now_ns)
    return page, store.query("feedback/sql/page_total.sql", where, project_id=PROJECT_ID)


def ask_dissatisfied(store: Store) -> object:
    """The page of conversations, by how likely users were dissatisfied."""
    path = "feedback/sql/page_dissatisfied.sql"
    return find_page(store, path, PROJECT_ID, Filter(), Place(), 50, time.time_ns(), place_rank)


def ask_datasets(store: Store) -> object:
    """What datasets can be made of, and whether any answer feeds on its own praise."""
    where = compile_filter(read_filter("machine:no"), "conversations", time.time_ns())
    counts = store.query("feedback/sql/page_dataset_counts.sql", where, project_id=PROJECT_ID)
    return counts, load_loops(store, PROJECT_ID, Holdout(0.05, "secret"), time.time_ns())


def ask_returns(store: Store) -> object:
    """What users do after conversations, worked out anew."""
    return load_returns(store, PROJECT_ID, Filter(), "return", 1, "", time.time_ns())


def ask_rest(store: Store) -> object:
    """Conversations of REST."""
    path = "feedback/sql/conversation_page.sql"
    return find_page(store, path, PROJECT_ID, Filter(), Place(), 50, time.time_ns())


def ask_generations(store: Store, q: str = "") -> object:
    """Model calls of REST."""
    where = compile_filter(read_filter(q), "generations", time.time_ns())
    return load_generation_page(store, PROJECT_ID, Place(), 51, where)


def ask_traces(store: Store, q: str) -> object:
    """Traces of REST."""
    return find_traces(store, PROJECT_ID, read_filter(q), Place(), 50, time.time_ns())


def ask_tasks(store: Store, q: str = "") -> object:
    """The page of tasks: one page of the list, the figures of all that match, and what the selectors offer."""
    given, now_ns = read_filter(q), time.time_ns()
    return (
        agent_task_list.find_page(store, PROJECT_ID, given, Place(), 50, now_ns),
        agent_task_list.load_figures(store, PROJECT_ID, given, now_ns),
        store.query("feedback/sql/agent_task_choices.sql", project_id=PROJECT_ID),
    )


def ask_overview(store: Store) -> object:
    """Every figure of the overview of a week."""
    now = time.time_ns()
    bound = {"project_id": PROJECT_ID, "since_ns": now - 2 * WEEK_NS, "current_ns": now - WEEK_NS}
    people = compile_filter(read_filter("machine:no"), "conversations", now)
    return (
        store.query("feedback/sql/page_counts.sql", **bound, step_ns=HOUR_NS),
        store.query("feedback/sql/page_signal_counts.sql", people, **bound, step_ns=HOUR_NS),
        store.query("feedback/sql/page_choices.sql", project_id=PROJECT_ID),
    )


def ask_hours(store: Store) -> object:
    """Latency and cost of each hour and model over seven days."""
    return store.query("tracing/sql/hourly_figures.sql", project_id=PROJECT_ID, since_ns=time.time_ns() - WEEK_NS)


def list_questions(store: Store, spans: int) -> list[Question]:
    """The questions of the table; one trace and one conversation are from the middle."""
    [middle] = list_traces(store, PROJECT_ID, Place(time.time_ns() - WEEK_NS // 2, ""), 1, time.time_ns())
    conversation_id = f"conversation-{spans // 16}"
    is_large = spans > 1_000_000
    page_goal, figures_goal = (None, None) if is_large else (100, 150)
    return [
        Question(
            "latest 50 traces", page_goal, lambda store: list_traces(store, PROJECT_ID, Place(), 51, time.time_ns())
        ),
        Question("  slow ones of a service", None, lambda store: ask_traces(store, "service:service-1 latency>5s")),
        Question("one trace", page_goal, lambda store: load_spans(store, PROJECT_ID, [middle.trace_id])),
        Question("one conversation", page_goal, lambda store: load_conversation(store, PROJECT_ID, conversation_id)),
        Question("latest 50 conversations, page", page_goal, ask_list),
        Question("  by model and user, page", page_goal, lambda store: ask_list(store, "model:model-1 user:user-7")),
        Question("  led by a timer, page", None, lambda store: ask_list(store, "machine:schedule")),
        Question("  by signal, page", None, lambda store: ask_list(store, "signal:rephrase")),
        Question(
            "  by outcome, cost and latency, page",
            page_goal,
            lambda store: ask_list(store, "outcome:error cost>0.001 latency>2s -environment:test"),
        ),
        Question("  a common word, page", page_goal, lambda store: ask_list(store, "battery")),
        Question("  two words, page", page_goal, lambda store: ask_list(store, "battery invoice")),
        Question("  an identifier, page", page_goal, lambda store: ask_list(store, "don't")),
        Question("  a quoted phrase that is not there, page", None, lambda store: ask_list(store, '"battery invoice"')),
        Question("  a quoted phrase, page", None, lambda store: ask_list(store, '"the battery"')),
        Question("likeliest dissatisfied first, page", None, ask_dissatisfied),
        Question("  over 0.7, page", None, lambda store: ask_list(store, "dissatisfied>0.7")),
        Question(
            "facts for rates of 10,000 conversations, REST",
            None,
            lambda store: load_known(store, PROJECT_ID, Filter(), 10_001, time.time_ns()),
        ),
        Question("returns, worked out", None, ask_returns),
        Question("datasets and loops, worked out", None, ask_datasets),
        Question("latest 50 conversations, REST", page_goal, ask_rest),
        Question("latest 50 generations, REST", page_goal, ask_generations),
        Question(
            "  by model and user, REST",
            page_goal,
            lambda store: ask_generations(store, "request_model:model-1 user:user-7"),
        ),
        Question("latest 50 tasks with all figures", None if is_large else 300, ask_tasks),
        Question(
            "  by tool and steps", None if is_large else 300, lambda store: ask_tasks(store, "tool:tool_3 steps>5")
        ),
        Question(
            "  by signal", None if is_large else 300, lambda store: ask_tasks(store, "signal:rephrase failed:true")
        ),
        Question("hourly latency and cost by model", 500 if is_large else 150, ask_hours),
        Question("all figures of the overview", figures_goal, ask_overview),
        Question(
            "counts of everything (stats)",
            None,
            lambda store: store.query("feedback/sql/stats.sql", project_id=PROJECT_ID),
        ),
    ]


def measure(store: Store, question: Question) -> tuple[float, float]:
    """p50 and p95 in milliseconds over `RUNS` runs, after one that is not counted; fewer where they take very long."""
    times: list[float] = []
    while len(times) <= RUNS and (len(times) < 4 or sum(times) < MAX_MS):
        start = time.perf_counter()
        question.ask(store)
        times.append((time.perf_counter() - start) * 1000)
    cuts = statistics.quantiles(times[1:], n=20, method="inclusive")
    return cuts[9], cuts[18]


@contextmanager
def open_store(directory: Path | None) -> Iterator[Store]:
    """An embedded store in `directory`, else in one that goes with the block."""
    with tempfile.TemporaryDirectory(prefix="tacit-bench-") as temporary:
        store = Store(f"chdb://{(directory or Path(temporary)).resolve()}")
        try:
            yield store
        finally:
            store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=int, default=100_000, help="so many (default 100,000)")
    parser.add_argument("--directory", type=Path, help="keep the store here; where it is filled already, ask only")
    arguments = parser.parse_args()
    with open_store(arguments.directory) as store:
        store.migrate()
        held = store.query("feedback/sql/stats.sql", project_id=PROJECT_ID)[0]["spans"]
        if not held:
            start = time.perf_counter()
            fill(store, arguments.spans)
            print(f"filled with {arguments.spans:,} spans in {time.perf_counter() - start:.0f} s")
        spans = held or arguments.spans
        print(f"{f'at {spans:,} spans':<46} {'p50 ms':>8} {'p95 ms':>8} {'goal':>6}")
        for question in list_questions(store, spans):
            median, high = measure(store, question)
            print(f"{question.name:<46} {median:>8.1f} {high:>8.1f} {question.goal_ms or '':>6}")


if __name__ == "__main__":
    main()
