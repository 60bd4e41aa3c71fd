"""Changes as people see them: what went and came, the holes of templates, long texts folded, hostile texts harmless."""

import json
from dataclasses import dataclass

from django.template.loader import render_to_string

from drift.pages.diffs import LINES_SHOWN, LONGEST_VALUE, show_diff


@dataclass(frozen=True)
class Change:
    field: str
    old: str
    new: str
    name: str = ""
    kind: str = "new"
    prompt: str = "support"
    service_name: str = "shop"


def render(change: Change) -> str:
    return render_to_string("parts/prompt_diff.html", {"diff": show_diff(change)})


def test_a_changed_word_is_marked_by_form_and_sign() -> None:
    diff = show_diff(Change("system_instructions", "Hello.\nAnswer in two words.", "Hello.\nAnswer in three words."))
    assert [(line.sign, line.old_number, line.new_number) for line in diff.lines] == [("", 1, 1), ("±", 2, 2)]
    assert [(part.kind, part.text) for part in diff.lines[1].parts] == [
        ("equal", "Answer in "),
        ("removed", "two"),
        ("added", "three"),
        ("equal", " words."),
    ]
    html = render(Change("system_instructions", "Answer in two words.", "Answer in three words."))
    assert "<del>two</del><ins>three</ins>" in html
    assert ">changed: </span>" in html


def test_holes_are_shown_as_such() -> None:
    html = render(Change("system_instructions", "You help «name» today.", "You help «name» now."))
    assert '<span class="hole" title="Filled in by the app, differs from call to call">name</span>' in html
    assert "«" not in html


def test_long_texts_are_folded_and_what_stayed_is_left_out() -> None:
    old = "\n".join(f"Rule {number}: be kind." for number in range(100))
    new = old.replace("kind", "brief")
    diff = show_diff(Change("system_instructions", old, new))
    assert (len(diff.lines), len(diff.more)) == (LINES_SHOWN, 100 - LINES_SHOWN)
    far = show_diff(Change("system_instructions", old, old.replace("Rule 50: be kind", "Rule 50: be brief")))
    assert [line.opens_gap for line in far.lines] == [True, False, False, False, False]


def test_a_text_without_one_before_is_shown_whole() -> None:
    diff = show_diff(Change("system_instructions", "", "Hello.\nBe kind."))
    assert diff.is_new
    assert "".join(part.text for line in diff.lines for part in line.parts) == "Hello.Be kind."


def test_a_tools_definition_is_compared_key_by_key() -> None:
    old, new = ({"name": "find", "parameters": {"limit": limit}, "tags": []} for limit in (5, 10))
    diff = show_diff(Change("tool", json.dumps(old), json.dumps(new | {"strict": True}), name="find"))
    assert [(each.path, each.old, each.new) for each in diff.keys] == [
        ("parameters.limit", "5", "10"),
        ("strict", None, "true"),
    ]


def test_values_stand_side_by_side_and_tools_line_by_line() -> None:
    diff = show_diff(Change("response_model", "gpt-4o-08", "gpt-4o-11"))
    assert (diff.old, diff.new, diff.lines) == ("gpt-4o-08", "gpt-4o-11", ())
    tools = show_diff(Change("tools", "find\nrefund", "find"))
    assert [(line.sign, line.parts[0].text) for line in tools.lines] == [("", "find"), ("−", "refund")]
    assert len(show_diff(Change("release", "1", "x" * 5_000)).new) == LONGEST_VALUE


def test_hostile_texts_stay_text() -> None:
    evil = "<script>alert(1)</script>«<img src=x onerror=alert(1)>»"
    for change in (
        Change("system_instructions", "Hello.", f"Hello. {evil}"),
        Change("tool", json.dumps({"name": "a"}), json.dumps({"name": evil, evil: 1})),
        Change("response_model", evil, f"{evil} 2"),
        Change("tools", evil, "find"),
    ):
        html = render(change)
        assert "<script" not in html
        assert "<img" not in html
        assert "&lt;script&gt;" in html


def test_what_is_no_object_is_compared_as_text() -> None:
    for broken in ("{broken", "[" * 10, "{" * 100_000):
        assert show_diff(Change("tool", "{}", broken[:50])).new == broken[:50]
