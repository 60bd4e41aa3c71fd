"""What is known of conversations in which somebody may be asked: kept where it is estimated, else read from the store.

A query of the embedded engine takes milliseconds, and many times that where the machine is busy. But there one process
estimates and decides: what it estimated last is what there is. Beside a server others estimate, too: there it is asked.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping

from feedback.asking import Outlook
from feedback.satisfaction_records import Estimate, load_estimates
from tracing.store import EMBEDDED_PREFIX, Store

MOST_KEPT = 50_000
"""Conversations, the latest that were estimated; about 20 MB."""


class Outlooks:
    """Of conversations (project, conversation id) that this process estimated of late; the oldest are forgotten."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, str], Outlook] = OrderedDict()

    def find(self, project_id: int, conversation_id: str) -> Outlook | None:
        return self._kept.get((project_id, conversation_id))

    def keep(self, project_id: int, estimates: Mapping[str, Estimate], gone: Collection[str]) -> None:
        with self._lock:
            for conversation_id, estimate in estimates.items():
                self._kept.pop((project_id, conversation_id), None)
                self._kept[project_id, conversation_id] = read_outlook(estimate)
            for conversation_id in gone:
                self._kept.pop((project_id, conversation_id), None)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()


OUTLOOKS = Outlooks()


def read_outlook(estimate: Estimate) -> Outlook:
    return Outlook(estimate.turns, estimate.probability, estimate.high_unpraised, estimate.is_model_unsure)


def keep_outlooks(store: Store, project_id: int, estimates: Mapping[str, Estimate], gone: Collection[str]) -> None:
    """Keep what was just written of these conversations, where no other process could write it."""
    if store.dsn.startswith(EMBEDDED_PREFIX):
        OUTLOOKS.keep(project_id, estimates, gone)


def find_outlook(store: Store, project_id: int, conversation_id: str) -> Outlook:
    """Of a conversation that is not estimated yet, or that nobody names, the usual one."""
    if not conversation_id:
        return Outlook()
    kept = OUTLOOKS.find(project_id, conversation_id)
    if kept is not None:
        return kept
    found = load_estimates(store, project_id, [conversation_id]).get(conversation_id)
    return read_outlook(found) if found else Outlook()
