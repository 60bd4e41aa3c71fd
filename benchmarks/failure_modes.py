"""Failure modes against what is known to be true: intents that are found again, and failures that were planted.

    python -m benchmarks.failure_modes [--seeds 10] [--only grouping] [--data DIRECTORY] [--write]

Planted failures stand between turns of real chats (`benchmarks/planted_failures.py`). The seeds told here are others
than those that bounds were chosen on. `--data` is a directory of further sets: JSON lines of `{"text", "label"}`, each
gzipped, an empty label for what belongs nowhere. `--write` writes the tables into `docs/failure-modes.md`.
"""

import argparse
import gzip
import json
import multiprocessing
import os
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_mutual_info_score

from benchmarks.planted_failures import (
    FAILURES,
    KIND,
    TEXTS,
    TOPICS,
    Memory,
    Planted,
    draw_real,
    make_failing,
    make_good,
    start,
)
from feedback.embedding import WIDTH, load_encoder
from feedback.failure_modes.cases import Case, embed_cases
from feedback.failure_modes.catalogue import Assignment, Catalogue, assign_turns
from feedback.failure_modes.clustering import NOWHERE
from feedback.failure_modes.descriptions import Description, describe_modes
from feedback.failure_modes.grouping import group_texts
from feedback.failure_modes.naming import split_words
from feedback.failure_modes.verification import Count, decide
from tracing.demo.dialogues import load_dialogues

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/failure-modes.md"
INTENTS = ROOT / "tests/feedback/failure_modes/intents.txt"
BEGIN, END = "<!-- {}: begin -->", "<!-- {}: end -->"
FIRST_SEED = 100
"""Bounds were chosen on lower ones."""
HELD = 0.8
"""A planted failure is found if so much of it is in one mode, and so much of what is planted in that mode is it."""

AT_ONCE = 4_096
"""Failing turns read, which bounds the memory."""

Labelled = tuple[list[str], list[str]]


def read_intents() -> Labelled:
    told = [line.split(": ", 1) for line in INTENTS.read_text(encoding="utf-8").splitlines()]
    pairs = [(text, "" if intent == "nowhere" else intent) for intent, texts in told for text in texts.split(" | ")]
    return [text for text, _ in pairs], [intent for _, intent in pairs]


def read_set(path: Path) -> Labelled:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [row["text"] for row in rows], [row["label"] for row in rows]


def draw_part(labelled: Labelled, groups: int, least: int, most: int, seed: int) -> Labelled:
    """Some groups of a set, each of a size of its own."""
    draw = start(seed)
    by_label: dict[str, list[str]] = {}
    for text, label in zip(*labelled, strict=True):
        by_label.setdefault(label, []).append(text)
    pairs = []
    for label in draw.sample(sorted(by_label), min(groups, len(by_label))):
        size = min(draw.randint(least, most), len(by_label[label]))
        pairs += [(text, label) for text in draw.sample(by_label[label], size)]
    return [text for text, _ in pairs], [label for _, label in pairs]


def measure_grouping(name: str, labelled: Labelled, memory: Memory) -> Sequence[object]:
    """A row: name, texts, groups, groups found, share in none, agreement; that of words with the number given."""
    texts, labels = labelled
    found = np.full(len(texts), NOWHERE)
    groups = group_texts(texts, memory.embed)
    for number, group in enumerate(groups):
        found[list(group.members)] = number
    true = len(set(labels) - {""})
    words = KMeans(true, n_init=3, random_state=0).fit_predict(TfidfVectorizer(sublinear_tf=True).fit_transform(texts))
    agreement, of_words = (adjusted_mutual_info_score(labels, each) for each in (found, words))
    nowhere = f"{np.mean(found == NOWHERE):.0%}"
    return name, f"{len(texts):,}", true, len(groups), nowhere, f"{agreement:.3f}", f"{of_words:.3f}"


def tell_grouping(sets: dict[str, Labelled], memory: Memory) -> str:
    head = "texts of", "texts", "groups", "found", "in none", "AMI", "AMI of word counts, number given"
    return draw_table(head, [measure_grouping(name, labelled, memory) for name, labelled in sets.items()])


