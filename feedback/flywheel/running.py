"""Versions that were asked for come in, and are read, weighed, looked at and written, one after the other, in a thread
beside everything else.

It may be cut off anywhere: rows lie in chunks on disk, each whole or missing, so whoever takes it up next goes on where
it was and ends with the same bytes. One process builds at a time: it holds a lock on the directory of datasets. What
people say meanwhile stands in the version's row, which is looked at after every batch.
"""

import errno
import fcntl
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, close_old_connections
from django.db.models import QuerySet

from feedback.datasets.building.collecting import collect_chunk, list_subjects, settle_work
from feedback.datasets.building.spool import Spool
from feedback.datasets.building.writing import write_version
from feedback.datasets.cleaning.presidio import PresidioMissing
from feedback.datasets.inspecting.inspection import inspect
from feedback.datasets.inspecting.preview import make_plain
from feedback.datasets.steps import Context
from feedback.datasets.weighing.settling import Settled
from feedback.embedding import load_encoder
from feedback.flywheel.datasets import definition_of
from feedback.flywheel.evaluation_sets import load_grams
from feedback.flywheel.forgetting import load_forgotten, write_subjects
from feedback.flywheel.lists import describe_version_source, keep_list, load_list
from feedback.flywheel.measured import fix_precisions
from feedback.flywheel.places import find_files, find_work, list_keys, remove_directory, remove_tree
from feedback.flywheel.reading import Choice, choose_conversations, cut_batches, read_batch
from feedback.flywheel.scrubbers import load_scrubber
from feedback.flywheel.traffic import load_traffic
from feedback.flywheel.versions import UNDER_WAY, delete_version
from feedback.models import DatasetVersion
from tracing.filter_language import FilterError, read_filter
from tracing.stages import STOPPING
from tracing.store import Store, StoreUnavailableError, get_store
from tracing.times import to_ns

logger = logging.getLogger(__name__)

State = DatasetVersion.State
LOCK = "lock"
TIDYING = timedelta(hours=1)
"""How often what nobody needs any more is looked for."""
SHORTEST_TELLING = 0.5
"""Seconds between two words of progress."""
REST_SHARE = 0.05
"""Of the time that a batch took, so that pages have their turn."""

AGAIN = "build it again: what was collected is kept."

_thread: threading.Thread | None = None
_tidied_at: datetime | None = None


class Interrupted(Exception):  # noqa: N818 - the name says it
    """Somebody stopped, deleted or withdrew what is being built, or it begins anew."""


class Leaving(Exception):  # noqa: N818 - the name says it
    """This process ends; another one goes on."""


def start_building() -> None:
    """Have what waits built beside everything else, unless that is going on."""
    global _thread
    if STOPPING.is_set() or (_thread and _thread.is_alive()) or not (find_waiting() or is_untidy()):
        return
    _thread = threading.Thread(target=run_building, name="datasets", daemon=True)
    _thread.start()


def run_building() -> None:
    try:
        with hold_datasets() as held:
            if held:
                tidy(datetime.now(UTC))
                build_all(get_store())
    finally:
        close_old_connections()


def find_waiting() -> DatasetVersion | None:
    """What is built next: the first that was asked for."""
    found = DatasetVersion.objects.filter(state__in=UNDER_WAY).select_related("project", "dataset")
    return found.order_by("pk").first()


