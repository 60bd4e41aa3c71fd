"""What is seen of a dataset before it is written."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from feedback.datasets.building.collecting import collect_chunk, settle_work
from feedback.datasets.definition import Definition
from feedback.datasets.formats import FORMATS
from feedback.datasets.inspecting.coverage import Seen, Traffic
from feedback.datasets.inspecting.inspection import inspect
from feedback.datasets.record import LabelledConversation
from feedback.datasets.steps import Context
from feedback.embedding import load_encoder
from tests.feedback.datasets.dialogue import Dialogue

LARGEST = 500_000
SYLLABLES = ("ba", "lo", "mi", "ter", "sun", "ka", "vel", "dor")
TOWNS = ("Oslo", "Rome", "Bonn", "Lyon", "Turin", "Ghent", "Cadiz", "Brno", "Riga", "Faro")


def make_talks(count: int) -> Iterator[LabelledConversation]:
    """Conversations about trains, two answers each, of which the first is praised and the second disliked."""
    for number in range(count):
        town, hour = TOWNS[number % 10], f"{number} minutes past noon"
        yield (
            Dialogue(f"c{number}", f"u{number}", start_seconds=1_700_000_000 + 90_000 * number)
            .ask(f"When does train {number} to {town} leave?", f"Train {number} to {town} leaves {hour}.")
            .ask(
                f"And what does a ticket to {town} cost at {hour}?",
                f"It is {number} euros to {town} by train {number}.",
            )
            .thumb(0, "up")
            .notice(1, "complaint")
            .finish()
        )


def ramble(words: int, seed: int) -> str:
    """Text that does not repeat itself."""
    dice = random.Random(seed)  # noqa: S311
    return " ".join("".join(dice.choices(SYLLABLES, k=3)) for _ in range(words))


def look(
    work: Path,
    talks: Sequence[LabelledConversation],
    traffic: Traffic | None = None,
    chunk: int = 10,
    **definition: Any,
) -> dict[str, Any]:
    context = Context(Definition(**{"format": "trl-kto", "most_per_template": 0, "likeness": 1.0, **definition}))
    for start in range(0, len(talks), chunk):
        collect_chunk(work, start // chunk, talks[start : start + chunk], context)
    return inspect(work, settle_work(work, context), context, traffic, load_encoder().embed)


def find(part: dict[str, Any], name: str) -> dict[str, Any]:
    return {each["name"]: dict(each) for each in part["distributions"]}[name]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    talks = list(make_talks(40))
    sample = [Seen(each.conversation.conversation_id, each.conversation.turns[0].user_text, ("",)) for each in talks]
    return look(tmp_path_factory.mktemp("work"), talks, Traffic(40, sample))


def test_every_row_is_in_every_distribution_of_numbers(told: dict[str, Any]) -> None:
    [part] = told["parts"]
    rows = sum(part["rows"].values())
    assert rows == 80
    names = ("prompt_characters", "answer_characters", "prompt_tokens", "answer_tokens", "turns", "confidence", "time")
    for name in names:
        assert sum(each["count"] for each in find(part, name)["bins"]) == rows, name
    assert sum(each["count"] for each in find(part, "rows_per_user")["bins"]) == 40


def test_labels_sources_and_tiers_are_counted(told: dict[str, Any]) -> None:
    [part] = told["parts"]
    counted = {
        name: {each["value"]: each["count"] for each in find(part, name)["values"]} for name in ("label", "tier")
    }
    assert counted == {"label": {"good": 40, "bad": 40}, "tier": {"gold": 40, "silver": 40}}
    assert {each["value"] for each in find(part, "label_source")["values"]} == {"thumbs:up", "signal:complaint"}


def test_the_funnel_goes_from_candidates_to_the_rows(told: dict[str, Any]) -> None:
    [part] = told["parts"]
    assert told["gate"]["in"] == 40
    assert part["funnel"][0]["in"] == 80
    assert part["funnel"][-1]["out"] == sum(part["rows"].values())
    for one, other in zip(part["funnel"], part["funnel"][1:], strict=False):
        assert one["out"] == other["in"]


def test_the_preview_shows_rows_as_the_trainer_gets_them_from_each_source_in_turn(told: dict[str, Any]) -> None:
    [part] = told["parts"]
    preview = part["preview"]
    assert len(preview) == 20
    assert all(set(each["row"]) == {"prompt", "completion", "label"} for each in preview)
    sources = [each["provenance"]["label_source"] for each in preview]
    assert sources == ["signal:complaint", "thumbs:up"] * 10
    assert not any(each["is_cut"] for each in preview)
    assert {each["split"] for each in preview} <= {"train", "validation"}


def test_rows_and_traffic_share_their_topics(told: dict[str, Any]) -> None:
    [topics] = [each for each in told["coverage"] if each["by"] == "topic"]
    assert sum(item["rows"] for item in topics["items"]) == 80
    assert not any(item["is_hole"] for item in topics["items"])


def test_the_same_rows_look_the_same_whatever_the_batches(told: dict[str, Any], tmp_path: Path) -> None:
    talks = list(make_talks(40))
    sample = [Seen(each.conversation.conversation_id, each.conversation.turns[0].user_text, ("",)) for each in talks]
    assert look(tmp_path, talks[::-1], Traffic(40, sample), chunk=7) == told


def test_nothing_can_be_looked_at_too(tmp_path: Path) -> None:
    told = look(tmp_path, [])
    [part] = told["parts"]
    assert part["rows"] == {"train": 0, "validation": 0}
    assert part["preview"] == []
    assert part["enough"]["rows"] == 0
    assert part["enough"]["words"].startswith("0 good and 0 bad answers.")


def test_a_row_that_is_far_longer_is_pointed_at(tmp_path: Path) -> None:
    told = ramble(5_000, 1)
    long = Dialogue("long", "u-long").ask("Tell me of the sea.", told).thumb(0, "up").finish()
    [part] = look(tmp_path, [*make_talks(30), long])["parts"]
    assert find(part, "answer_characters")["outliers"] == [
        {"conversation_id": "long", "turn_index": 0, "value": len(told)}
    ]


def test_what_is_shown_is_bounded_however_long_rows_are(tmp_path: Path) -> None:
    talks = [
        Dialogue(f"c{number}" + "x" * 300, f"u{number}")
        .ask(
            f"€ \x01<b> {ramble(3_000, number)}",
            *[f"€ <i> {ramble(3_000, number + seed)}" for seed in (1_000, 2_000)],
        )
        .notice(0, "regeneration", attempt=0)
        .thumb(0, "up")
        .finish()
        for number in range(30)
    ]
    told = look(tmp_path, talks, format="trl-dpo")
    assert len(json.dumps(told)) < LARGEST
    preview = told["parts"][0]["preview"]
    assert preview
    assert all(each["is_cut"] for each in preview)
    assert "more characters]" in preview[0]["row"]["chosen"][0]["content"]


def test_a_row_of_many_messages_keeps_its_beginning_and_its_end(tmp_path: Path) -> None:
    talk = Dialogue()
    for number in range(600):
        talk.ask(f"question {number} " + "of many words " * 10, f"answer {number}")
    [part] = look(tmp_path, [talk.thumb(599, "up").finish()], format="trl-sft")["parts"]
    messages = part["preview"][0]["row"]["messages"]
    assert messages[0]["content"].startswith("question 0")
    assert messages[-1]["content"] == "answer 599"
    assert any("more items]" in each for each in messages if isinstance(each, str))
    assert part["preview"][0]["is_cut"]


def test_too_few_rows_say_what_to_do(tmp_path: Path) -> None:
    talks = [Dialogue(f"c{at}", f"u{at}").ask(f"question {at}", f"answer {at}").finish() for at in range(9)]
    liked = Dialogue("liked", "u").ask("Who are you?", "A clerk.").thumb(0, "up").finish()
    [part] = look(tmp_path, [*talks, liked], format="trl-sft")["parts"]
    assert part["enough"]["rows"] == 1
    assert part["enough"]["words"].startswith("1 good answer.")
    assert "9 answers were praised by nobody." in part["enough"]["steps"]


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_can_be_looked_at(format_name: str, tmp_path: Path) -> None:
    pairs = (
        Dialogue(f"p{at}", f"v{at}")
        .ask(f"Who is {town}?", "dull", f"bright {town}")
        .notice(0, "regeneration", attempt=0)
        for at, town in enumerate(TOWNS)
    )
    told = look(tmp_path, [*make_talks(20), *(pair.finish() for pair in pairs)], format=format_name)
    assert [part["part"] for part in told["parts"]] == [part.name for part in FORMATS[format_name].parts]
    for part in told["parts"]:
        assert part["preview"]
        assert part["enough"]["words"]
        assert part["enough"]["needed"] in (25, 50)
    json.dumps(told, allow_nan=False)


def test_nothing_is_in_it_that_a_database_or_a_page_refuses(tmp_path: Path) -> None:
    hostile = "\0<b>\ud800"
    answers = [{"text": f"answer {at} {town}", "model": f"m{hostile}"} for at, town in enumerate(TOWNS * 3)]
    talks = [
        Dialogue(f"c{at}{hostile}", f"u{at}").ask(f"question {at}", answer).thumb(0, "up").finish()
        for at, answer in enumerate(answers)
    ]
    sample = [Seen(f"c{at}", f"hi {hostile}", (f"m{hostile}",), 3) for at in range(30)]
    told = look(tmp_path, talks, Traffic(30, sample, {3: hostile}), format="trl-sft")
    written = json.dumps(told, ensure_ascii=False)
    assert "\\u0000" not in written
    assert "m<b>?" in written
    assert written.encode()


def test_failure_modes_are_told_by_their_titles(tmp_path: Path) -> None:
    talks = [replace(talk, failure_mode=3 if number < 4 else 9) for number, talk in enumerate(make_talks(6))]
    traffic = Traffic(6, [Seen(f"c{number}", "hi", (), 3) for number in range(6)], {3: "Trains that are late"})
    [part] = look(tmp_path, talks, traffic)["parts"]
    told = {each["value"]: each["count"] for each in find(part, "failure_mode")["values"]}
    assert told == {"Trains that are late": 8, "failure mode 9": 4}
