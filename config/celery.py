"""Celery only says when: each task asks the store for its work."""

import os
import ssl
import sys
from typing import Any

from celery import Celery, Task
from celery.signals import task_postrun, task_prerun, task_success
from django.db import close_old_connections

from tracing.activity import ACTIVITY

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TICK_SECONDS = 1.0
SHORT_TICK_SECONDS = 3.0
RARE_TICK_SECONDS = 30.0
HOUR_SECONDS = 3600.0
PREFETCHED = 32
"""Messages that a worker takes at once, more than a tick sends: with one at a time it looks for the next only after the
broker's polling interval, and falls behind its ticks."""
TRANSPORT_OPTIONS: dict[str, dict[str, Any]] = {
    "memory": {"polling_interval": 0.1},
    # A message that was taken and never done comes again after `visibility_timeout`: later than any task takes.
    "redis": {
        "visibility_timeout": 3600,
        "socket_keepalive": True,
        "socket_connect_timeout": 5,
        "health_check_interval": 10,
    },
    "amqp": {"confirm_publish": True},
}
"""By the transport's name: what makes a broker that is gone be noticed, and what it took come again."""
WAKES = {"tracing.read_changed_traces": "feedback.derive_signals", "feedback.derive_signals": "drift.hand_over"}
"""What need not wait for its tick where the stage before it did something: somebody may need a person now."""

app = Celery("tacit")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # a broker that is away for an hour is not for ever
    control_queue_exclusive=False,  # else RabbitMQ lets no second worker of a host in, nor one that comes back
    # Celery would raise the limit again from a thread of its pool, which on RabbitMQ waits for ever.
    worker_enable_prefetch_count_reduction=False,
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=PREFETCHED,
    worker_send_task_events=False,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    timezone="UTC",
    CELERY_DB_REUSE_MAX=sys.maxsize,  # else Celery opens a connection to Django's database anew for each task
)
if app.conf.broker_url.startswith("rediss:"):
    app.conf.broker_use_ssl = {"ssl_cert_reqs": ssl.CERT_REQUIRED}  # else any certificate would be believed
BROKER = app.connection_for_read()
app.conf.broker_transport_options = TRANSPORT_OPTIONS.get(BROKER.transport.driver_type, {})
app.conf.beat_schedule = {
    name: {"task": name, "schedule": TICK_SECONDS, "options": {"expires": 5 * TICK_SECONDS}}
    for name in (
        "tracing.read_changed_traces",
        "tracing.count_hours",
        "drift.record",
        "feedback.read_feedback",
        "feedback.derive_signals",
        "feedback.listen_again",
        "feedback.estimate",
        "feedback.estimate_again",
        "feedback.derive_failures",
        "feedback.build_datasets",
        "tracing.reprocess",
        "tracing.learn_templates",
        "drift.deliver",
    )
}
for name in (
    "tracing.follow_retention",
    "feedback.apply_reviews",
    "feedback.judge",
    "feedback.draw_reviews",
    "feedback.fit_satisfaction",
    "feedback.find_failure_modes",
    "drift.count_days",
    "drift.count_days_again",
    "drift.learn_topics",
    "feedback.purge_texts",
    "drift.watch",
    "drift.alert",
):
    app.conf.beat_schedule[name] = {
        "task": name,
        "schedule": RARE_TICK_SECONDS,
        "options": {"expires": 2 * RARE_TICK_SECONDS},
    }
for name in (
    "tracing.erase",
    "drift.hand_over",
    "drift.observe",
    "drift.observe_again",
    "drift.alert_changes",
    "drift.explain",
):
    app.conf.beat_schedule[name] = {
        "task": name,
        "schedule": SHORT_TICK_SECONDS,
        "options": {"expires": 2 * SHORT_TICK_SECONDS},
    }
for name in ("drift.forget", "feedback.follow_confirmations"):
    app.conf.beat_schedule[name] = {"task": name, "schedule": HOUR_SECONDS, "options": {"expires": HOUR_SECONDS}}
app.autodiscover_tasks(["tracing", "feedback", "drift"])


@task_prerun.connect
def end_old_connections(**_named: Any) -> None:
    """As before each request: of those to Django's database, what broke and what is old."""
    close_old_connections()


@task_prerun.connect
def note_begun(task_id: str, sender: Task, **_named: Any) -> None:
    """What this process is at is told to whoever asks whether anybody works."""
    ACTIVITY.begin(task_id, sender.name)


@task_postrun.connect
def note_ended(task_id: str, **_named: Any) -> None:
    ACTIVITY.end(task_id)


@task_success.connect
def wake_next(sender: Task, result: object, **_named: Any) -> None:
    """Have the stage behind one that did something look at once, before whatever else waits for this worker."""
    if result and sender.name in WAKES:
        app.tasks[WAKES[sender.name]].apply()
