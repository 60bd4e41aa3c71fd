"""A user's id comes in, their latest conversations go out, oldest first, each with what was estimated and heard."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from feedback.detectors.signal import Signal
from feedback.machines import load_machines
from feedback.pages.observations import is_shown
from feedback.pages.user_timeline import Visit
from feedback.records import load_signals
from feedback.satisfaction_records import load_estimates
from tracing.store import Store
from tracing.together import ask_together


def load_visits(store: Store, project_id: int, user_id: str, limit: int) -> list[Visit]:
    """The latest `limit` conversations of the user, those that machines led among them."""
    rows = store.query("feedback/sql/user_visits.sql", project_id=project_id, user_id=user_id, limit=limit)
    ids = [row["conversation_id"] for row in rows]
    if not ids:
        return []
    signals, machines, estimates, prompts = ask_together(
        lambda: load_signals(store, project_id, ids),
        lambda: load_machines(store, project_id, ids),
        lambda: load_estimates(store, project_id, ids),
        lambda: load_prompts(store, project_id, rows),
    )
    visits = []
    for row in reversed(rows):
        key = row["conversation_id"]
        estimate = estimates.get(key)
        visits.append(
            Visit(
                conversation_id=key,
                first_message=row["first_message"],
                began_ns=row["first_time_ns"],
                ended_ns=max(row["first_time_ns"], row["last_time_ns"]),
                dissatisfied=estimate.probability if estimate else None,
                **count_heard(signals.get(key, ())),
                models=tuple(row["models"]),
                prompt_version=prompts.get(key, ""),
                is_machine=key in machines,
            )
        )
    return visits


def count_heard(signals: Iterable[Signal]) -> dict[str, int]:
    """Those that stand, by which way they point; a tone is none."""
    heard = [each for each in signals if is_shown(each) and each.stands and each.kind != "sentiment"]
    wrong = sum(each.polarity < 0 for each in heard)
    return {"went_wrong": wrong, "went_well": len(heard) - wrong}


def load_prompts(store: Store, project_id: int, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The version of the prompt that each of these conversations began with, where it is known."""
    found = store.query(
        "feedback/sql/prompts_of_conversations.sql",
        project_id=project_id,
        days=sorted({f"{datetime.fromtimestamp(row['first_time_ns'] / 1e9, UTC):%Y-%m-%d}" for row in rows}),
        conversation_ids=[row["conversation_id"] for row in rows],
    )
    return {row["conversation_id"]: row["prompt_version"] for row in found}
