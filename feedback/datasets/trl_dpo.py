"""TRL's `DPOTrainer`, conversational with an explicit prompt: pairs become `{"prompt", "chosen",
"rejected"}`."""

from collections.abc import Mapping, Sequence
from typing import Any

from feedback.datasets.arrow import check_values, tell_features
from feedback.datasets.format import Format, Part
from feedback.datasets.labels.pairs import PAIRS
from feedback.datasets.lines import read_lines, write_lines
from feedback.datasets.messages import Row, name_tools, write_messages
from feedback.datasets.record import Reason, Record
from feedback.datasets.validation import check_exchange
from feedback.datasets.weighing.outline import Outline

BALANCED_LENGTHS = (0.45, 0.55)
"""Within this share of chosen answers that are the longer ones, length teaches little (R-DPO, 2403.19159)."""


def write_row(record: Record, with_tools: bool) -> Row:
    return {
        "prompt": write_messages(record.prompt),
        "chosen": write_messages(record.completion),
        "rejected": write_messages(record.rejected),
        **name_tools(record.tools, with_tools),
    }


def check_row(row: Row) -> Reason | None:
    if row["chosen"] == row["rejected"]:
        return Reason.SAME_TEXT
    fault = check_exchange(row["prompt"], row["chosen"]) or check_exchange(row["prompt"], row["rejected"])
    return fault or check_values(row)


def advise(rows: Sequence[Outline]) -> Mapping[str, Any]:
    advice = {"trainer": "DPOTrainer", "loss_type": "robust", **tell_features("prompt", "chosen", "rejected", "tools")}
    why = "Behaviour is a noisy label: set label_smoothing to the share of pairs that a reviewer would turn."
    return {**advice, **weigh_lengths(rows, why, cure="set ld_alpha below 1 or choose pairs of like length")}


def weigh_lengths(rows: Sequence[Outline], why: str, cure: str = "choose pairs of like length") -> Mapping[str, Any]:
    """The share of pairs whose chosen answer is the longer one, and a word of warning where that tells which it is."""
    if not rows:
        return {"why": why}
    share = sum(row.chosen_characters > row.rejected_characters for row in rows) / len(rows)
    low, high = BALANCED_LENGTHS
    warning = "" if low <= share <= high else f" Length tells chosen from rejected: {cure}."
    return {"share_chosen_longer": round(share, 4), "why": why + warning}


FORMAT = Format(
    name="trl-dpo",
    title="TRL preference pairs",
    purpose="Learn to prefer: the answer that a user kept against the one they had replaced.",
    parts=(Part("", PAIRS, write_row, check_row, advise),),
    write=write_lines,
    read=read_lines,
)
