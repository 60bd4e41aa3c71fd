"""An answer and the calls behind it come in, what the app told the model for it goes out: instructions, parameters."""

from collections.abc import Iterator, Mapping
from typing import Any

from feedback.detectors.material import Material
from tracing.conversations import Answer

MAX_CHARACTERS = 20_000
"""Of the instructions; longer ones are read as far."""


def read_instructions(material: Material, answer: Answer) -> str:
    """The system instructions that the answer was written under; empty where none are known."""
    for call in reversed(material.calls_of(answer)):
        if call.system_instructions:
            return call.system_instructions[:MAX_CHARACTERS]
    return ""


def list_parameters(material: Material, answer: Answer) -> Iterator[Mapping[str, Any]]:
    """What was asked of the model beside its input, of the last call first: it wrote what the user saw."""
    return (call.parameters for call in reversed(material.calls_of(answer)) if call.parameters)
