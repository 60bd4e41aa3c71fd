"""Celery's edges of `tracing`: each has its stage at work until nothing waits."""

from celery import shared_task

from tracing.derivation import READING
from tracing.derivation import read_changed_traces as read_batch
from tracing.erasing.running import start_erasing
from tracing.reprocessing import reprocess_for_a_while
from tracing.retention import follow_retention as follow
from tracing.rollups import REST_FACTOR, count_changed_hours
from tracing.stages import Pace
from tracing.store import get_store
from tracing.template_learning import REST_FACTOR as LEARNING_REST_FACTOR
from tracing.template_learning import learn_changed_services

ROLLUP_PACE = Pace(count_changed_hours, REST_FACTOR)
LEARNING_PACE = Pace(learn_changed_services, LEARNING_REST_FACTOR)


@shared_task(name="tracing.read_changed_traces")
def read_changed_traces() -> bool:
    """Read the traces that changed; whether there were any."""
    return READING.run_for_a_while(lambda: read_batch(get_store()))


@shared_task(name="tracing.reprocess")
def reprocess() -> None:
    """Read stored spans again where somebody asked for it."""
    reprocess_for_a_while(get_store())


@shared_task(name="tracing.count_hours")
def count_hours() -> None:
    """Count the hours that changed, one batch at a time: this stage rests in between."""
    ROLLUP_PACE.run(get_store())


@shared_task(name="tracing.learn_templates")
def learn_templates() -> None:
    """Learn what the messages of services share, one batch at a time: this stage rests in between."""
    LEARNING_PACE.run(get_store())


@shared_task(name="tracing.follow_retention")
def follow_retention() -> None:
    """Keep the rows of every project as long as Django's database says."""
    follow(get_store())


@shared_task(name="tracing.erase")
def erase() -> None:
    """Erase what somebody asked to have erased, and what was sent of it again."""
    start_erasing()
