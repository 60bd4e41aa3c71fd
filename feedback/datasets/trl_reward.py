"""TRL's `RewardTrainer`, conversational with an explicit prompt: pairs become `{"prompt", "chosen", "rejected",
"margin"}`. It is the only trainer that reads how much better the chosen answer is."""

from collections.abc import Mapping, Sequence
from typing import Any

from feedback.datasets import trl_dpo
from feedback.datasets.arrow import tell_features
from feedback.datasets.format import Format, Part
from feedback.datasets.labels.pairs import PAIRS
from feedback.datasets.lines import read_lines, write_lines
from feedback.datasets.messages import Row
from feedback.datasets.record import Record
from feedback.datasets.weighing.outline import Outline


def write_row(record: Record, with_tools: bool) -> Row:
    """A pair of which nobody said how much better has margin 0: it has to be better, no matter by how much."""
    row = trl_dpo.write_row(record, with_tools)
    sides = {name: row.pop(name) for name in ("prompt", "chosen", "rejected")}
    return {**sides, "margin": float(record.margin or 0), **row}


def advise(rows: Sequence[Outline]) -> Mapping[str, Any]:
    features = tell_features("prompt", "chosen", "rejected", "tools", margin="Value('float64')")
    advice = {"trainer": "RewardTrainer", "center_rewards_coefficient": 0.01, **features}
    why = "Centred rewards may be compared between prompts; margin 0 means that nobody said by how much."
    return {**advice, **trl_dpo.weigh_lengths(rows, why)}


FORMAT = Format(
    name="trl-reward",
    title="TRL reward model",
    purpose="Learn to judge: a model that gives a better answer a higher number.",
    parts=(Part("", PAIRS, write_row, trl_dpo.check_row, advise),),
    write=write_lines,
    read=read_lines,
)