def list_sets(data: Path | None) -> dict[str, Labelled]:
    sets = {"intents written for the tests": read_intents()}
    for path in sorted(data.glob("*.jsonl.gz")) if data else []:
        whole = read_set(path)
        name = path.name.removesuffix(".jsonl.gz")
        labels = len(set(whole[1]) - {""})
        sets[f"{name}, 40 of each"] = draw_part(whole, labels, 40, 40, 0)
        for groups, least, most in ((labels // 2, 10, 60), (labels // 4, 5, 100)):
            sets[f"{name}, {groups} groups of {least} to {most}"] = draw_part(whole, groups, least, most, groups)
    return sets


def plant_alike(seed: int) -> tuple[Planted, list[Case]]:
    """One topic with two failures, one failure over four topics, and one of a topic of its own; all are complaints."""
    draw = start(seed)
    failures, topics, planted = draw.sample(FAILURES, 4), draw.sample(TOPICS, 6), Planted()
    for failure in failures[:2]:
        planted.add(make_failing(topics[0], failure, 30, draw), f"{failure}, one topic")
    for topic in topics[1:5]:
        planted.add(make_failing(topic, failures[2], 10, draw), f"{failures[2]}, four topics")
    planted.add(make_failing(topics[5], failures[3], 30, draw), f"{failures[3]}, one topic")
    faults, well = draw_real(150, 300, draw)
    planted.add(faults, "")
    return planted, [each for topic in TOPICS for each in make_good(topic, 20, draw)] + well


def find_holders(planted: Planted, numbers: Sequence[int]) -> dict[str, int]:
    """By failure the mode that holds it and little else that is planted; 0 where none does."""
    holders = {}
    for truth in sorted(set(planted.truth) - {""}):
        own = Counter(number for number, each in zip(numbers, planted.truth, strict=True) if each == truth)
        number, count = max(((n, c) for n, c in own.items() if n), key=lambda each: each[1], default=(0, 0))
        held = [each for each, found in zip(planted.truth, numbers, strict=True) if found == number and each]
        is_held = count >= HELD * own.total() and held.count(truth) >= HELD * len(held)
        holders[truth] = number if is_held else 0
    return holders


def assign(planted: Planted, well: Sequence[Case], memory: Memory, catalogue: Catalogue | None = None) -> Assignment:
    kinds = [each.kind for each in planted.cases]
    vectors = embed_cases(planted.cases, memory.embed)
    return assign_turns(catalogue or Catalogue(), vectors, kinds, embed_cases(well, memory.embed))


def tells_apart(seed: int, memory: Memory) -> bool:
    planted, well = plant_alike(seed)
    holders = find_holders(planted, assign(planted, well, memory).numbers)
    return all(holders.values()) and len(set(holders.values())) == len(holders)


def describe(planted: Planted, well: Sequence[Case], memory: Memory) -> tuple[Assignment, list[Description]]:
    found = assign(planted, well, memory)
    vectors, of_well = embed_cases(planted.cases, memory.embed), embed_cases(well, memory.embed)
    return found, describe_modes(found.numbers, planted.cases, vectors, well, of_well)


def plant_nothing(seed: int) -> tuple[Planted, list[Case]]:
    """Topics of very different popularity; each turn fails as often as any other, with a reaction of any other."""
    draw = start(seed)
    planted, well = Planted(), []
    for topic in TOPICS:
        well += make_good(topic, int(20 + 450 * draw.random() ** 2), draw)
    faults, good = draw_real(100, 340, draw)
    well += [replace(each, reaction="", kind="") for each in faults] + good
    draw.shuffle(well)
    failing = len(well) // 7
    reactions = [each.reaction for each in draw_real(failing, 1, draw)[0]]
    planted.add([replace(each, reaction=told, kind=KIND) for each, told in zip(well, reactions, strict=False)], "")
    return planted, well[failing:]


def claims_nothing(seed: int, memory: Memory) -> bool:
    _, modes = describe(*plant_nothing(seed), memory)
    return not any(each.lift.is_claimed or each.slices for each in modes)


def plant_in_slice(seed: int) -> tuple[Planted, list[Case], str, str]:
    """5,000 conversations, of which 150 fail in one way under one prompt version; 350 others fail in any way."""
    draw = start(seed)
    failure, topic, place = draw.choice(FAILURES), draw.choice(TOPICS), f"v{draw.randint(2, 5)}"
    planted = Planted()
    faults, real = draw_real(350, 2_500, draw)
    well = [*real, *(each for other in TOPICS for each in make_good(other, 200, draw))]
    planted.add([replace(each, slices=draw_slices(draw)) for each in faults], "")
    own = make_failing(topic, failure, 150, draw)
    planted.add([replace(each, slices={**draw_slices(draw), "prompt version": place}) for each in own], failure)
    return planted, [replace(each, slices=draw_slices(draw)) for each in well], failure, place


def draw_slices(draw: random.Random) -> dict[str, str]:
    versions, models = ("v1", "v2", "v3", "v4", "v5"), ("large", "small", "mini")
    return {
        "prompt version": draw.choices(versions, (50, 15, 15, 10, 10))[0],
        "model": draw.choices(models, (60, 30, 10))[0],
        "release": draw.choice(("1.8", "1.9", "2.0")),
        "segment": draw.choices(("free", "team", "company"), (70, 20, 10))[0],
    }


def names_slice(seed: int, memory: Memory) -> tuple[bool, bool, bool]:
    """Whether the failure is found, named with words of its own, and its slice named and no other."""
    planted, well, failure, place = plant_in_slice(seed)
    found, modes = describe(planted, well, memory)
    number = find_holders(planted, found.numbers)[failure]
    mode = next((each for each in modes if each.number == number), None)
    if mode is None:
        return False, False, False
    texts = TEXTS["failures"][failure]
    words = {word.casefold() for text in (*texts["answers"], *texts["reactions"]) for word in split_words(text)}
    named = {word.casefold() for term in mode.name.terms for word in split_words(term.text)}
    told = [(each.name, each.value) for each in mode.slices]
    return mode.lift.is_claimed, bool(named & words), told == [("prompt version", place)]


def stays_one(seed: int, memory: Memory) -> bool:
    """A failure on ten days, a second one from the fourth, between others: one number each, and no other mode."""
    draw = start(seed)
    first, second = draw.sample(FAILURES, 2)
    topics = draw.sample(TOPICS, 3)
    faults, well = draw_real(400, 300, draw)
    catalogue, waiting, holders = Catalogue(), Planted(), Counter[tuple[str, int]]()
    for day in range(10):
        today = Planted(list(waiting.cases), list(waiting.truth))
        today.add([each for topic in topics[:2] for each in make_failing(topic, first, 10, draw)], first)
        today.add(make_failing(topics[2], second, 12, draw) if day >= 3 else [], second)
        today.add(faults[40 * day : 40 * day + 40], "")
        found = assign(today, well, memory, catalogue)
        catalogue, waiting = found.catalogue, Planted()
        holders = follow(holders, dict(found.joined))
        for case, truth, number in zip(today.cases, today.truth, found.numbers, strict=True):
            holders[truth, number] += 1 if number else 0
            if not number:
                waiting.add([case], truth)
    return all(is_one(truth, holders) for truth in (first, second))


def follow(holders: Counter[tuple[str, int]], joined: dict[int, int]) -> Counter[tuple[str, int]]:
    """The same counts where modes became one."""
    moved = Counter[tuple[str, int]]()
    for (truth, number), count in holders.items():
        while number in joined:
            number = joined[number]
        moved[truth, number] += count
    return moved


def is_one(truth: str, holders: Counter[tuple[str, int]]) -> bool:
    """Nine of ten in one mode, mostly of it, and no other mode that is mostly of it."""
    modes = {number for _, number in holders if number}
    mostly = [
        number
        for number in modes
        if holders[truth, number] > sum(count for (other, at), count in holders.items() if at == number) / 2
    ]
    return len(mostly) == 1 and holders[truth, mostly[0]] >= 0.9 * sum(
        count for (other, _), count in holders.items() if other == truth
    )


def tell_planted(seeds: int, memory: Memory) -> str:
    rows = []
    checks: dict[str, Callable[[int], bool]] = {
        "one topic with two failures told apart, one failure over four topics held together": partial(
            tells_apart, memory=memory
        ),
        "nothing planted: no mode claims lift or a slice": partial(claims_nothing, memory=memory),
        "the same failures on ten days are one mode each": partial(stays_one, memory=memory),
    }
    for what, check in checks.items():
        rows.append((what, f"{sum(map(check, range(FIRST_SEED, FIRST_SEED + seeds)))} of {seeds}"))
    told = [names_slice(seed, memory) for seed in range(FIRST_SEED, FIRST_SEED + seeds)]
    for place, what in enumerate(("found, with lift", "named with its words", "its slice named, and no other")):
        rows.append(
            (f"3 % of 5,000 conversations, in one slice: {what}", f"{sum(each[place] for each in told)} of {seeds}")
        )
    return draw_table(("planted", "seeds"), rows)


def simulate_fix(ratio: float, draw: np.random.Generator) -> tuple[str, int]:
    """Looks every 50 conversations, up to 10,000: the first verdict, and after how many."""
    before = Count(2_000, int(draw.binomial(2_000, 0.03)))
    failing = 0
    for conversations in range(50, 10_001, 50):
        failing += int(draw.binomial(50, 0.03 * ratio))
        verdict = decide(before, Count(conversations, failing))
        if verdict != "unknown":
            return verdict, conversations
    return "unknown", 10_000


def tell_fixes(runs: int) -> str:
    rows = []
    for ratio in (0.0, 0.1, 0.5, 1.0, 2.0):
        draw = np.random.default_rng(FIRST_SEED)
        told = [simulate_fix(ratio, draw) for _ in range(runs)]
        shares = [f"{sum(verdict == each for verdict, _ in told) / runs:.1%}" for each in ("fixed", "regressed")]
        rows.append((f"{ratio:g}", *shares, f"{np.median([at for _, at in told]):,.0f}"))
    return draw_table(("rate after, by that before", "verified fixed", "regressed", "median conversations"), rows)


def tell_speed(count: int) -> str:
    """Of each part a process of its own, for the memory."""
    rows = []
    for part in (read_and_assign, assign_many):
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            rows.append(pool.submit(part, count).result())
    return draw_table(("what", "found", "seconds", "seconds of processor", "memory, GB"), rows)


def read_and_assign(count: int) -> Sequence[object]:
    """The demo's turns, each with a number so that no request, answer or reaction comes twice."""
    turns = [(each.turns[at - 1], each.turns[at]) for each in load_dialogues() for at in range(1, len(each.turns))]
    said = [(turn.user, turn.answer, after.user) for turn, after in turns if turn.answer]
    many = []
    for at in range(count):
        request, answer, reaction = (f"{text} {at}" for text in said[at % len(said)])
        many.append(Case(str(at), request, answer, reaction, KIND))
    began, used = time.monotonic(), time.process_time()
    encoder = load_encoder(2)
    vectors = np.empty((count, 3 * WIDTH), np.float32)
    for first in range(0, count, AT_ONCE):
        vectors[first : first + AT_ONCE] = embed_cases(many[first : first + AT_ONCE], encoder.embed)
    found = assign_turns(Catalogue(), vectors, [KIND] * count)
    modes = f"{len(found.catalogue.modes)} modes"
    return f"{count:,} failing turns, read, to modes", modes, *tell_cost(began, used)


def assign_many(count: int) -> Sequence[object]:
    """Vectors as failing turns have them, around sixty directions; reading comes once for each turn, as it comes in."""
    random = np.random.default_rng(FIRST_SEED)
    width = 3 * WIDTH
    centres = random.normal(size=(60, width)).astype(np.float32)
    vectors = random.standard_normal((count, width), np.float32)
    vectors += centres[np.arange(count) % 60]
    began, used = time.monotonic(), time.process_time()
    found = assign_turns(Catalogue(), vectors, [KIND] * count)
    return (
        f"{count:,} failing turns, vectors known, to modes",
        f"{len(found.catalogue.modes)} modes",
        *tell_cost(began, used),
    )


def tell_platform(seeds: int) -> str:
    """Through all stages, in a data directory of its own."""
    with tempfile.TemporaryDirectory(prefix="tacit-bench-") as folder:
        os.environ |= {"TACIT_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings"}
        import django
        from django.core.management import call_command

        django.setup()
        from benchmarks.failures_on_the_platform import measure
        from tracing.store import get_store

        call_command("migrate", verbosity=0)
        store = get_store()
        store.migrate()
        rows = list(measure(store, range(FIRST_SEED, FIRST_SEED + seeds)))
        store.close()
    return draw_table(("planted, on the platform", "seeds", "of it, seen to fail"), rows)


def tell_cost(began: float, used: float) -> tuple[str, str, str]:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return f"{time.monotonic() - began:,.0f}", f"{time.process_time() - used:,.0f}", f"{memory:.2f}"


def draw_table(head: Sequence[object], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def write_table(name: str, table: str) -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    begin, end = BEGIN.format(name), END.format(name)
    before, rest = document.split(begin, 1)
    DOCUMENT.write_text(f"{before}{begin}\n{table}\n{end}{rest.split(end, 1)[1]}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures failure modes against what is known to be true.")
    parser.add_argument("--seeds", type=int, default=10, help="of each planted failure")
    parser.add_argument("--runs", type=int, default=200, help="simulated fixes")
    parser.add_argument("--texts", type=int, default=100_000, help="for the speed")
    parser.add_argument("--data", type=Path, help="directory of further labelled sets")
    parser.add_argument("--only", choices=("grouping", "planted", "platform", "fixes", "speed"), help="one part alone")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {DOCUMENT.name}")
    options = parser.parse_args()
    memory = Memory()
    parts: dict[str, Callable[[], str]] = {
        "grouping": lambda: tell_grouping(list_sets(options.data), memory),
        "planted": lambda: tell_planted(options.seeds, memory),
        "platform": lambda: tell_platform(options.seeds),
        "fixes": lambda: tell_fixes(options.runs),
        "speed": lambda: tell_speed(options.texts),
    }
    for name in [options.only] if options.only else parts:
        table = parts[name]()
        print(table, flush=True)
        if options.write:
            write_table(name, table)


if __name__ == "__main__":
    main()
