"""Conversations that every format makes rows of: with tools, in several languages, liked, criticised, asked again."""

import json
from pathlib import Path
from typing import Any

from feedback.datasets import LabelledConversation, build_dataset
from feedback.datasets.definition import Definition
from tests.feedback.datasets.dialogue import SOURCE, Dialogue
from tracing.generations import Message, ToolCall

TALKS = (
    ("How do I grow tomatoes on a balcony?", "Give them sun.", "Six hours of sun, and water in the morning."),
    ("Wie koche ich ein weiches Ei? 🥚", "Kurz.", "Sechs Minuten in kochendem Wasser, dann abschrecken."),
    ("¿Cuál es la capital de Mongolia?", "No sé.", "Ulán Bator es la capital de Mongolia."),
    ("为什么天空是蓝色的？", "因为。", "因为空气散射蓝光比散射红光更强。"),
    ("ما هي عاصمة المغرب؟", "فاس.", "الرباط هي عاصمة المغرب."),
    ("Pourquoi le pain lève-t-il ?", "La chaleur.", "La levure produit du gaz qui gonfle la pâte."),
    (
        "Explain {{ braces }} and <tags> in a template.",
        "They are signs.",
        "Braces hold what is filled in; tags are HTML.",
    ),
    (
        "Write a haiku about rust.",
        "Rust is red.",
        "Old gate in the rain\nsinging on a single hinge\nred dust on my hand",
    ),
)
CITY_TOOL = {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
ORDER_TOOL = {"name": "find_order", "parameters": {"type": "object", "properties": {"order_id": {"type": "integer"}}}}
THINGS = ("lamps", "chairs", "ropes", "kites", "spoons", "clocks", "boots", "drums", "tents", "maps", "bells", "fans")


def talk(number: int) -> Dialogue:
    """A question that is asked again: the first answer is replaced, the second one liked; then one is disliked."""
    question, poor, good = TALKS[number % len(TALKS)]
    thing = f"{THINGS[number % len(THINGS)]} {number}"
    return (
        Dialogue(f"talk-{number}", f"user-{number}", start_seconds=1_700_000_000 + 3600 * number)
        .ask(f"{question} ({thing})", f"{poor} {thing}", f"{good} {thing}")
        .ask(f"And for {thing} in winter?", f"The same as for {thing}, only later.")
        .notice(0, "regeneration", attempt=0)
        .thumb(0, "up")
        .thumb(1, "down")
    )


def call(number: int) -> Dialogue:
    """An agent with one tool or another, whose answer is liked."""
    thing = THINGS[number % len(THINGS)]
    name, arguments = ("get_weather", {"city": f"Ås {number}"}) if number % 2 else ("find_order", {"order_id": number})
    ask = Message("user", f"What about the {thing} of order {number}?")
    calls = Message("assistant", "", tool_calls=(ToolCall(f"call_{number}", name, arguments),))
    result = Message("tool", json.dumps({"found": f"{thing} {number}"}), tool_call_id=f"call_{number}")
    tool = CITY_TOOL if number % 2 else ORDER_TOOL
    return (
        Dialogue(f"call-{number}", f"agent-user-{number}", start_seconds=1_700_000_000 + 3600 * number + 60)
        .ask(
            ask.content,
            f"No {thing}.",
            f"There are {number} {thing}, and they come on day {number}.",
            input_messages=(Message("system", "Be brief."), ask, calls, result),
            tool_definitions=(tool,),
        )
        .notice(0, "regeneration", attempt=0)
        .thumb(0, "up")
    )


def gather() -> list[LabelledConversation]:
    return [dialogue.finish() for number in range(24) for dialogue in (talk(number), call(number))]


def export(name: str, directory: Path) -> dict[str, Any]:
    """Build the dataset into the directory, as `tacit export` does; return its manifest."""
    with build_dataset(Definition(name, validation=0.2), gather(), source=SOURCE) as built:
        for file, path in built.files.items():
            place = directory / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
        return dict(built.manifest)
