"""What the prompt of an example holds."""

from typing import Any

from tests.feedback.datasets.dialogue import Dialogue, build, read_rows
from tracing.generations import Message


def read_prompt(dialogue: Dialogue) -> list[tuple[str, str]]:
    (row,) = read_rows(build("trl-kto", dialogue))
    return [(message["role"], message["content"]) for message in row["prompt"]]


def test_the_prompt_is_what_was_sent_to_the_model() -> None:
    sent: dict[str, Any] = {
        "system_instructions": "Be brief.",
        "input_messages": (
            Message("user", "one?"),
            Message("assistant", "as sent"),
            Message("user", "[doc] two?"),
        ),
    }
    dialogue = Dialogue().ask("one?", "as shown").ask("two?", "second", **sent).thumb(1, "up")
    assert read_prompt(dialogue) == [
        ("system", "Be brief."),
        ("user", "one?"),
        ("assistant", "as sent"),
        ("user", "[doc] two?"),
    ]


def test_behind_a_bare_string_stand_the_earlier_turns_as_shown() -> None:
    dialogue = Dialogue().ask("one?", "replaced", "shown").ask("two?", "second", system_instructions="Be brief.")
    assert read_prompt(dialogue.thumb(1, "up")) == [
        ("system", "Be brief."),
        ("user", "one?"),
        ("assistant", "shown"),
        ("user", "two?"),
    ]


def test_turns_without_an_answer_are_left_out_of_the_history() -> None:
    dialogue = Dialogue().ask("one?", {"text": "", "outcome": "error"}).ask("two?", "second").thumb(1, "up")
    assert read_prompt(dialogue) == [("user", "two?")]


def test_later_turns_are_never_in_the_prompt() -> None:
    dialogue = Dialogue().ask("one?", "first").ask("two?", "second").thumb(0, "down")
    assert read_prompt(dialogue) == [("user", "one?")]


def test_without_a_generation_the_users_own_words_are_the_prompt() -> None:
    dialogue = Dialogue().ask("one?", "first").thumb(0, "up")
    dialogue.generations.clear()
    assert read_prompt(dialogue) == [("user", "one?")]
