"""Celery inside a process: worker and beat in threads, over any broker, the in-memory one included."""

import logging
import threading
from collections import defaultdict
from collections.abc import Sequence

from celery import shared_task
from celery.beat import Scheduler
from celery.worker import WorkController, state

from config.celery import app
from config.watching import Watch
from tracing.stages import STOPPING

logger = logging.getLogger(__name__)

CONCURRENCY = 1
"""Stages compute in Python: two at once would only take turns, and a page would wait for both."""
AGAIN_SECONDS = 5.0


@shared_task(name="config.run_in_turn")
def run_in_turn(names: Sequence[str]) -> None:
    """Run these tasks one after the other; one that fails is told of like any other, and ends none behind it."""
    for name in names:
        if not STOPPING.is_set():
            app.tasks[name].apply()


def join_messages() -> Scheduler:
    """One message for all that is due as often: where one worker does all of it in turn anyway, a message for each
    took most of what an idle process cost."""
    names, joined = defaultdict(list), {}
    for name, entry in app.conf.beat_schedule.items():
        key = f"every {entry['schedule']:g} s"
        names[key].append(name)
        joined[key] = {**entry, "task": run_in_turn.name, "args": (names[key],)}
    scheduler = Scheduler(app, lazy=True)
    scheduler.update_from_dict(joined)
    return scheduler


class Beat(threading.Thread):
    """Says when, until it is stopped."""

    def __init__(self, scheduler: Scheduler | None = None) -> None:
        super().__init__(name="celery-beat", daemon=True)
        self._scheduler = scheduler or Scheduler(app)
        self._stopped = threading.Event()

    def run(self) -> None:
        """What Celery's own service does, which would sleep until its next tick before it looks whether to stop."""
        while not self._stopped.wait(self._tick()):
            pass
        self._scheduler.close()

    def _tick(self) -> float:
        """Seconds until the next; a broker that is away for long ends nothing."""
        try:
            return float(self._scheduler.tick())
        except Exception:
            logger.exception("Celery's beat could not tell the worker when")
            return AGAIN_SECONDS

    def stop(self) -> None:
        self._stopped.set()


class Background:
    """A worker and a beat that start and stop together."""

    def __init__(self) -> None:
        self._worker = WorkController(
            app=app,
            pool_cls="threads",
            concurrency=CONCURRENCY,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            quiet=True,
        )
        self._working = threading.Thread(target=self._worker.start, name="celery-worker", daemon=True)
        self._beat = Beat(join_messages())
        self._watch = Watch(works=True, serves=True)

    def start(self) -> None:
        self._working.start()
        self._beat.start()
        self._watch.start()

    def stop(self, timeout_seconds: float = 30.0) -> None:
        """Send nothing new, finish the batches that run, then end."""
        STOPPING.set()
        state.should_stop = 0
        self._join(self._working, timeout_seconds)  # it waits for messages, so beat has to go on until it has ended
        self._beat.stop()
        self._join(self._beat, timeout_seconds)
        self._watch.stop()
        self._join(self._watch, timeout_seconds)

    @staticmethod
    def _join(thread: threading.Thread, timeout_seconds: float) -> None:
        thread.join(timeout_seconds)
        if thread.is_alive():
            logger.warning("%s did not end within %.0f s", thread.name, timeout_seconds)
