"""TRL's `DPOTrainer`, conversational with an explicit prompt: pairs become `{"prompt", "chosen",
"rejected"}`."""

from collections.abc import Mapping, Sequence
from typing import Any

from feedback.datasets.format import Format
from feedback.datasets.messages import Row, write_messages
from feedback.datasets.pairs import PAIRS
from feedback.datasets.record import Reason, Record
from feedback.datasets.validation import check_exchange

BALANCED_LENGTHS = (0.45, 0.55)
"""Within this share of chosen answers that are the longer ones, length teaches little (R-DPO, 2403.19159)."""


def write_row(record: Record) -> Row:
    return {
        "prompt": write_messages(record.prompt),
        "chosen": write_messages(record.completion),
        "rejected": write_messages(record.rejected),
    }


def check_row(row: Row) -> Reason | None:
    if row["chosen"] == row["rejected"]:
        return Reason.SAME_TEXT
    return check_exchange(row["prompt"], row["chosen"]) or check_exchange(row["prompt"], row["rejected"])


def advise(records: Sequence[Record]) -> Mapping[str, Any]:
    advice: dict[str, Any] = {"trainer": "DPOTrainer", "loss_type": "robust"}
    why = ["Behaviour is a noisy label: set label_smoothing to the share of pairs that a reviewer would turn."]
    if records:
        share = sum(_length(record.completion) > _length(record.rejected) for record in records) / len(records)
        advice["share_chosen_longer"] = round(share, 4)
        if not BALANCED_LENGTHS[0] <= share <= BALANCED_LENGTHS[1]:
            why.append("Length tells chosen from rejected: set ld_alpha below 1 or choose pairs of like length.")
    return {**advice, "why": " ".join(why)}


def _length(messages: Sequence[Any]) -> int:
    return sum(len(message.content) for message in messages)


FORMAT = Format(
    name="trl-dpo",
    title="TRL preference pairs",
    selection=PAIRS,
    write_row=write_row,
    check_row=check_row,
    advise=advise,
)
