"""Celery inside a process: worker and beat in threads, over any broker, the in-memory one included."""

import logging
import threading

from celery.beat import Scheduler
from celery.worker import WorkController, state

from config.celery import app
from tracing.stages import STOPPING

logger = logging.getLogger(__name__)

CONCURRENCY = 1
"""Stages compute in Python: two at once would only take turns, and a page would wait for both."""


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
        self._beat = Scheduler(app)
        self._beat_stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._worker.start, name="celery-worker", daemon=True),
            threading.Thread(target=self._tick, name="celery-beat", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_seconds: float = 30.0) -> None:
        """Send nothing new, finish the batches that run, then end."""
        STOPPING.set()
        state.should_stop = 0
        worker, beat = self._threads
        self._join(worker, timeout_seconds)  # the worker waits for messages, so beat has to go on until it has ended
        self._beat_stopped.set()
        self._join(beat, timeout_seconds)

    def _tick(self) -> None:
        """What Celery's own service does, which would sleep until its next tick before it looks whether to stop."""
        while not self._beat_stopped.wait(self._beat.tick()):
            pass
        self._beat.close()

    @staticmethod
    def _join(thread: threading.Thread, timeout_seconds: float) -> None:
        thread.join(timeout_seconds)
        if thread.is_alive():
            logger.warning("%s did not end within %.0f s", thread.name, timeout_seconds)
