"""How long a dataset of so many conversations takes, stage by stage, and how much memory it needs: from store to files.

    python -m benchmarks.dataset_builds                          5,000 conversations
    python -m benchmarks.dataset_builds --conversations 100000   the goal: 600 s and 2 GB on two cores
    python -m benchmarks.dataset_builds --format hf              another format
    python -m benchmarks.dataset_builds --directory D            keeps the store in D, and takes it from there again
    python -m benchmarks.dataset_builds --profile                and where the time goes

Conversations have four turns, of about 300 and 1,000 characters, and each model call was sent all that was said before.
Three in ten answers have a thumb; one message in ten has an address in it. Seconds of the clock and of the processor;
memory is the largest that the process, the engine in it included, ever held.
"""

import argparse
import cProfile
import os
import pstats
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.query import read_sentences

if TYPE_CHECKING:
    from feedback.flywheel.reading import Found
    from tracing.store import Store

GOAL_SECONDS = 600
GOAL_MEGABYTES = 2_048
PROJECT_ID = 1
TURNS = 4
BLOCK = 20_000
TABLES = ("generations", "turns", "conversations", "feedback")


def main() -> None:
    options = read_options()
    with tempfile.TemporaryDirectory(prefix="tacit-bench-") as folder:
        directory = (options.directory or Path(folder)).resolve()
        store = open_store(directory, options.conversations)
        profile = cProfile.Profile() if options.profile else None
        measure(store, options.conversations, options.format, directory / "work", profile)
        store.close()
    if profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats("(feedback|tracing)/", 60)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=5_000, help="so many (default 5,000)")
    parser.add_argument("--format", default="trl-kto", help="default trl-kto")
    parser.add_argument("--directory", type=Path, help="keep the store here; where it is filled already, build only")
    parser.add_argument("--profile", action="store_true", help="tell where the time goes")
    return parser.parse_args()


def open_store(directory: Path, conversations: int) -> "Store":
    """The platform's store in the directory, filled unless it is."""
    os.environ |= {"TACIT_DATA_DIR": str(directory), "DJANGO_SETTINGS_MODULE": "config.settings"}
    import django

    django.setup()
    from django.core.management import call_command

    from tracing.store import get_store

    filled = (directory / "filled").exists()
    call_command("migrate", verbosity=0)
    store = get_store()
    store.migrate()
    if not filled:
        fill(store, conversations)
        (directory / "filled").touch()
        print("filled; memory is told right when it is run again with the same --directory", flush=True)
    return store


def fill(store: "Store", conversations: int) -> None:
    store.execute("CREATE TABLE IF NOT EXISTS sentences (text String, words Array(String)) ENGINE = Memory")
    sentences = read_sentences()
    store.insert("sentences", {"text": sentences, "words": [[] for _ in sentences]})
    total, until_ns = TURNS * conversations, time.time_ns()
    for first in range(0, total, BLOCK):
        for table in TABLES:
            bound = {"first": first, "count": min(BLOCK, total - first), "total": total, "until_ns": until_ns}
            store.change(f"benchmarks/fill/dataset_{table}.sql", **bound)
    store.execute("DROP TABLE sentences")


def measure(store: "Store", conversations: int, format_name: str, work: Path, profile: cProfile.Profile | None) -> None:
    from feedback.datasets import Context, Definition, Source
    from feedback.datasets.building.collecting import settle_work
    from feedback.datasets.building.writing import write_version
    from feedback.datasets.inspecting.inspection import inspect
    from feedback.flywheel.reading import choose_conversations
    from tracing.filter_language import Filter

    context = Context(Definition(format_name))
    start = time.perf_counter()
    with stage("choose"):
        chosen = choose_conversations(store, PROJECT_ID, Filter(), time.time_ns()).conversations[:conversations]
    with tempfile.TemporaryDirectory(prefix="work-", dir=work.parent) as folder:
        chunks, files = Path(folder) / "chunks", Path(folder) / "files"
        if profile:
            profile.enable()
        collect(store, chosen, chunks, context)
        with stage("settle"):
            settled = settle_work(chunks, context)
        with stage("inspect"):
            inspect(chunks, settled, context)
        with stage("write"):
            manifest = write_version(chunks, settled, context, Source("benchmark"), files)
        if profile:
            profile.disable()
        disk = (
            sum(path.stat().st_size for path in chunks.iterdir()),
            sum(path.stat().st_size for path in files.rglob("*") if path.is_file()),
        )
    report(len(chosen), manifest["rows"], time.perf_counter() - start, disk)


def collect(store: "Store", chosen: "tuple[Found, ...]", chunks: Path, context: object) -> None:
    from feedback.datasets.building.collecting import collect_chunk
    from feedback.flywheel.reading import cut_batches, read_batch

    spent = {"read": [0.0, 0.0], "rows": [0.0, 0.0]}
    for number, ids in enumerate(cut_batches(chosen)):
        with adding(spent["read"]):
            labelled = list(read_batch(store, PROJECT_ID, ids))
        with adding(spent["rows"]):
            collect_chunk(chunks, number, labelled, context)  # type: ignore[arg-type]
    for name, (wall, cpu) in spent.items():
        print(f"{name:<10} {wall:>8.1f} s {cpu:>8.1f} s of the processor {read_megabytes():>8,.0f} MB", flush=True)


@contextmanager
def stage(name: str) -> Iterator[None]:
    spent = [0.0, 0.0]
    with adding(spent):
        yield
    print(f"{name:<10} {spent[0]:>8.1f} s {spent[1]:>8.1f} s of the processor {read_megabytes():>8,.0f} MB", flush=True)


@contextmanager
def adding(spent: list[float]) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    spent[0] += time.perf_counter() - wall
    spent[1] += time.process_time() - cpu


def read_megabytes() -> float:
    """The largest resident memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * (1024 if sys.platform == "darwin" else 1))


def report(conversations: int, rows: int, seconds: float, disk: tuple[int, int]) -> None:
    print(
        f"{conversations:,} conversations, {rows:,} rows: {seconds:.1f} s, {conversations / seconds:,.0f} a second; "
        f"{read_megabytes():,.0f} MB of memory, {disk[0] / 1e6:,.0f} MB of chunks, {disk[1] / 1e6:,.0f} MB of files"
    )
    print(f"goal: 100,000 conversations in {GOAL_SECONDS} s and {GOAL_MEGABYTES:,} MB on two cores")


if __name__ == "__main__":
    main()
