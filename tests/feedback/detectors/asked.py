"""A dialogue of one turn with the call behind its answer: instructions and parameters."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from feedback.detectors.material import Material
from feedback.training.answers import Example, build_material
from tracing.conversations import Answer


def ask(
    request: str,
    answer: str,
    *,
    instructions: str = "",
    parameters: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Material:
    """The material; `fields` are of the answer, as `outcome`."""
    material = build_material(Example(request, answer, False, instructions, parameters or {}))
    first, turn = material.conversation.turns
    told: Answer = replace(turn.answer, **fields)
    return replace(material, conversation=replace(material.conversation, turns=(first, replace(turn, answer=told))))
