"""What was observed of projects comes in, topics go out, learnt anew as a project grows: beside the stages, in a thread
of its own. Days that other topics counted are then counted again, see `drift.observing.counting`.
"""

import logging
import threading
import time
from collections.abc import Sequence

from django.db import close_old_connections

from drift.models import TopicModel
from drift.observing.records import load_vectors
from drift.observing.topic_finding import choose_number, find_centres, find_nearest, name_topics
from drift.observing.topics import Topics, save_topics
from feedback.satisfaction_records import IDS_AT_ONCE
from tracing.models import Project
from tracing.stages import STOPPING, hold_lease
from tracing.store import Store, get_store

logger = logging.getLogger(__name__)

NAME = "topics"
FEWEST_CONVERSATIONS = 300
GROWTH = 4
"""Times as many conversations as there were ask for new topics."""
ENOUGH_CONVERSATIONS = 100_000
"""Topics learnt from so many stay."""
MOST_VECTORS = 20_000
READ_TEXTS = 100
"""Of each topic, for its name."""
_thread: threading.Thread | None = None


def start_learning() -> None:
    """Have projects that have grown learn topics beside everything else, unless that is going on."""
    global _thread
    if STOPPING.is_set() or (_thread and _thread.is_alive()):
        return
    _thread = threading.Thread(target=run_learning, name=NAME, daemon=True)
    _thread.start()


def run_learning() -> None:
    try:
        with hold_lease(NAME) as held:
            if held:
                learn_all_topics(get_store())
    finally:
        close_old_connections()


def learn_all_topics(store: Store) -> int:
    """Of how many projects."""
    learnt = dict(TopicModel.objects.values_list("project_id", "learnt_from"))
    count = 0
    for project_id in Project.objects.order_by("pk").values_list("pk", flat=True):
        if not STOPPING.is_set() and is_grown(store, project_id, learnt.get(project_id, 0)):
            count += learn_topics(store, project_id)
    return count


def is_grown(store: Store, project_id: int, learnt_from: int) -> bool:
    """Whether there may be enough conversations for topics, or for new ones."""
    if learnt_from >= ENOUGH_CONVERSATIONS:
        return False
    count: int = store.query("drift/sql/observation_count.sql", project_id=project_id)[0]["count"]
    return count >= find_least(learnt_from)


def find_least(learnt_from: int) -> int:
    return max(FEWEST_CONVERSATIONS, GROWTH * learnt_from)


def learn_topics(store: Store, project_id: int) -> bool:
    """Whether there were enough conversations."""
    [known] = store.query("drift/sql/observed_languages.sql", project_id=project_id)
    kept = TopicModel.objects.filter(project_id=project_id).values_list("learnt_from", flat=True).first()
    if known["conversations"] < find_least(kept or 0):
        return False
    ids, vectors = load_vectors(store, project_id, None, None, None, MOST_VECTORS)
    centres = find_centres(vectors, choose_number(len(ids)))
    near = [[ids[row] for row in rows] for rows in find_nearest(vectors, centres, READ_TEXTS)]
    names = name_topics(load_texts(store, project_id, near))
    version = time.time_ns() // 1000
    save_topics(project_id, Topics(centres, names, version, known["language"], known["conversations"]))
    logger.info("Project %d: %d topics of %d conversations", project_id, len(names), known["conversations"])
    return True


def load_texts(store: Store, project_id: int, groups: Sequence[Sequence[str]]) -> list[list[str]]:
    """How the conversations of each group open."""
    ids = sorted(key for group in groups for key in group)
    texts: dict[str, str] = {}
    for first in range(0, len(ids), IDS_AT_ONCE):
        part = ids[first : first + IDS_AT_ONCE]
        rows = store.query("drift/sql/first_messages.sql", project_id=project_id, conversation_ids=part)
        texts |= {row["conversation_id"]: row["text"] for row in rows}
    return [[texts[key] for key in group if key in texts] for group in groups]
