"""TRL's `DPOTrainer`, conversational with an explicit prompt: pairs become `{"prompt", "chosen",
"rejected"}`."""

from collections.abc import Mapping, Sequence
from typing import Any

from feedback.datasets.format import Format, Part
from feedback.datasets.lines import read_lines, write_lines
from feedback.datasets.messages import Row, name_tools, write_messages
from feedback.datasets.outline import Outline
from feedback.datasets.pairs import PAIRS
from feedback.datasets.record import Reason, Record
from feedback.datasets.validation import check_exchange

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
    return check_exchange(row["prompt"], row["chosen"]) or check_exchange(row["prompt"], row["rejected"])


def advise(rows: Sequence[Outline]) -> Mapping[str, Any]:
    advice: dict[str, Any] = {"trainer": "DPOTrainer", "loss_type": "robust"}
    why = ["Behaviour is a noisy label: set label_smoothing to the share of pairs that a reviewer would turn."]
    if rows:
        share = share_chosen_longer(rows)
        advice["share_chosen_longer"] = round(share, 4)
        if not BALANCED_LENGTHS[0] <= share <= BALANCED_LENGTHS[1]:
            why.append("Length tells chosen from rejected: set ld_alpha below 1 or choose pairs of like length.")
    return {**advice, "why": " ".join(why)}


def share_chosen_longer(rows: Sequence[Outline]) -> float:
    return sum(row.chosen_characters > row.rejected_characters for row in rows) / len(rows)


FORMAT = Format(
    name="trl-dpo",
    title="TRL preference pairs",
    purpose="Learn to prefer: the answer that a user kept against the one they had replaced.",
    parts=(Part("", PAIRS, write_row, check_row, advise),),
    write=write_lines,
    read=read_lines,
)