@contextmanager
def hold_datasets() -> Iterator[bool]:
    """Hold the directory of datasets against other processes; gives whether it was free. The lock of a process that
    dies ends with it."""
    root = Path(settings.DATASETS_DIR)
    root.mkdir(parents=True, exist_ok=True)
    with (root / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def build_all(store: Store) -> int:
    """Build what waits, one version after the other; how many were taken."""
    count = 0
    while not STOPPING.is_set() and (version := find_waiting()):
        try:
            build(store, version)
        except Leaving:
            break
        except (StoreUnavailableError, OperationalError) as error:
            logger.warning("datasets wait for their databases: %s", error)
            break
        count += 1
    return count


def build(store: Store, version: DatasetVersion) -> None:
    """Take one version as far as it goes. It can be taken again after Leaving, StoreUnavailableError and
    OperationalError, which are raised."""
    try:
        Build(store, version).run()
    except Interrupted:
        clear(version)
    except (Leaving, StoreUnavailableError, OperationalError):
        raise
    except Exception as error:
        if STOPPING.is_set():  # what it works on is being closed
            raise Leaving from error
        fail(version, describe_trouble(version, error))


def describe_trouble(version: DatasetVersion, error: Exception) -> str:
    """What stands in the way, and what to do; without texts of users, which errors may hold."""
    if isinstance(error, PresidioMissing):
        return str(error)
    if isinstance(error, FilterError):
        return f"The filter cannot be used any more: {error} Change it, and start another version."
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full. Make room, then {AGAIN}"
    if isinstance(error, OSError):
        return f"Its files cannot be written ({error.strerror}). Mend that, then {AGAIN}"
    logger.error("version %s cannot be built", version.key, exc_info=error)
    return f"Something went wrong ({type(error).__name__}), see the log. When that is mended, {AGAIN}"


class Build:
    """One version on its way."""

    def __init__(self, store: Store, version: DatasetVersion) -> None:
        self.store = store
        self.version = version
        self.work = find_work(version)
        self.chunks = self.work / "chunks"
        self._told_at = 0.0

    def run(self) -> None:
        if self.version.begins_anew:
            self.begin_anew()
        choice = self.choose()
        context = self.load_context()
        self.collect(choice, context)
        self.tell("compares the rows")
        settled = settle_work(self.chunks, context)
        if self.version.state == State.COLLECTING:
            self.inspect(choice, settled, context)
        if self.version.state == State.WRITING:
            self.write(choice, settled, context)

    def begin_anew(self) -> None:
        """Throw away what was collected. The mark goes last: whoever is cut off here does it again."""
        remove_tree(self.work)
        self.move(begins_anew=False)

    def choose(self) -> Choice:
        """The conversations that it is made of, as they were when it began."""
        choice = load_list(self.work)
        if choice is None:
            self.tell("looks for conversations")
            remove_tree(self.work)
            given, version = read_filter(self.version.definition["filter"]), self.version
            choice = choose_conversations(self.store, version.project_id, given, to_ns(version.until))
            keep_list(self.work, choice)
        write_subjects(self.version, ((each.user_id, each.conversation_id) for each in choice.conversations))
        return choice

    def load_context(self) -> Context:
        """Whoever is forgotten after this finds the subjects that were just written, and has it begin anew."""
        definition, project_id = definition_of(self.version), self.version.project_id
        grams = load_grams(project_id, definition.evaluation_sets)
        precisions = fix_precisions(self.work, self.store, project_id, self.version.until)
        return Context(definition, load_forgotten(project_id), grams, load_scrubber(), precisions)

    def collect(self, choice: Choice, context: Context) -> None:
        """Put the rows of all conversations into chunks, a batch of conversations each; those that are there stay."""
        done, total = 0, len(choice.conversations)
        self.tell("reads conversations", 0, total, now=True)
        with Spool(self.chunks) as spool:
            for number, ids in enumerate(cut_batches(choice.conversations)):
                start = time.monotonic()
                if not spool.holds(number):
                    labelled = read_batch(self.store, self.version.project_id, ids)
                    collect_chunk(self.chunks, number, labelled, context)
                done += len(ids)
                self.tell("reads conversations", done, total)
                self.rest(time.monotonic() - start)

    def inspect(self, choice: Choice, settled: Settled, context: Context) -> None:
        """Keep what people look at; then it waits for them, or goes on."""
        self.tell("looks at rows")
        ids = [each.conversation_id for each in choice.conversations]
        traffic = load_traffic(self.store, self.version.project_id, ids)
        told = inspect(self.chunks, settled, context, traffic, load_encoder().embed, self.tell_rows)
        if self.version.goes_on:
            self.move(state=State.WRITING, inspection=told)
        else:
            self.move(state=State.INSPECTED, inspection=told, doing="", ended_at=datetime.now(UTC))

    def write(self, choice: Choice, settled: Settled, context: Context) -> None:
        source = describe_version_source(self.version, choice)
        files = find_files(self.version)
        manifest = write_version(
            self.chunks, settled, context, source, files, lambda done, total, words: self.tell(words, done, total)
        )
        write_subjects(self.version, list_subjects(settled))
        self.move(state=State.BUILT, manifest=make_plain(manifest), doing="", ended_at=datetime.now(UTC))
        remove_tree(self.work)

    def tell_rows(self, done: int, total: int) -> None:
        self.tell("looks at rows", done, total)

    def tell(self, doing: str, done: int | None = None, total: int | None = None, *, now: bool = False) -> None:
        """Say how far it is, now and then. Raises Interrupted where it is not to go on, and Leaving."""
        if STOPPING.is_set():
            raise Leaving
        moment = time.monotonic()
        if not now and done is not None and done != total and moment - self._told_at < SHORTEST_TELLING:
            return
        self._told_at = moment
        self.move(doing=doing, **({} if done is None else {"done": done, "total": total}))

    def move(self, **changes: Any) -> None:
        """Change the row, if it is as it was left. Raises Interrupted."""
        if not find_unchanged(self.version).update(**changes):
            raise Interrupted
        for name, value in changes.items():
            setattr(self.version, name, value)

    def rest(self, seconds: float) -> None:
        """Leave the processor to others for a little, in proportion to what was done."""
        STOPPING.wait(REST_SHARE * seconds)


def find_unchanged(version: DatasetVersion) -> QuerySet[DatasetVersion]:
    """The row, unless somebody said meanwhile that it is to stop, to go or to begin anew."""
    return DatasetVersion.objects.filter(pk=version.pk, state=version.state, begins_anew=version.begins_anew)


def fail(version: DatasetVersion, problem: str) -> None:
    """Say why it stopped. What was collected stays, and goes on from there once somebody says so."""
    changes = {"state": State.FAILED, "problem": problem, "doing": "", "ended_at": datetime.now(UTC)}
    if not find_unchanged(version).update(**changes):
        clear(version)  # no wonder that it failed


def clear(version: DatasetVersion) -> None:
    """Remove what a version left behind that somebody stopped, deleted or withdrew."""
    state = DatasetVersion.objects.filter(pk=version.pk).values_list("state", flat=True).first()
    if state in (None, State.STOPPED, State.WITHDRAWN):
        remove_directory(version.key)


def is_untidy() -> bool:
    return _tidied_at is None or datetime.now(UTC) - _tidied_at > TIDYING


def tidy(now: datetime) -> None:
    """Remove what nobody needs any more: exports that have expired, what was collected for versions that nobody had
    built, and directories of no version."""
    global _tidied_at
    _tidied_at = now
    for version in DatasetVersion.objects.filter(expires_at__lt=now):
        delete_version(version)
    long_ago = now - timedelta(days=settings.EXPORT_DAYS)
    left = DatasetVersion.objects.filter(state__in=(State.INSPECTED, State.FAILED), ended_at__lt=long_ago)
    problem = f"Nobody had it built within {settings.EXPORT_DAYS} days, so what was collected is gone."
    for version in left:
        if left.filter(pk=version.pk).update(state=State.STOPPED, inspection=None, problem=problem):
            remove_directory(version.key)
    kept = DatasetVersion.objects.exclude(state__in=(State.STOPPED, State.WITHDRAWN))
    keys = set(kept.values_list("key", flat=True))
    for key in list_keys():
        if key not in keys:
            remove_directory(key)
