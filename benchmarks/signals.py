"""How many user messages a second every detector together hears, and what each of them costs.

    python benchmarks/signals.py                    the demo's traffic, through the store, as the platform hears it
    python benchmarks/signals.py --chats DATA       and labelled chats of DATA, no model calls behind them
    python benchmarks/signals.py --profile          where the time goes

CPU time; of several rounds the fastest. On all cores: one process a core, each with the same work, wall-clock time.
What users say of answers is read anew each time, by the transformer as far as `TACIT_TRANSFORMER_SHARE` lets it; it is
told apart, too, with the detectors of it alone.
"""

import argparse
import cProfile
import gzip
import json
import os
import pstats
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feedback.detectors import Material
    from tracing.stages import Key
    from tracing.store import Store

GOAL = 4_000
GOAL_OF_REACTIONS = 1_500
OF_REACTIONS = frozenset(
    {
        "rephrase",
        "correction",
        "complaint",
        "clarification_request",
        "praise",
        "request_human",
        "early_termination",
        "sentiment",
        "sentiment_shift",
    }
)
ROUNDS = 5
SECOND_NS = 10**9

Heard = Sequence["Material"]


def main() -> None:
    options = read_options()
    with tempfile.TemporaryDirectory(prefix="tacit-bench-") as folder:
        store, keys = fill_store(folder)
        materials = load_all(store, keys)
        report("the demo", materials, options.profile)
        report_stage(store, keys, materials)
        store.close()
    if options.chats:
        report("chats", load_chats(Path(options.chats)), options.profile)


def fill_store(folder: str) -> "tuple[Store, list[Key]]":
    """The demo's spans in a new store, read; and the conversations."""
    os.environ |= {"TACIT_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings"}
    import django

    django.setup()
    from django.core.management import call_command
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans

    from tracing.demo.dialogues import load_dialogues
    from tracing.demo.replay import replay_spans
    from tracing.derivation import read_changed_traces
    from tracing.ingest import get_ingest
    from tracing.receive.decoding import decode_spans
    from tracing.store import get_store
    from tracing.template_learning import learn_changed_services

    call_command("migrate", verbosity=0)
    store = get_store()
    store.migrate()
    spans = list(replay_spans(load_dialogues(), datetime.now(UTC)))
    get_ingest().commit("otel_traces", decode_spans(encode_spans(spans), 1))
    while read_changed_traces(store) or learn_changed_services(store):
        pass
    rows = store.query("feedback/sql/outdated_conversations.sql", project_id=1, basis="", limit=10_000)
    return store, [(1, row["conversation_id"]) for row in rows]


def load_all(store: "Store", keys: "Sequence[Key]") -> Heard:
    from feedback.materials import load_materials
    from feedback.records import load_feedback_of
    from feedback.tunings import load_tuning
    from tracing.records import load_conversations

    conversations = list(load_conversations(store, 1, [key for _, key in keys]).values())
    told = load_feedback_of(store, 1, conversations)
    return load_materials(store, 1, conversations, told, load_tuning(1), time.time_ns())


def load_chats(folder: Path) -> Heard:
    """The labelled chats as materials; a turn every 40 s."""
    from feedback.detectors import Material

    files = [gzip.decompress(path.read_bytes()).decode() for path in sorted(folder.glob("chats_*.jsonl.gz"))]
    return [Material(read_chat(json.loads(line))) for text in files for line in text.splitlines()]


def read_chat(record: dict[str, Any]) -> Any:
    from tracing.conversations import Answer, Conversation, Turn

    said = [turn["content"] for turn in record["turns"]]
    pairs = list(zip(said[::2], said[1::2], strict=False))
    name = record["conversation_id"]
    turns = tuple(
        Turn(place, asked, Answer(f"{name}-{place}", "s", told, "completed", "", place * 40 * SECOND_NS, SECOND_NS))
        for place, (asked, told) in enumerate(pairs)
    )
    return Conversation(1, name, turns)


