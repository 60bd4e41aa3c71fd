"""Erasures as jobs: asked for, worked off beside everything else, resumed where they were cut off, told by a receipt.

Each step can be done again. What is to go is listed in the store first; then it goes, twice: the second time when
whoever read it before has ended, and may have written something that was made of it.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import close_old_connections
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tracing import kept_queries
from tracing.access import audit
from tracing.access.decisions import Actor, ActorKind
from tracing.erasing.database import clean_database
from tracing.erasing.files import drop_old_files
from tracing.erasing.places import Erased, list_places
from tracing.erasing.recounting import count_hours_anew
from tracing.erasing.rows import (
    add_target,
    delete_rows,
    follow_targets,
    forget_targets,
    list_returned,
    list_stored,
    list_targets,
    load_targets,
    tell_apart,
)
from tracing.erasing.scope import Scope
from tracing.erasing.texts import strip_project
from tracing.erasing.verifying import SEARCHED_OF_A_KIND, choose_searched, verify
from tracing.models import Erasure, Project
from tracing.stages import OVERLAP, STOPPING, hold_lease
from tracing.store import Store, get_store
from tracing.times import to_us

logger = logging.getLogger(__name__)

NAME = "erasure"
SWEEP = "erasure_sweep"
SETTLING = timedelta(seconds=40)
"""After that no stage is still at work on what it read before."""
SWEEP_SECONDS = 60.0
TEXTS = "texts that named them"
NAME_KIND = "name"

State = Erasure.State
_thread: threading.Thread | None = None
_swept_at = -SWEEP_SECONDS


def request_erasure(project: Project, scope: Scope, who: str) -> Erasure:
    """Ask for it; one of the same that is not done goes on."""
    named = {"kind": scope.kind, "digest": digest_name(project.pk, scope), "start": scope.start, "end": scope.end}
    same = Erasure.objects.filter(project=project, state__in=Erasure.OPEN, **named).first()
    return same or Erasure.objects.create(project=project, subject=scope.name, asked_by=who, **named)


def digest_name(project_id: int, scope: Scope) -> str:
    """Empty of a time."""
    told = f"{project_id} {scope.kind} {scope.name}".encode("utf-8", "surrogatepass")
    return salted_hmac("tacit.erasure", told, algorithm="sha256").hexdigest() if scope.name else ""


def preview(store: Store, project_id: int, scope: Scope) -> Mapping[str, int]:
    """Conversations, turns and calls that would go."""
    stored = list_stored(project_id, scope)
    ids = {f"{kind}_ids": stored if kind == scope.kind else [] for kind in ("user", "conversation")}
    return store.query("tracing/sql/erasure_preview.sql", project_id=project_id, **ids, **scope.bounds_ns)[0]


def read_scope(erasure: Erasure) -> Scope:
    return Scope(
        user_id=erasure.subject if erasure.kind == Erasure.Kind.USER else "",
        conversation_id=erasure.subject if erasure.kind == Erasure.Kind.CONVERSATION else "",
        start=erasure.start,
        end=erasure.end,
    )


def find_open() -> Erasure | None:
    """The oldest that is not done and has something to be done now."""
    waiting = Erasure.objects.filter(state__in=Erasure.OPEN).order_by("pk")
    return waiting.exclude(state=State.SETTLING, settles_at__gt=timezone.now()).first()


def start_erasing() -> None:
    """Have what waits erased, unless that is going on."""
    global _thread
    if STOPPING.is_set() or (_thread and _thread.is_alive()):
        return
    if find_open() or Erasure.objects.filter(state=State.DONE).exists():
        _thread = threading.Thread(target=run_erasing, name="erasures", daemon=True)
        _thread.start()


def run_erasing() -> None:
    try:
        with hold_lease(NAME) as held:
            if held:
                work_off(get_store())
                sweep_now_and_then(get_store())
    except Exception:
        logger.exception("erasures did not go on; they are tried again")
    finally:
        close_old_connections()


def work_off(store: Store) -> int:
    """Do all that can be done now; how many steps."""
    count = 0
    while not STOPPING.is_set() and (erasure := find_open()):
        try:
            do_step(store, erasure)
        except Exception as error:
            Erasure.objects.filter(pk=erasure.pk).update(problem=f"{type(error).__name__}: it is tried again.")
            raise
        count += 1
    return count


def do_step(store: Store, erasure: Erasure) -> None:
    """The next step of an erasure, and that it is done."""
    if erasure.state == State.CLEANING:  # whoever knew what to look for has died
        finish(store, erasure, [])
        return
    scope = read_scope(erasure)
    if erasure.state == State.WAITING:
        list_targets(store, erasure.project_id, scope)
        save(erasure, state=State.ERASING, began_at=timezone.now())
    elif erasure.state == State.ERASING:
        save(erasure, rows=erase(store, erasure, scope), state=State.SETTLING, settles_at=timezone.now() + SETTLING)
    else:
        follow_targets(store, erasure.project_id, scope)
        save(erasure, rows=erase(store, erasure, scope))
        finish(store, erasure, let_go(store, erasure, scope))


def save(erasure: Erasure, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(erasure, name, value)
    erasure.problem = ""
    erasure.save(update_fields=[*changes, "problem"])


def erase(store: Store, erasure: Erasure, scope: Scope) -> dict[str, int]:
    """Delete what is listed everywhere; rows by table and place, with those that went before."""
    erased = read_erased(store, erasure.project, scope, erasure.asked_by)
    counts = Counter(erasure.rows)
    counts.update(delete_rows(store, erasure.project_id, scope))
    counts.update(erase_places(store, erased))
    return dict(+counts)


def read_erased(store: Store, project: Project, scope: Scope, who: str) -> Erased:
    kinds = ("user", "conversation", "trace", "hour", "day", "mode")
    found = {kind: load_targets(store, project.pk, kind) for kind in kinds}
    hours, modes = [[int(each) for each in found[kind]] for kind in ("hour", "mode")]
    return Erased(project, scope, found["user"], found["conversation"], found["trace"], hours, found["day"], modes, who)


def erase_places(store: Store, erased: Erased) -> Mapping[str, int]:
    """All that apps keep elsewhere, and the ids wherever people wrote them down."""
    places, project = list_places(), erased.project
    for name in (each for place in places for each in place.find_names(store, erased)):
        add_target(store, project.pk, NAME_KIND, name)  # a place that erases it could not find it once more
    counts = {place.name: place.erase(store, erased) for place in places}
    names = load_targets(store, project.pk, NAME_KIND)
    counts[TEXTS] = strip_project(project, {*erased.user_ids, *erased.conversation_ids, *names})
    count_hours_anew(store, erased)
    kept_queries.forget()
    return counts


def let_go(store: Store, erasure: Erasure, scope: Scope) -> list[str]:
    """Forget the ids; those that are to be looked for."""
    project_id = erasure.project_id
    kinds = ("user", "conversation", "trace")
    searched = choose_searched(
        [each for kind in kinds for each in load_targets(store, project_id, kind, SEARCHED_OF_A_KIND)]
    )
    left = sum(delete_rows(store, project_id, scope).values())
    searched = tell_apart(store, searched)
    forget_targets(store, project_id)
    save(erasure, state=State.CLEANING, subject="", verification={"rows_left": left})
    return searched


def finish(store: Store, erasure: Erasure, searched: list[str]) -> None:
    """Have files of what is gone go, look for the ids in all others, and write the receipt."""
    files_left = drop_old_files(store)
    left_out = clean_database()
    rows_left = (erasure.verification or {}).get("rows_left", 0)
    told = verify(store, searched, rows_left=rows_left, files_left=files_left, left_out=left_out)
    save(erasure, state=State.DONE, ended_at=timezone.now(), verification=told)
    write_down(erasure)


def write_down(erasure: Erasure) -> None:
    """That it is done: every process lets go of figures that it kept from before (`tracing/kept_queries.py`)."""
    details = {"erasure": erasure.pk, "rows": sum(erasure.rows.values())}
    audit.record(
        Actor(ActorKind.COMMAND, erasure.asked_by),
        "erase",
        erasure.project,
        target=f"a {erasure.kind}",
        details=details,
    )


def sweep_now_and_then(store: Store) -> None:
    global _swept_at
    if time.monotonic() - _swept_at >= SWEEP_SECONDS:
        sweep(store)
        _swept_at = time.monotonic()


def sweep(store: Store) -> int:
    """Erase again what was sent again of traces that were erased; how many rows."""
    projects = Project.objects.filter(erasures__state=State.DONE).exclude(erasures__state__in=Erasure.OPEN).distinct()
    started, count = datetime.now(UTC), 0
    for project in projects:
        stage = f"{SWEEP} {project.pk}"
        rows = store.query("tracing/sql/watermark.sql", stage=stage)
        after_us = int(rows[0]["done_until_us"]) if rows else 0
        if list_returned(store, project.pk, max(0, after_us - to_us(OVERLAP))):
            count += erase_returned(store, project)
        store.insert("watermarks", {"stage": [stage], "done_until": [started]})
    return count


def erase_returned(store: Store, project: Project) -> int:
    """What is listed of a project, once more; the latest receipt says how much that was."""
    scope = Scope(conversation_id=NAME)  # about nobody in particular: what goes is listed
    rows = sum(delete_rows(store, project.pk, scope).values())
    erased = read_erased(store, project, scope, "")
    count_hours_anew(store, erased)
    forget_targets(store, project.pk)
    drop_old_files(store)
    latest = Erasure.objects.filter(project=project, state=State.DONE).order_by("-pk").values_list("pk", flat=True)[:1]
    Erasure.objects.filter(pk__in=list(latest)).update(returned=F("returned") + rows)
    return rows


def list_erasures(project: Project, scope: Scope | None = None) -> QuerySet[Erasure]:
    """Those of a project, the latest first; those of somebody alone where that is said."""
    rows = Erasure.objects.filter(project=project).order_by("-pk")
    return rows.filter(kind=scope.kind, digest=digest_name(project.pk, scope)) if scope else rows
