"""Celery's edges of `feedback`: each has its stage at work until nothing waits."""

import time
from datetime import UTC, datetime

from celery import shared_task
from django.db import transaction

from feedback.derivation import FEEDBACK, SIGNALS, derive_changed_signals, read_changed_feedback
from feedback.detector_list import follow_confirmations
from feedback.estimating import ESTIMATING_AGAIN
from feedback.estimating import PACE as ESTIMATING
from feedback.failures.deriving import PACE
from feedback.failures.finding import start_finding
from feedback.flywheel.running import start_building
from feedback.judging.rounds import start_round
from feedback.listening import LISTENING_AGAIN
from feedback.models import Expectation
from feedback.purging import purge_due
from feedback.reviewing.applying import CUT_OFF_US, apply_cut_off
from feedback.reviewing.drawing import draw_daily
from feedback.satisfaction_fits import start_fitting
from tracing.access import audit
from tracing.access.decisions import Actor, ActorKind
from tracing.store import get_store


@shared_task(name="feedback.read_feedback")
def read_feedback() -> None:
    """Read the feedback that came."""
    FEEDBACK.run_for_a_while(lambda: read_changed_feedback(get_store()))


@shared_task(name="feedback.derive_signals")
def derive_signals() -> bool:
    """Listen to the conversations that changed; whether there were any."""
    return SIGNALS.run_for_a_while(lambda: derive_changed_signals(get_store()))


@shared_task(name="feedback.listen_again")
def listen_again() -> None:
    """Listen to old conversations where detectors or settings changed."""
    LISTENING_AGAIN.run_for_a_while(get_store())


@shared_task(name="feedback.estimate")
def estimate() -> None:
    """Estimate how likely users were dissatisfied, where conversations changed."""
    ESTIMATING.run(get_store())


@shared_task(name="feedback.estimate_again")
def estimate_again() -> None:
    """Estimate older conversations where their project was fitted anew."""
    ESTIMATING_AGAIN.run_for_a_while(get_store())


@shared_task(name="feedback.derive_failures")
def derive_failures() -> None:
    """Find in which turns conversations failed; this stage rests in between."""
    PACE.run(get_store())


@shared_task(name="feedback.find_failure_modes")
def find_failure_modes() -> None:
    """Find what failing turns have in common."""
    start_finding()


@shared_task(name="feedback.build_datasets")
def build_datasets() -> None:
    """Build the versions of datasets that were asked for."""
    start_building()


@shared_task(name="feedback.draw_reviews")
def draw_reviews() -> None:
    """Draw for review queues that draw by themselves."""
    draw_daily(get_store(), datetime.now(UTC))


@shared_task(name="feedback.fit_satisfaction")
def fit_satisfaction() -> None:
    """Learn anew from the projects that have grown."""
    start_fitting()


@shared_task(name="feedback.judge")
def judge() -> None:
    """Have the judging model rate what waits, where there is one."""
    start_round()


@shared_task(name="feedback.apply_reviews")
def apply_reviews() -> None:
    """Settle and apply what reviewers said, where that was cut off."""
    apply_cut_off(get_store(), time.time_ns() // 1000 - CUT_OFF_US)


@shared_task(name="feedback.purge_texts")
def purge_texts() -> None:
    """Take out the texts whose time is over."""
    purge_due(get_store(), datetime.now(UTC))


@shared_task(name="feedback.follow_confirmations")
def follow_all() -> None:
    """Move thresholds where projects have them follow what people say of signals."""
    for each in Expectation.objects.filter(thresholds_follow=True).select_related("project"):
        with transaction.atomic():
            if changes := follow_confirmations(get_store(), each.project.pk):
                actor = Actor(ActorKind.COMMAND, "thresholds that follow")
                audit.record(actor, "follow_confirmations", each.project, target=", ".join(changes), details=changes)