def report(name: str, materials: Heard, profile: bool) -> None:
    from feedback.detectors import DETECTORS

    messages = count_messages(materials)
    print(f"{name}: {len(materials):,} conversations, {messages:,} user messages; microseconds a message")
    costs = {each.kind: measure(lambda each=each: run(each.detect, materials)) / messages for each in DETECTORS}  # type: ignore[misc]
    for kind, seconds in sorted(costs.items(), key=lambda item: -item[1]):
        print(f"  {kind:24} {seconds * 1e6:8.1f}")
    reading = measure(lambda: read_anew(materials)) / messages
    alone = measure(lambda: hear_all(materials)) / messages
    print(f"  {'reading what is said':24} {reading * 1e6:8.1f}")
    print(f"  {'all':24} {alone * 1e6:8.1f}   {1 / alone:,.0f} messages a second on one core")
    cores = os.cpu_count() or 1
    print(f"  {measure_cores(materials, hear_all, cores):,.0f} messages a second on {cores} cores (goal {GOAL:,})")
    later = measure_cores(materials, hear_reactions, cores) * count_later(materials) / messages
    print(f"  what users say of answers alone: {later:,.0f} later messages a second (goal {GOAL_OF_REACTIONS:,})")
    if profile:
        with cProfile.Profile() as profiler:
            hear_all(materials)
        pstats.Stats(profiler).sort_stats("tottime").print_stats(40)


def report_stage(store: "Store", keys: "Sequence[Key]", materials: Heard) -> None:
    """The whole stage in this process: conversations and calls loaded, heard, and signals written."""
    from feedback.derivation import derive_signals

    seconds = [measure_wall(lambda: derive_signals(store, keys)) for _ in range(ROUNDS)]
    messages = count_messages(materials)
    print(f"  the stage `signals`, one process: {messages / min(seconds):,.0f} messages a second, loaded and written")


def count_messages(materials: Heard) -> int:
    return sum(len(each.conversation.turns) for each in materials)


def count_later(materials: Heard) -> int:
    """Those that may say something of an answer."""
    return count_messages(materials) - len(materials)


def read_anew(materials: Heard) -> Heard:
    """As the platform reads what came in, none of it read before."""
    from feedback.readings import get_readings, read_materials

    get_readings.cache_clear()
    return read_materials([replace(each, readings=None) for each in materials])


def hear_all(materials: Heard) -> None:
    from feedback.detectors import detect_signals

    run(detect_signals, read_anew(materials))


def hear_reactions(materials: Heard) -> None:
    from feedback.detectors import DETECTORS, detect_signals

    chosen = [each for each in DETECTORS if each.kind in OF_REACTIONS]
    run(lambda material: detect_signals(material, chosen), read_anew(materials))


def run(listen: "Callable[[Material], Any]", materials: Heard) -> None:
    for material in materials:
        list(listen(material))


def measure(work: Callable[[], object]) -> float:
    """CPU seconds, the fewest of several rounds."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


def measure_wall(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure_cores(materials: Heard, hear: Callable[[Heard], None], cores: int) -> float:
    """User messages a second that so many processes hear together."""
    with ProcessPoolExecutor(cores, initializer=keep, initargs=(materials, hear)) as pool:
        list(pool.map(hear_kept, range(cores * 4)))
        start = time.perf_counter()
        heard = sum(pool.map(hear_kept, range(cores * ROUNDS)))
        return heard / (time.perf_counter() - start)


_kept: "tuple[Heard, Callable[[Heard], None]]" = ((), lambda _materials: None)


def keep(materials: Heard, hear: Callable[[Heard], None]) -> None:
    global _kept
    _kept = materials, hear


def hear_kept(_number: int) -> int:
    materials, hear = _kept
    hear(materials)
    return count_messages(materials)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chats", help="folder with chats_*.jsonl.gz")
    parser.add_argument("--profile", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
