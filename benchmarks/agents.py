"""How many planted failures of agents are found, and how many clean tasks are blamed, by each of the four detectors.

    python benchmarks/agents.py [--show]

Tasks are made from recordings of real frameworks (`tests/feedback/detectors/planted_agents.py`): a tool's result
becomes an error, arguments are broken, calls repeat, an answer claims what failed. A seed makes it the same each time.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from feedback.detectors import DETECTORS, Detector
from tests.feedback.detectors.agent_texts import (
    HELD_OUT,
    HELD_OUT_CLAIMS,
    HELD_OUT_TALKING,
    SEEN,
    SEEN_CLAIMS,
    SEEN_TALKING,
)
from tests.feedback.detectors.planted_agents import KINDS, RECORDINGS, Planted, load_recorded, plant_all
from tracing.store import Store

MEASURED: Mapping[str, Detector] = {detector.kind: detector for detector in DETECTORS if detector.kind in KINDS}
SETS = {
    "seen": (SEEN, SEEN_TALKING, SEEN_CLAIMS),
    "held out": (HELD_OUT, HELD_OUT_TALKING, HELD_OUT_CLAIMS),
}


@dataclass
class Figures:
    """Of one set: by detector and what was planted, how many were found; by detector, how many were blamed."""

    tasks: Counter[str] = field(default_factory=Counter)
    planted: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)
    blamed: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


def measure(tasks: Sequence[Planted]) -> Figures:
    figures = Figures()
    for task in tasks:
        began = time.process_time()
        fired = {
            kind: [signal for signal in detector.detect(task.material) if signal.fired]
            for kind, detector in MEASURED.items()
        }
        figures.seconds += time.process_time() - began
        figures.tasks["planted" if task.kind else "clean"] += 1
        if task.kind:
            figures.planted[task.kind, task.how] += 1
            figures.found[task.kind, task.how] += bool(fired[task.kind])
            figures.faults += [] if fired[task.kind] else [f"missed {task.kind}, {task.how}: {describe(task)}"]
        for kind in task.silent:
            figures.silent[kind] += 1
            figures.blamed[kind] += bool(fired[kind])
            figures.faults += [f"blamed {kind}, {task.kind} {task.how}: {each.evidence.reason}" for each in fired[kind]]
    return figures


def describe(task: Planted) -> str:
    answer = task.material.conversation.turns[0].answer
    results = [message.content for call in task.material.calls_of(answer)[-1:] for message in call.input_messages[1:]]
    return f"{results} -> {answer.text}"


def report(name: str, figures: Figures, show: bool) -> None:
    count = figures.tasks.total()
    print(
        f"{name}: {figures.tasks['planted']} planted, {figures.tasks['clean']} clean tasks, "
        f"{1e6 * figures.seconds / count:.0f} µs each for the four detectors"
    )
    for kind in sorted(KINDS):
        total = sum(number for (of, _), number in figures.planted.items() if of == kind)
        found = sum(number for (of, _), number in figures.found.items() if of == kind)
        silent, blamed = figures.silent[kind], figures.blamed[kind]
        print(f"  {kind:14} found {found / total:.3f} of {total}, blamed {blamed / silent:.4f} of {silent}")
        for (of, how), number in figures.planted.items():
            if of == kind:
                print(f"    {how:24} {figures.found[of, how] / number:.2f} of {number}")
    for fault in sorted(set(figures.faults)) if show else ():
        print("  ", fault)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", action="store_true", help="what was missed and what was blamed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tacit-bench-") as directory:
        store = Store(f"chdb://{directory}")
        store.migrate()
        found = [each for name in RECORDINGS if (each := load_recorded(store, name))]
        store.close()
    print(f"{len(found)} recordings of frameworks")
    for name, texts in SETS.items():
        report(name, measure(plant_all(found, *texts)), options.show)


if __name__ == "__main__":
    main()
