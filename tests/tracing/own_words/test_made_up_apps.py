"""How often what was typed is found in made-up apps, those that were held out among them.

`python -m tests.tracing.own_words.test_made_up_apps` writes the figures of docs/own-words.md.
"""

import time
from collections.abc import Iterable
from statistics import median

import pytest

from tests.tracing.own_words.held_out import HELD_OUT
from tests.tracing.own_words.made_up import APPS, MESSAGES_OF_AN_APP, App, make_materials
from tracing.own_words import learn_templates, order_templates, unwrap

GOAL = 0.95


def tidy(text: str) -> str:
    return " ".join(text.split())


def measure(app: App, *, learnt: bool = True) -> float:
    """The share of an app's messages in which what was typed is found, with what its messages share or without."""
    materials = list(make_materials(app.name, app.language))
    messages = [app.build(each) for each in materials]
    templates = order_templates(learn_templates(messages)) if learnt else ()
    right = (
        tidy(unwrap(sent, templates)) == tidy(each.question) for sent, each in zip(messages, materials, strict=True)
    )
    return sum(right) / len(messages)


def average(apps: Iterable[App], *, learnt: bool = True) -> float:
    shares = [measure(app, learnt=learnt) for app in apps]
    return sum(shares) / len(shares)


@pytest.mark.parametrize("apps", [APPS, HELD_OUT], ids=["developed on", "held out"])
def test_what_was_typed_is_found_in_nearly_all_messages(apps: list[App]) -> None:
    assert len(apps) >= 24
    assert average(apps) >= GOAL


def test_a_first_message_alone_is_unwrapped_where_its_marks_are_plain() -> None:
    assert average(APPS, learnt=False) > 0.3


def time_app(app: App) -> tuple[float, float]:
    """Milliseconds of CPU to learn an app's messages, microseconds to find the words of one."""
    messages = [app.build(each) for each in make_materials(app.name, app.language)]
    began = time.process_time()
    templates = order_templates(learn_templates(messages))
    learnt = time.process_time()
    for message in messages:
        unwrap(message, templates)
    return (learnt - began) * 1e3, (time.process_time() - learnt) * 1e6 / len(messages)


if __name__ == "__main__":
    for name, apps in (("developed on", APPS), ("held out", HELD_OUT)):
        print(f"{name}: {len(apps)} apps, {average(apps):.1%}; without learning {average(apps, learnt=False):.1%}")
        times = [time_app(app) for app in apps]
        learning, finding = (median(each) for each in zip(*times, strict=True))
        print(f"  learning {MESSAGES_OF_AN_APP} messages {learning:.1f} ms, finding the words of one {finding:.0f} µs")
