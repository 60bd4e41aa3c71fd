"""Celery's edges of `drift`."""

from datetime import UTC, datetime

from celery import shared_task

from drift.alerting.passes import look_at_changes, start_alerting
from drift.delivering.queue import COURIER, forget_deliveries
from drift.explaining.passes import start_explaining
from drift.handing_over.deriving import LIVE, forget_hand_overs, hand_over_changed
from drift.observing.counting import COUNTING_AGAIN
from drift.observing.counting import PACE as DAYS_PACE
from drift.observing.deriving import OBSERVING_AGAIN
from drift.observing.deriving import PACE as OBSERVING_PACE
from drift.observing.learning import start_learning
from drift.recording.retention import forget_old
from drift.recording.stage import PACE as RECORDING
from drift.watching.passes import start_watching
from tracing.store import get_store


@shared_task(name="drift.deliver")
def deliver() -> None:
    """Send the alerts that wait."""
    COURIER.look()


@shared_task(name="drift.record")
def record() -> None:
    """Read what calls were made with; what changed becomes an event."""
    RECORDING.run(get_store())


@shared_task(name="drift.forget")
def forget() -> None:
    """Let go of what changed long ago, as a project's rows are, and of what was sent."""
    now = datetime.now(UTC)
    forget_old(now)
    forget_deliveries(now)
    forget_hand_overs(now)


@shared_task(name="drift.hand_over")
def hand_over() -> None:
    """Bring a person in where a conversation needs one now."""
    LIVE.run_for_a_while(lambda: hand_over_changed(get_store()))


@shared_task(name="drift.watch")
def watch_days() -> None:
    """Look at the days that are over."""
    start_watching()


@shared_task(name="drift.alert")
def alert() -> None:
    """Look at the rules that are due."""
    start_alerting()


@shared_task(name="drift.alert_changes")
def alert_changes() -> None:
    """Look at rules on changes, if something changed."""
    look_at_changes(get_store(), datetime.now(UTC))


@shared_task(name="drift.observe")
def observe() -> None:
    """Measure the conversations that changed; this stage rests in between."""
    OBSERVING_PACE.run(get_store())


@shared_task(name="drift.observe_again")
def observe_again() -> None:
    """Measure old conversations where the detectors changed."""
    OBSERVING_AGAIN.run_for_a_while(get_store())


@shared_task(name="drift.count_days")
def count_days() -> None:
    """Count the days that changed, a few at a time: this stage rests in between."""
    DAYS_PACE.run(get_store())


@shared_task(name="drift.count_days_again")
def count_days_again() -> None:
    """Count old days where a project has other topics."""
    COUNTING_AGAIN.run_for_a_while(get_store())


@shared_task(name="drift.learn_topics")
def learn_topics() -> None:
    """Learn what users write about where a project has grown."""
    start_learning()


@shared_task(name="drift.explain")
def explain() -> None:
    """Find examples of alarms that are new, and make the reports that were asked for."""
    start_explaining()
