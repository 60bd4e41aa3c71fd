"""Two versions of a dataset side by side."""

import json
from typing import Any

from feedback.datasets.inspecting.comparison import MOST_EXAMPLES, VersionFacts, compare


def line(span: str, digest: str = "d", label: bool | None = True, split: str = "train", **more: Any) -> dict[str, Any]:
    told = {"split": split, "row": 0, "sha256": digest, "conversation_id": f"c-{span}", "turn_index": 2}
    return told | {"trace_id": "t", "span_id": span, "label_source": "thumbs:up", "label": label} | more


def facts(*lines: dict[str, Any], steps: dict[str, int] | None = None, **definition: Any) -> VersionFacts:
    told = [
        {"name": name, "in": count, "out": count - 1, "dropped": {"empty": 1}} for name, count in (steps or {}).items()
    ]
    manifest = {
        "definition": {"format": "trl-kto", "tier": "silver"} | definition,
        "funnel": {"gate": {"name": "gate", "in": 9, "out": 9, "dropped": {}}},
        "parts": [{"part": "", "steps": told}],
        "counts": {"languages": {"en": 3, "de": 1}},
    }
    return VersionFacts(manifest, lines)


def test_a_version_is_equal_to_itself() -> None:
    version = facts(line("a"), line("b"), steps={"selection": 5})
    told = compare(version, version)
    assert told["definition"] == []
    assert told["rows"] == {
        "older": 2,
        "newer": 2,
        "both": 2,
        "only_older": 0,
        "only_newer": 0,
        "changed_text": 0,
        "changed_label": 0,
        "changed_split": 0,
    }
    assert told["examples"] == {"only_older": [], "only_newer": [], "changed": []}


def test_rows_that_came_went_and_changed_are_told_apart() -> None:
    older = facts(line("same"), line("gone"), line("text"), line("label"), line("split"))
    newer = facts(
        line("new"), line("same"), line("text", "e"), line("label", "e", label=False), line("split", split="validation")
    )
    told = compare(older, newer)
    assert told["rows"] == {
        "older": 5,
        "newer": 5,
        "both": 4,
        "only_older": 1,
        "only_newer": 1,
        "changed_text": 1,
        "changed_label": 1,
        "changed_split": 1,
    }
    spans = {name: [each["conversation_id"] for each in rows] for name, rows in told["examples"].items()}
    assert spans == {"only_older": ["c-gone"], "only_newer": ["c-new"], "changed": ["c-text", "c-label", "c-split"]}


def test_a_pair_is_known_by_both_of_its_answers_and_by_its_part() -> None:
    older = facts(line("a", rejected_span_id="x", part="dpo"), line("a", part="sft"))
    newer = facts(line("a", rejected_span_id="y", part="dpo"), line("a", part="sft"))
    told = compare(older, newer)
    assert [(part["part"], part["rows"]["both"], part["rows"]["only_newer"]) for part in told["parts"]] == [
        ("dpo", 0, 1),
        ("sft", 1, 0),
    ]


def test_definitions_and_steps_stand_side_by_side() -> None:
    told = compare(facts(steps={"selection": 5, "old": 4}), facts(steps={"selection": 8}, tier="gold"))
    assert told["definition"] == [{"name": "tier", "older": "silver", "newer": "gold"}]
    steps = {step["name"]: (step["older"], step["newer"]) for step in told["steps"]}
    assert steps["selection"][0]["in"] == 5
    assert steps["selection"][1]["in"] == 8
    assert steps["old"][1] is None
    assert steps["gate"][0] == steps["gate"][1]


def test_shares_are_of_the_rows_of_each() -> None:
    told = {each["by"]: each["items"] for each in compare(facts(), facts())["shares"]}
    assert told["language"] == [
        {"value": "en", "older": 0.75, "newer": 0.75},
        {"value": "de", "older": 0.25, "newer": 0.25},
    ]
    assert told["model"] == []


def test_of_a_version_whose_files_are_gone_the_manifest_is_compared() -> None:
    told = compare(VersionFacts(facts().manifest, None), facts(line("a"), tier="gold"))
    assert told["rows"] is None
    assert told["definition"]


def test_of_many_changes_a_few_are_shown() -> None:
    told = compare(facts(), facts(*(line(f"s{number}") for number in range(500))))
    assert told["rows"]["only_newer"] == 500
    assert len(told["examples"]["only_newer"]) == MOST_EXAMPLES
    assert len(json.dumps(told)) < 20_000
