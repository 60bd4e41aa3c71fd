"""TRL's trainers take every export and learn from it what it says: each trains one step on a tiny model, in an
environment of its own and without a network."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from feedback.datasets.format import SPLITS
from feedback.datasets.formats import FORMATS
from feedback.datasets.messages import Row
from tests.trainers.crowd import export
from tests.trainers.running import TRAINERS, run_python

pytestmark = pytest.mark.slow

CASES = {
    "trl-sft": ("SFTTrainer", "trl-sft", ""),
    "trl-prompt-completion": ("SFTTrainer", "trl-prompt-completion", ""),
    "trl-dpo": ("DPOTrainer", "trl-dpo", ""),
    "trl-kto": ("KTOTrainer", "trl-kto", ""),
    "trl-reward": ("RewardTrainer", "trl-reward", ""),
    "hf-sft": ("SFTTrainer", "hf", "sft"),
    "hf-dpo": ("DPOTrainer", "hf", "dpo"),
    "hf-kto": ("KTOTrainer", "hf", "kto"),
}
THOUGHT = "<think>\n\n</think>\n\n"
"""What the template of Qwen3 writes before every answer."""


@pytest.mark.parametrize("case", CASES)
def test_a_trainer_learns_from_every_row_what_it_says(case: str, tmp_path: Path) -> None:
    trainer, name, part = CASES[case]
    folder = tmp_path / "export"
    manifest = export(name, folder)
    told = run_python(TRAINERS, "train.py", trainer, folder, tmp_path, *([part] if part else []))
    rows = {split: list(FORMATS[name].read(folder, split, part)) for split in SPLITS}
    assert told["rows"] == rows
    assert sum(map(len, rows.values())) == sum(
        sum(each["rows"].values()) for each in manifest["parts"] if each["part"] == part
    )
    assert len(told["losses"]) == 2
    assert all(math.isfinite(loss) for loss in told["losses"])
    assert [words for words in told["warnings"] if "deprecated" not in words] == []
    for split in SPLITS:
        assert len(told["prepared"][split]) == len(rows[split]) > 0
        for row, prepared in zip(rows[split], told["prepared"][split], strict=True):
            check_prepared(row, prepared)


def check_prepared(row: Row, prepared: dict[str, Any]) -> None:
    """The trainer reads the whole prompt, with its tools, and learns the answer alone, under its label."""
    prompt = row.get("prompt") or row["messages"][:-1]
    for text in tell_prompt(prompt, row["tools"]):
        assert text in prepared.get("prompt_ids", prepared.get("input_ids", prepared.get("chosen_ids")))
    if "messages" in row:
        answers = [message for message in row["messages"] if message["role"] == "assistant"]
        assert prepared["learnt"].count("<|im_end|>") == len(answers)
        assert prepared["learnt"].endswith(write_answer(row["messages"][-1:]))
    elif "label" in row:
        assert prepared["label"] is row["label"]
        assert prepared["completion_ids"] == write_answer(row["completion"])
    elif "completion" in row:
        assert prepared["learnt"] == write_answer(row["completion"])
    else:
        assert prepared["chosen_ids"].endswith(write_answer(row["chosen"]))
        assert prepared["rejected_ids"].endswith(write_answer(row["rejected"]))
        assert prepared.get("margin") == row.get("margin")


def tell_prompt(prompt: list[Row], tools: list[Row]) -> list[str]:
    """Everything that has to stand in a prompt, as the template writes it."""
    calls = [call["function"] for message in prompt for call in message.get("tool_calls", ())]
    told = [f'"arguments": {json.dumps(call["arguments"], ensure_ascii=False)}' for call in calls]
    return [*told, *(json.dumps(tool, ensure_ascii=False) for tool in tools), *(each["content"] for each in prompt)]


def write_answer(answer: list[Row]) -> str:
    return f"{THOUGHT}{answer[0]['content']}<|im_end|>\n"


def test_a_trainer_would_say_so_if_arguments_were_texts(tmp_path: Path) -> None:
    """What stops the faults that the tests above look for: without it they could not fail."""
    folder = tmp_path / "export"
    export("trl-sft", folder)
    for split in SPLITS:
        path = folder / f"{split}.jsonl"
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for call in (call for row in rows for message in row["messages"] for call in message.get("tool_calls", ())):
            call["function"]["arguments"] = json.dumps(call["function"]["arguments"])
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(AssertionError, match="arguments are no object"):
        run_python(TRAINERS, "train.py", "SFTTrainer", folder, tmp_path)
