"""Tasks for Label Studio; `tests/trainers/` shows them to Label Studio itself."""

import json
from pathlib import Path
from xml.etree import ElementTree

from feedback.datasets.label_studio import CONFIG, write_row
from tests.feedback.datasets.specimens import list_specimens, make_agent, write_rows


def test_a_task_has_the_dialogue_and_what_feedback_says_of_it() -> None:
    assert write_row(make_agent(label=False), True) == {
        "data": {
            "messages": [
                {"role": "user", "content": "Wie ist das Wetter in Ås? 🌧"},
                {"role": "assistant", "content": 'get_weather({"city": "Ås", "days": [1, 2]})'},
                {"role": "tool", "content": "4 degrees"},
                {"role": "assistant", "content": "4 Grad."},
            ],
            "trace_id": "t1",
            "span_id": "s1",
        },
        "predictions": [
            {
                "model_version": "thumbs:up",
                "score": 1.0,
                "result": [
                    {
                        "from_name": "verdict",
                        "to_name": "dialogue",
                        "type": "choices",
                        "value": {"choices": ["bad"]},
                    }
                ],
            }
        ],
    }


def test_the_importer_gets_one_array_of_all_tasks(tmp_path: Path) -> None:
    rows = write_rows("label-studio", tmp_path, list_specimens(), list_specimens()[:2])
    tasks = json.loads((tmp_path / "tasks.json").read_bytes())
    assert tasks == [*rows["train", ""], *rows["validation", ""]]


def test_without_tasks_the_array_is_empty(tmp_path: Path) -> None:
    write_rows("label-studio", tmp_path, [])
    assert json.loads((tmp_path / "tasks.json").read_bytes()) == []


def test_the_interface_shows_what_tasks_hold_and_asks_for_what_predictions_say(tmp_path: Path) -> None:
    write_rows("label-studio", tmp_path, [])
    assert (tmp_path / "label_config.xml").read_text() == CONFIG
    config = ElementTree.fromstring(CONFIG)  # noqa: S314 - our own
    [dialogue], [verdict] = config.iter("Paragraphs"), config.iter("Choices")
    assert (dialogue.get("name"), dialogue.get("value")) == ("dialogue", "$messages")
    assert (verdict.get("name"), verdict.get("toName")) == ("verdict", "dialogue")
    assert [choice.get("value") for choice in verdict] == ["good", "bad"]
