"""How often what machines do is taken for a person's displeasure, and how often a person's is still found.

    python benchmarks/machines.py [--chats DIR] [--count N] [--scale N] [--seed N] [--show]

Programs and people are planted among real dialogues (`tests/feedback/planted.py`): the demo's, and those of
`chats_*.jsonl.gz` in DIR. `fires` counts things with a fired signal of dissatisfaction, `before` those that would have
one if nobody knew of machines. Rules were made with the first half of the variations; the second was held out.
"""

import argparse
import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from feedback.detectors import Signal, detect_signals
from feedback.detectors.machines import ABOUT_USERS, judge
from feedback.detectors.verdict import PEOPLE
from tests.feedback.planted import (
    HALVES,
    NO_SIGN,
    Planted,
    Talk,
    Writer,
    lead_conversations,
    load_talks,
    plant_in_turns,
    survey,
)

SEED = 11
GROUPS = ("machines", "people", NO_SIGN)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chats", type=Path, help="directory with chats_*.jsonl.gz")
    parser.add_argument("--count", type=int, default=300, help="of each kind within a turn")
    parser.add_argument("--scale", type=int, default=3, help="times the conversations of each service")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--show", action="store_true", help="print what was wrong")
    arguments = parser.parse_args()
    talks = load_talks() + (load_chats(arguments.chats) if arguments.chats else [])
    print(f"{len(talks)} dialogues, seed {arguments.seed}")
    for number, half in enumerate(HALVES):
        writer = Writer(arguments.seed + number, talks)
        in_turns = list(plant_in_turns(writer, half, arguments.count))
        whole = survey(lead_conversations(writer, half, arguments.scale))
        print(f"\n## {half}\n")
        print_turns(in_turns, show=arguments.show)
        print_whole(whole, show=arguments.show)
    measure_speed(whole)


def load_chats(directory: Path) -> list[Talk]:
    found: list[Talk] = []
    for path in sorted(directory.glob("chats_*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                said = row["turns"]
                pairs = zip(said[::2], said[1::2], strict=False)
                found.append([(asked["content"], answered["content"]) for asked, answered in pairs])
    return found


def list_displeased(planted: Planted, kinds: Iterable[str]) -> list[Signal]:
    """Fired signals of these kinds against the turns that the thing is about."""
    signals = detect_signals(planted.material)
    about = set(planted.turns)
    return [
        signal
        for signal in signals
        if signal.kind in kinds and signal.fired and signal.polarity < 0 and (not about or signal.target in about)
    ]


def group_of(is_person: bool, kind: str) -> str:
    return NO_SIGN if kind == NO_SIGN else "people" if is_person else "machines"


def print_turns(things: Sequence[Planted], *, show: bool) -> None:
    """Within a turn: only what says that the answer was stopped or asked again, for the dialogues are real."""
    kinds = {"regeneration", "early_termination"}
    print("| within a turn | how | planted | a signal of dissatisfaction |\n| --- | --- | --: | --: |")
    total, fires = Counter[tuple[bool, str, str]](), Counter[tuple[bool, str, str]]()
    for thing in things:
        key = (thing.is_person, thing.kind, "" if thing.kind == "client limit" else thing.way)
        asked = {"rephrase"} if thing.way == "the message sent again" else set()
        found = bool(list_displeased(thing, kinds | asked))
        total[key] += 1
        fires[key] += found
        if show and found != thing.is_person:
            print(
                "   wrong:", thing.kind, thing.way, [answer.ended_by for answer in thing.material.conversation.answers]
            )
    print_rows(total, fires)


def print_whole(things: Sequence[Planted], *, show: bool) -> None:
    """Whole conversations: what says what a person felt, with the verdict and as if all were people."""
    print("| who led | how | conversations | as people: displeased | displeased | taken for a machine |")
    print("| --- | --- | --: | --: | --: | --: |")
    counts: dict[tuple[bool, str, str], Counter[str]] = {}
    for thing in things:
        way = thing.way
        count = counts.setdefault((thing.is_person, thing.kind, way), Counter())
        as_people = replace(thing, material=replace(thing.material, verdict=PEOPLE))
        before = len(list_displeased(as_people, ABOUT_USERS))
        after = len(list_displeased(thing, ABOUT_USERS))
        count.update(all=1, before=before, after=after, machine=bool(thing.material.verdict.kind))
        if show and bool(thing.material.verdict.kind) == thing.is_person:
            print("   wrong:", thing.kind, way, thing.material.verdict, thing.material.conversation.user_id)
    for group in GROUPS:
        rows = [(key, count) for key, count in sorted(counts.items()) if group_of(*key[:2]) == group]
        for (_, kind, way), count in rows:
            print(f"| {kind} | {way} | {count['all']} | {count['before']} | {count['after']} | {count['machine']} |")
        both = sum((count for _, count in rows), Counter[str]())
        share = f"{both['after']} ({both['after'] / max(1, both['before']):.1%})"
        machine = f"{both['machine']} ({both['machine'] / max(1, both['all']):.2%})"
        print(f"| **{group}** | | {both['all']} | {both['before']} | {share} | {machine} |")
    print()


def print_rows(total: Counter[tuple[bool, str, str]], fires: Counter[tuple[bool, str, str]]) -> None:
    for group in GROUPS:
        keys = [key for key in sorted(total) if group_of(*key[:2]) == group]
        for key in keys:
            print(f"| {key[1]} | {key[2]} | {total[key]} | {fires[key]} |")
        planted, found = sum(total[key] for key in keys), sum(fires[key] for key in keys)
        print(f"| **{group}** | | {planted} | {found} ({found / planted:.2%}) |")
    print()


def measure_speed(things: Sequence[Planted]) -> None:
    begun = time.process_time()
    for thing in things:
        judge(thing.material)
    seconds = time.process_time() - begun
    answers = sum(len(thing.material.conversation.answers) for thing in things)
    print(f"verdicts: {seconds / len(things) * 1e6:.0f} µs a conversation, {seconds / answers * 1e6:.0f} µs an answer")


if __name__ == "__main__":
    main()
