"""What is measured of a row before a dataset is written: a record comes in, a few numbers and its user's first words go
out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from feedback.datasets.inspecting.coverage import OPENING_CHARACTERS
from feedback.datasets.inspecting.distributions import Measure
from feedback.datasets.record import Record
from tracing.generations import Message

BYTES_A_TOKEN: Final = 4
"""Of UTF-8, on average, with the tokenizers of today's models; 3 to 5 from language to language."""

LENGTHS: Final = (
    Measure("prompt_characters", "Length of the prompt", "characters"),
    Measure("answer_characters", "Length of the answer", "characters"),
    Measure("prompt_tokens", f"Tokens of the prompt (estimate: {BYTES_A_TOKEN} bytes each)", "tokens"),
    Measure("answer_tokens", f"Tokens of the answer (estimate: {BYTES_A_TOKEN} bytes each)", "tokens"),
    Measure("turns", "Messages of the user", "messages"),
)


@dataclass(frozen=True, slots=True)
class RowMeasure:
    """`lengths` as in `LENGTHS`; of a pair, the chosen answer is the answer."""

    lengths: tuple[int, ...]
    opening: str
    """What its user wrote first, shortened."""
    has_tools: bool
    replaced: Mapping[str, int]


def measure_row(record: Record) -> RowMeasure:
    prompt, answer = _join(record.prompt), _join(record.completion)
    asked = [message.content for message in record.prompt if message.role == "user"]
    lengths = (len(prompt), len(answer), count_tokens(prompt), count_tokens(answer), len(asked))
    opening = asked[0][:OPENING_CHARACTERS] if asked else ""
    return RowMeasure(lengths, opening, bool(record.tools), record.replaced)


def count_tokens(text: str) -> int:
    """About how many tokens a model of today reads in it.

    >>> count_tokens("Is it going to rain in Oslo?")
    7
    """
    return -(-len(text.encode("utf-8", "replace")) // BYTES_A_TOKEN)


def _join(messages: Iterable[Message]) -> str:
    """All that is said, tools' arguments included."""
    return "".join(f"{each.content}{''.join(str(call.arguments) for call in each.tool_calls)}" for each in messages)
