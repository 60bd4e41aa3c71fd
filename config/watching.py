"""A thread in every process that works or serves: it says that the process works, measures each minute how far stages
are behind, has that looked at by the rules of alerts, and sees whether anybody works at all.

It stands beside the worker, so that a task that takes long, or a worker that died, is seen from outside of it.
"""

import logging
import threading
from datetime import UTC, datetime, timedelta

from django.db import close_old_connections

from drift.alerting.passes import look_at_stages
from drift.delivering.queue import COURIER
from tracing import pulses
from tracing.activity import ACTIVITY
from tracing.silence import SILENCE
from tracing.store import get_store

logger = logging.getLogger(__name__)

EACH_SECONDS = 10.0
MEASURED_EACH = timedelta(minutes=1)


class Watch(threading.Thread):
    """`works`: this process has a worker. `serves`: it has pages."""

    def __init__(self, *, works: bool, serves: bool) -> None:
        super().__init__(name="watch", daemon=True)
        self._works, self._serves = works, serves
        self._stopped = threading.Event()
        self._began_at = datetime.now(UTC)
        self._measured_at = self._began_at
        self._has_failed = False

    def run(self) -> None:
        while not self._stopped.wait(EACH_SECONDS):
            self.look_safely(datetime.now(UTC))
        if self._works:
            self.end()

    def look_safely(self, now: datetime) -> None:
        """Where a database is away, that is said once, and it is tried again."""
        try:
            self.look(now)
            self._has_failed = False
        except Exception:
            if not self._has_failed:
                logger.exception("How the stages do cannot be seen")
            self._has_failed = True
        finally:
            close_old_connections()

    def look(self, now: datetime) -> None:
        if self._works:
            pulses.write_pulse(ACTIVITY, now)
        if self._serves:
            SILENCE.note(pulses.read_work(), self._began_at, now)
        if now - self._measured_at >= MEASURED_EACH:
            self._measured_at = now
            self.measure(now)

    def measure(self, now: datetime) -> None:
        if not pulses.measure_stages(get_store(), now):
            return
        look_at_stages(get_store(), now)
        if SILENCE.work is not None:
            COURIER.look()  # who else would send it

    def end(self) -> None:
        try:
            pulses.end_pulse()
        except Exception:
            logger.exception("That this process works no longer cannot be written")
        finally:
            close_old_connections()

    def stop(self) -> None:
        self._stopped.set()
