"""The models that a project uses, each with the price that holds for it now: rows of the store in, a list out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tracing.kept_queries import query_kept
from tracing.pricing import Price, find_price
from tracing.store import Store

DAY_NS = 86_400 * 10**9
DAYS = 30
SHOWN = 100


@dataclass(frozen=True, slots=True)
class SeenModel:
    """A model of the last `DAYS` days; `price` is None where none is known."""

    provider: str
    model: str
    calls: int
    price: Price | None


def list_seen_models(store: Store, project_id: int, own: Sequence[Price], now_ns: int) -> list[SeenModel]:
    """The most frequent first. `own` are the project's prices; `now_ns` is in nanoseconds since the epoch."""
    bound = {"project_id": project_id, "since_ns": max(0, now_ns - DAYS * DAY_NS), "limit": SHOWN}
    path, moving = "tracing/sql/models_seen.sql", ("since_ns",)
    rows = query_kept(store, path, None, now_ns=now_ns, moving=moving, longer=5, **bound)
    at = datetime.fromtimestamp(now_ns / 1e9, UTC)
    return [SeenModel(**row, price=find_price(row["provider"], row["model"], at, own)) for row in rows]
