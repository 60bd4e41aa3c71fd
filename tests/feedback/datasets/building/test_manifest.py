"""What the manifest tells about a dataset."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from feedback.datasets import FORMATS, Definition, HeldOut, Source
from feedback.datasets.definition import read_definition
from feedback.datasets.trl_kto import FITTING_RATIO, weigh_classes
from tests.feedback.datasets.dialogue import Dialogue, build, build_from

STEPS = [
    "selection",
    "licence",
    "normalisation",
    "secrets",
    "personal_data",
    "language",
    "quality",
    "confidence",
    "contamination",
    "validation",
    "erasure",
    "contradictions",
    "duplicates",
    "near_duplicates",
    "caps",
    "balance",
]


def test_the_funnel_accounts_for_every_answer() -> None:
    dialogue = Dialogue().ask("one?", "dull", "bright").ask("two?", {"text": "x", "outcome": "error"}).ask("3?", "4")
    twin = Dialogue("c2").ask("one?", "bright").thumb(0, "up")
    dataset = build("trl-kto", dialogue.thumb(0, "up").notice(0, "regeneration", attempt=0), twin)
    funnel = dataset.manifest["funnel"]
    assert funnel["conversations"] == 2
    assert funnel["gate"] == {"name": "gate", "in": 2, "out": 2, "dropped": {}}
    assert dataset.manifest["parts"][0]["candidates"] == "answers"
    assert dataset.manifest["parts"][0]["steps"] == funnel["steps"]
    assert [step["name"] for step in funnel["steps"]] == STEPS
    assert [
        (step["name"], step["in"], step["out"], step["dropped"]) for step in funnel["steps"] if step["dropped"]
    ] == [
        ("selection", 5, 3, {"failed": 1, "not_judged": 1}),
        ("duplicates", 3, 2, {"duplicate": 1}),
    ]
    assert set(funnel["reasons"]) == {"failed", "not_judged", "duplicate"}
    assert dataset.manifest["rows"] == 2


def test_labels_sources_times_and_detectors_are_told() -> None:
    dialogue = Dialogue(start_seconds=1_700_000_000)
    dialogue.ask("What is one?", {"text": "a", "model": "m"}).ask("two?", "b").ask("three?", "c")
    manifest = build("trl-kto", dialogue.thumb(0, "up").act(1, "copy").notice(2, "rephrase")).manifest
    assert manifest["counts"] == {
        "labels": {"desirable": 2, "undesirable": 1},
        "label_sources": {"action:copy": 1, "signal:rephrase": 1, "thumbs:up": 1},
        "tiers": {"gold": 1, "silver": 2},
        "languages": manifest["counts"]["languages"],
        "models": {"": 2, "m": 1},
        "failure_modes": {},
    }
    assert sum(manifest["counts"]["languages"].values()) == 3
    assert manifest["time_range"] == {"first": "2023-11-14T22:13:20Z", "last": "2023-11-14T22:15:20Z"}
    assert manifest["detectors"] == {"rephrase": ["3"]}


def test_what_was_asked_for_is_told_whole() -> None:
    definition = Definition("trl-sft", filter="model:m", tier="gold", seed=7, licence="CC-BY-4.0")
    manifest = build_from(definition, []).manifest
    told = {key: manifest[key] for key in ("format", "project", "dataset", "version", "parent", "consent")}
    assert told == {
        "format": "trl-sft",
        "project": "demo",
        "dataset": None,
        "version": None,
        "parent": None,
        "consent": "unless_refused",
    }
    assert read_definition(manifest["definition"], list(FORMATS)) == definition
    assert manifest["licence"].startswith("CC-BY-4.0. ")
    assert manifest["tacit_version"] == "0.1.0"


def test_a_version_is_told_with_its_place_among_the_others() -> None:
    source = Source(
        "demo",
        machines_left_out=3,
        holdout=HeldOut(0.1, 5),
        dataset=2,
        name="Refunds",
        version=4,
        parent="0123",
        until="2026-11-20T00:00:00Z",
        forgotten=6,
        last_forgotten="2026-11-19T00:00:00Z",
        commit="abc",
    )
    manifest = build_from(Definition("trl-sft"), [], source=source).manifest
    told = {key: manifest[key] for key in ("dataset", "version", "parent", "until", "commit", "erasure")}
    assert told == {
        "dataset": {"number": 2, "name": "Refunds"},
        "version": 4,
        "parent": "0123",
        "until": "2026-11-20T00:00:00Z",
        "commit": "abc",
        "erasure": {"forgotten": 6, "last": "2026-11-19T00:00:00Z"},
    }
    assert manifest["funnel"]["machines_left_out"] == 3
    assert manifest["funnel"]["holdout"]["share"] == 0.1
    assert manifest["funnel"]["holdout"]["left_out"] == 5


def test_a_manifest_has_no_clock_and_its_id_follows_what_was_asked_and_found() -> None:
    dialogue = Dialogue().ask("one?", "answer").thumb(0, "up")
    one, same = build("trl-sft", dialogue), build("trl-sft", dialogue)
    assert one.manifest == same.manifest
    others = [build("trl-sft", dialogue, seed=1), build("trl-sft", Dialogue().ask("one?", "other").thumb(0, "up"))]
    assert len({each.manifest["id"] for each in (one, *others)}) == 3


def test_values_that_placeholders_stand_for_are_counted_with_what_found_them() -> None:
    dialogue = Dialogue().ask(
        "Write to ada.king@gmail.com, please, and to bob.ross@gmail.com.", "I wrote to ada.king@gmail.com."
    )
    told = build("trl-sft", dialogue.thumb(0, "up")).manifest["personal_data"]
    assert told["policy"] == "replace"
    assert sum(told["replaced"].values()) == 2
    assert told["recognisers"]


def test_a_format_of_several_parts_tells_of_each_and_of_all() -> None:
    dialogue = Dialogue().ask("one?", "dull", "bright").thumb(0, "up").notice(0, "regeneration", attempt=0)
    manifest = build("hf", dialogue).manifest
    assert [part["part"] for part in manifest["parts"]] == ["sft", "dpo", "kto"]
    assert [sum(part["rows"].values()) for part in manifest["parts"]] == [1, 1, 2]
    assert manifest["rows"] == manifest["funnel"]["steps"][-1]["out"] == 4
    assert set(manifest["trainer_advice"]) == {"sft", "dpo", "kto"}
    assert manifest["parts"][1]["pair_rules"] == {"regenerated": 1}


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
def test_every_manifest_names_biases_licence_and_gives_advice(format_name: str) -> None:
    manifest = build(format_name, Dialogue().ask("one?", "answer")).manifest
    assert len(manifest["known_biases"]) >= 3
    assert "no licence is granted" in manifest["licence"]
    assert manifest["trainer_advice"]


@pytest.mark.parametrize(
    ("format_name", "trainer"),
    [
        ("trl-sft", "SFTTrainer"),
        ("trl-prompt-completion", "SFTTrainer"),
        ("trl-dpo", "DPOTrainer"),
        ("trl-kto", "KTOTrainer"),
        ("trl-reward", "RewardTrainer"),
    ],
)
def test_the_trainer_is_named(format_name: str, trainer: str) -> None:
    assert build(format_name, Dialogue().ask("one?", "answer")).manifest["trainer_advice"]["trainer"] == trainer


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
