"""Conversations that were done on an older basis are done again on that of now: the latest first, behind what comes in
and in the place of their stage. What was cut off is done again, which changes nothing.
"""

import time
from collections.abc import Callable, Iterator, Sequence

from tracing.ingest import is_busy
from tracing.models import Project
from tracing.reprocessing import is_behind
from tracing.stages import STOPPING, Courtesy, Key, Stage, do_all
from tracing.store import Store

PATIENCE_SECONDS = 10.0
TURN_SECONDS = 1.0


class CatchUp:
    """`outdated` names a `.sql` file with parameters `project_id`, `basis` and `limit` that gives one column: ids of
    conversations, or whatever keys the stage has.

    `find_basis` tells what a project's conversations are to be done on, `work` does some of them, `do_changed` a batch
    of what came in. `tell` is told of a project, before each batch, whether any are left.
    """

    def __init__(
        self,
        name: str,
        stage: Stage,
        outdated: str,
        batch_size: int,
        find_basis: Callable[[int], str],
        work: Callable[[Store, Sequence[Key]], None],
        do_changed: Callable[[Store], int],
        tell: Callable[[Store, int, str, bool], None] = lambda *_: None,
    ) -> None:
        self._name, self._stage, self._outdated = name, stage, outdated
        self.batch_size = batch_size
        self._find_basis, self._work, self._do_changed, self._tell = find_basis, work, do_changed, tell
        self._courtesy = Courtesy(PATIENCE_SECONDS)
        self._done: dict[int, str] = {}
        """By project, the basis for which nothing is left."""

    def forget_done(self) -> None:
        """Look again whether anything is left, as a new process does."""
        self._done.clear()

    def run_for_a_while(self, store: Store) -> None:
        """One batch after the other until nothing waits, or until it is the turn of stages; what came in goes first."""
        until = time.monotonic() + TURN_SECONDS
        while self.run(store) and time.monotonic() < until:
            self._do_changed(store)

    def run(self, store: Store) -> int:
        """One batch of the first project that has any; the number of conversations."""
        waiting = list(self._list_waiting())  # first: to ask whether stages are behind takes queries
        if not waiting or STOPPING.is_set():
            return 0
        if self._courtesy.gives_way(others_are_busy=is_busy() or is_behind(store)):
            return 0
        for project_id, basis in waiting:
            if count := self._run_project(store, project_id, basis):
                return count
        return 0

    def _list_waiting(self) -> Iterator[tuple[int, str]]:
        """Projects in which anything may be left, and the basis to do it on."""
        for project_id in Project.objects.order_by("pk").values_list("pk", flat=True):
            basis = self._find_basis(project_id)
            if self._done.get(project_id) != basis:
                yield project_id, basis

    def _run_project(self, store: Store, project_id: int, basis: str) -> int:
        rows = store.query(self._outdated, project_id=project_id, basis=basis, limit=self.batch_size)
        self._tell(store, project_id, basis, bool(rows))
        if not rows:
            self._done[project_id] = basis
            return 0
        with self._stage.hold() as held:
            if not held:
                return 0
            keys = [(project_id, key) for row in rows for key in row.values()]
            do_all(self._name, lambda some: self._work(store, some), keys)
        return len(rows)
