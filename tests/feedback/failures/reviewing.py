"""Two failure modes, and what reviewers say of their conversations, without queues and stages: quick."""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
from django.utils import timezone

from feedback.failure_modes.clustering import Floats, normalise
from feedback.failures.finding import assign_waiting
from feedback.failures.records import VECTOR_WIDTH, load_failing, pack_vectors
from feedback.models import ReviewItem, ReviewQueue
from tests.feedback.failures.filling import NOW, Told, fill
from tracing.models import Project
from tracing.store import Store

CENTRES = normalise(np.random.default_rng(3).normal(size=(3, VECTOR_WIDTH)).astype(np.float32))
NAMES = ("late", "lost")
LIKENESS, STRANGE = 0.8, 0.5
"""To the centre of its mode: of a turn that belongs, and of a stranger."""


def draw(centre: Floats, likeness: float, seed: int) -> Floats:
    """A turn that is so much like a centre, and otherwise like no other."""
    noise = np.random.default_rng(seed).normal(size=VECTOR_WIDTH).astype(np.float32)
    noise -= (noise @ centre) * centre
    told: Floats = likeness * centre + (1 - likeness**2) ** 0.5 * noise / np.linalg.norm(noise)
    return told


def draw_modes(
    store: Store, project: Project, numbers: range = range(20), *, strangers: int = 0, version: int = 0
) -> None:
    """Conversations that failed in two ways: `late-0`, …, `lost-0`, …, which become modes 1 and 2, and strangers that
    are a little like the first."""
    told = [
        (f"{name}-{at}", draw(CENTRES[way], LIKENESS, 1000 * way + at))
        for way, name in enumerate(NAMES)
        for at in numbers
    ]
    fill_turns(store, project, told, version)
    assert assign_waiting(store, project.pk, NOW) or version
    if strangers:
        fill_turns(
            store, project, [(f"stranger-{at}", draw(CENTRES[0], STRANGE, 9000 + at)) for at in range(strangers)], 0
        )
        assert assign_waiting(store, project.pk, NOW)


def fill_turns(store: Store, project: Project, told: list[tuple[str, Floats]], version: int) -> None:
    rows = [Told(name, NOW - timedelta(hours=1), mode=0) for name, _ in told]
    version = version or max((row.version for row in load_failing(store, project.pk)), default=0) + 1
    fill(store, project, rows, version, pack_vectors(np.stack([vector for _, vector in told])))


def say(store: Store, project: Project, said: Mapping[str, str]) -> ReviewQueue:
    """Let it hold of conversations to which mode they belong; what is said later counts."""
    queue, _ = ReviewQueue.objects.get_or_create(
        project=project,
        question="failure_mode",
        defaults={"number": 1, "name": "Modes", "mix": {}, "created_at": timezone.now()},
    )
    modes = {row.conversation_id: row.mode for row in load_failing(store, project.pk)}
    for name, key in said.items():
        ReviewItem.objects.get_or_create(
            queue=queue,
            conversation_id=name,
            turn_index=0,
            defaults={
                "place": queue.items.count() + 1,
                "answer_turn": 0,
                "reason": "random",
                "propensity": 0.5,
                "opinion": {"failure_mode": modes.get(name, 0)},
                "needed": 1,
                "state": "settled",
                "drawn_at": timezone.now(),
            },
        )
        settle(store, project, name, key)
    return queue


def take_back(store: Store, project: Project, *names: str) -> None:
    for name in names:
        settle(store, project, name, "", is_deleted=1)


VERSIONS = iter(range(1, 10**9))


def settle(store: Store, project: Project, name: str, key: str, is_deleted: int = 0) -> None:
    row = {
        "project_id": project.pk,
        "question": "failure_mode",
        "conversation_id": name,
        "turn_index": 0,
        "queue": 1,
        "answer_turn": 0,
        "choices": [key],
        "better_answer": "",
        "said_by": ["ann"],
        "is_adjudicated": False,
        "reason": "random",
        "propensity": 0.5,
        "version": next(VERSIONS),
        "is_deleted": is_deleted,
    }
    store.insert("settled_reviews", {column: [value] for column, value in row.items()})
