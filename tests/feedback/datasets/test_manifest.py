"""What the manifest tells about a dataset."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from feedback.datasets import FORMATS, build_dataset
from feedback.datasets.trl_kto import FITTING_RATIO, weigh_classes
from tests.feedback.datasets.dialogue import Dialogue, build


def test_the_funnel_accounts_for_every_answer() -> None:
    dialogue = Dialogue().ask("one?", "dull", "bright").ask("two?", {"text": "x", "outcome": "error"}).ask("3?", "4")
    twin = Dialogue("c2").ask("one?", "bright").thumb(0, "up")
    dataset = build("trl-kto", dialogue.thumb(0, "up").notice(0, "regeneration", attempt=0), twin)
    funnel = dataset.manifest["funnel"]
    assert funnel["conversations"] == 2
    assert funnel["candidates"] == "answers"
    assert [(step["name"], step["in"], step["out"], step["dropped"]) for step in funnel["steps"]] == [
        ("selection", 5, 3, {"failed": 1, "not_judged": 1}),
        ("validation", 3, 3, {}),
        ("contradictions", 3, 3, {}),
        ("duplicates", 3, 2, {"duplicate": 1}),
    ]
    assert set(funnel["reasons"]) == {"failed", "not_judged", "duplicate"}
    assert dataset.manifest["rows"] == 2


def test_labels_sources_times_and_detectors_are_told() -> None:
    dialogue = Dialogue(start_seconds=1_700_000_000).ask("one?", "a").ask("two?", "b").ask("three?", "c")
    manifest = build("trl-kto", dialogue.thumb(0, "up").act(1, "copy").notice(2, "rephrase")).manifest
    assert manifest["counts"] == {
        "labels": {"desirable": 2, "undesirable": 1},
        "label_sources": {"action:copy": 1, "signal:rephrase": 1, "thumbs:up": 1},
    }
    assert manifest["time_range"] == {"first": "2023-11-14T22:13:20Z", "last": "2023-11-14T22:15:20Z"}
    assert manifest["detectors"] == {"rephrase": ["3"]}


def test_what_was_asked_for_is_told() -> None:
    manifest = build_dataset(
        "trl-sft", [], project="demo", filters={"model": "m", "environment": "p"}, created_at=None
    ).manifest
    told = {key: manifest[key] for key in ("format", "kind", "project", "created_at", "tacit_version")}
    assert told == {
        "format": "trl-sft",
        "kind": "praised",
        "project": "demo",
        "created_at": None,
        "tacit_version": "0.1.0",
    }
    assert list(manifest["filters"].items()) == [("environment", "p"), ("model", "m")]


@pytest.mark.parametrize(
    ("format_name", "missing"),
    [
        ("trl-sft", ["was praised"]),
        ("trl-dpo", ["was regenerated"]),
        ("trl-kto", ["found good", "found bad"]),
    ],
)
def test_a_dataset_without_rows_says_what_it_needs(format_name: str, missing: Sequence[str]) -> None:
    dataset = build(format_name, Dialogue().ask("one?", "answer"))
    assert dataset.files["train.jsonl"] == dataset.files["validation.jsonl"] == b""
    assert dataset.files["provenance.jsonl"] == b""
    manifest = json.loads(dataset.files["manifest.json"])
    assert manifest["rows"] == 0
    assert len(manifest["needs"]) == len(missing)
    for need, words in zip(manifest["needs"], missing, strict=True):
        assert words in need
        assert "tacit.feedback" in need or "signals" in need


def test_few_rows_are_called_few() -> None:
    manifest = build("trl-sft", Dialogue().ask("one?", "answer").thumb(0, "up")).manifest
    assert manifest["needs"] == ["Rows so far: 1. A gain usually shows from 50 to 100 on."]


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_manifest_names_biases_licence_and_a_trainer(format_name: str) -> None:
    manifest = build(format_name, Dialogue().ask("one?", "answer")).manifest
    assert len(manifest["known_biases"]) >= 3
    assert "no licence is granted" in manifest["licence"]
    assert manifest["trainer_advice"]["trainer"] == format_name.removeprefix("trl-").upper() + "Trainer"


@pytest.mark.parametrize(("desirable", "undesirable"), [(1, 1), (4, 3), (10, 1000), (1000, 7), (3, 4), (99_999, 1)])
def test_class_weights_bring_the_ratio_to_where_kto_wants_it(desirable: int, undesirable: int) -> None:
    desirable_weight, undesirable_weight = weigh_classes(desirable, undesirable)
    ratio = desirable_weight * desirable / (undesirable_weight * undesirable)
    assert FITTING_RATIO[0] <= ratio <= FITTING_RATIO[1]
    assert min(desirable_weight, undesirable_weight) == 1


def test_kto_advice_holds_the_weights_of_the_rows_to_train_on() -> None:
    dialogue = Dialogue().ask("one?", "a").ask("two?", "b").ask("three?", "c").thumb(0, "up")
    advice = build("trl-kto", dialogue.thumb(1, "down").thumb(2, "down")).manifest["trainer_advice"]
    assert (advice["desirable_weight"], advice["undesirable_weight"]) == weigh_classes(1, 2)


def test_kto_advice_for_one_class_is_to_get_the_other() -> None:
    advice = build("trl-kto", Dialogue().ask("one?", "a").thumb(0, "up")).manifest["trainer_advice"]
    assert "both labels" in advice["why"]


def regenerate(conversation_id: str, replaced: str, kept: str) -> Dialogue:
    return Dialogue(conversation_id, conversation_id).ask("one?", replaced, kept).notice(0, "regeneration", attempt=0)


def test_dpo_advice_tells_how_often_the_chosen_answer_is_longer() -> None:
    uneven = read_advice(regenerate("c1", "aa", "bbbb"), regenerate("c2", "ee", "ffff"))
    assert uneven["share_chosen_longer"] == 1.0
    assert "ld_alpha" in uneven["why"]
    even = read_advice(regenerate("c1", "aa", "bbbb"), regenerate("c2", "eeee", "ff"))
    assert even["share_chosen_longer"] == 0.5
    assert "ld_alpha" not in even["why"]


def read_advice(*dialogues: Dialogue) -> dict[str, Any]:
    advice: dict[str, Any] = build("trl-dpo", *dialogues).manifest["trainer_advice"]
    return advice
