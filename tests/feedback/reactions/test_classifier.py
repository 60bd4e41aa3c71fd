import importlib.util
import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from feedback.reactions.classifier import Classifier, ClassifierError, Logits, load_classifier, read_labels
from feedback.reactions.reaction import Exchange
from feedback.reactions.static import read_static

EXCHANGE = Exchange("that's wrong", "What is two and two?", "Five.")


def write_config(directory: Path, labels: Sequence[str]) -> None:
    told = {"model_type": "bert", "id2label": {str(place): label for place, label in enumerate(labels)}}
    (directory / "config.json").write_text(json.dumps(told))


def test_what_a_classifier_knows_takes_the_place_of_the_quick_reading() -> None:
    [quick] = read_static([EXCHANGE])
    [reading] = Classifier(("complaint", "feedback"), lambda pairs: [[2.0, 3.0]] * len(pairs)).read([EXCHANGE], [quick])
    assert math.isclose(reading.kinds["complaint"], 1 / (1 + math.exp(-2)))
    assert math.isclose(reading.feedback, 1 / (1 + math.exp(-3)))
    assert reading.kinds["praise"] == quick.kinds["praise"]
    assert reading.tones == quick.tones
    assert reading.tier == "transformer"


def test_tones_are_shares_and_the_likeliest_kind_speaks_for_feedback() -> None:
    [quick] = read_static([EXCHANGE])
    labels = ("praise", "negative", "neutral", "positive")
    [reading] = Classifier(labels, lambda _: [[-3.0, 2.0, 0.0, -1.0]]).read([EXCHANGE], [quick])
    assert math.isclose(sum(reading.tones.values()), 1)
    assert reading.tones["negative"] > reading.tones["neutral"] > reading.tones["positive"]
    assert reading.feedback == reading.kinds["praise"]


def test_a_classifier_reads_the_message_then_what_came_before_in_batches() -> None:
    seen: list[list[tuple[str, str]]] = []

    def score(pairs: Sequence[tuple[str, str]]) -> Logits:
        seen.append(list(pairs))
        return [[0.0]] * len(pairs)

    exchanges = [EXCHANGE] * 20
    Classifier(("praise",), score).read(exchanges, read_static(exchanges))
    assert [len(each) for each in seen] == [16, 4]
    assert seen[0][0] == ("that's wrong", "What is two and two?\n\nFive.")


def test_labels_are_read_in_the_order_of_the_logits(tmp_path: Path) -> None:
    write_config(tmp_path, [*(f"x{place}" for place in range(10)), "Praise"])
    assert read_labels(tmp_path)[-1] == "praise"


@pytest.mark.parametrize("content", [None, "no JSON", "{}", '{"id2label": [1]}', '{"id2label": {"a": "praise"}}'])
def test_a_directory_without_labels_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(ClassifierError, match="names no labels"):
        read_labels(tmp_path)


def test_labels_that_say_nothing_of_feedback_are_refused(tmp_path: Path) -> None:
    write_config(tmp_path, ["LABEL_0", "negative"])
    with pytest.raises(ClassifierError, match="label_0, negative; expected some of rephrase"):
        read_labels(tmp_path)


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="torch is installed")
def test_without_torch_it_is_told_how_to_get_it(tmp_path: Path) -> None:
    write_config(tmp_path, ["praise"])
    with pytest.raises(ClassifierError, match="pip install torch"):
        load_classifier(tmp_path)
