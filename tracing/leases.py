"""What this process has to itself is renewed while it lives; what a dead one had is free again within seconds."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import connection

from tracing.models import StageLease

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=12)
RENEWAL_SECONDS = 3.0


class Keeper:
    """Renews the leases that are held for longer than the time between two renewals."""

    def __init__(self, renewal_seconds: float) -> None:
        self._renewal_seconds = renewal_seconds
        self._held: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def keep(self, stage: str, holder: str) -> Iterator[bool]:
        """Renew this lease as long as the block runs; gives whether no other thread of this process has it."""
        lease = (stage, holder)
        with self._lock:
            is_ours = lease not in self._held
            self._held.add(lease)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
                self._thread.start()
        try:
            yield is_ours
        finally:
            if is_ours:
                with self._lock:
                    self._held.discard(lease)

    def _run(self) -> None:
        held: set[tuple[str, str]] = set()
        pause = threading.Event()
        while not pause.wait(self._renewal_seconds):
            with self._lock:
                before, held = held, set(self._held)
            if lasting := before & held:
                self._renew(lasting)

    @staticmethod
    def _renew(leases: set[tuple[str, str]]) -> None:
        """A database that is away is asked again the next time; then another process may have the stage meanwhile, and
        what is done twice changes nothing."""
        try:
            for stage, holder in leases:
                StageLease.objects.filter(stage=stage, holder=holder).update(until=datetime.now(UTC) + LEASE)
        except Exception:
            logger.exception("Leases were not renewed")
        finally:
            connection.close()


KEEPER = Keeper(RENEWAL_SECONDS)
