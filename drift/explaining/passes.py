"""What alarms of drift still lack is made in a thread of its own: the examples of those that are new, and the reports
that somebody asked for. What is missing is seen in the database, so a pass may be cut off anywhere.
"""

import logging
import threading
from datetime import UTC, datetime

from django.db import close_old_connections
from django.db.models import QuerySet

from drift.explaining.examples import NO_EXAMPLES, find_examples
from drift.explaining.reports import list_waiting, make_reports
from drift.models import DriftAlarm
from tracing.stages import STOPPING, hold_lease
from tracing.store import Store, StoreUnavailableError, get_store

logger = logging.getLogger(__name__)

NAME = "explaining"

_thread: threading.Thread | None = None


def start_explaining() -> None:
    """Have what is missing made beside everything else, unless that is going on."""
    global _thread
    if STOPPING.is_set() or (_thread and _thread.is_alive()):
        return
    if list_unexplained().exists() or list_waiting(datetime.now(UTC)).exists():
        _thread = threading.Thread(target=run_explaining, name="explaining", daemon=True)
        _thread.start()


def run_explaining() -> None:
    try:
        explain_alarms(get_store())
        make_reports(get_store(), datetime.now(UTC))
    finally:
        close_old_connections()


def list_unexplained() -> QuerySet[DriftAlarm]:
    """Alarms whose examples nobody has looked for, the latest first."""
    return DriftAlarm.objects.filter(examples__isnull=True).order_by("-pk")


def explain_alarms(store: Store) -> int:
    """Find the examples of alarms that have none; of how many."""
    count = 0
    with hold_lease(NAME) as held:
        for alarm in list_unexplained() if held else ():
            if STOPPING.is_set() or not explain(store, alarm):
                break
            count += 1
    return count


def explain(store: Store, alarm: DriftAlarm) -> bool:
    """Keep its examples, or that there are none; False where the store does not answer and it is tried again."""
    try:
        examples = find_examples(store, alarm)
    except StoreUnavailableError:
        return False
    except Exception:
        logger.exception("alarm %d of project %d has no examples", alarm.pk, alarm.project_id)
        examples = NO_EXAMPLES
    DriftAlarm.objects.filter(pk=alarm.pk).update(examples=examples)
    return True
