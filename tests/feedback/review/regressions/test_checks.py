"""The checks that go out with cases: each fails what it is there for and passes what is well."""

from typing import Any

import pytest

from feedback.review.regressions.checks import CHECKS, declines, find_fault, get_assert, holds, judge, make_plain
from feedback.review.regressions.wishes import list_telling
from tests.feedback.review.regressions.failing import ENGLISH

CASE = {"better_answer": "The capital is Canberra.", "bad_answer": "It is Sydney, the largest city."}
PLAIN = {"pattern": r"\*\*", "is_wanted": False, "what": "markup"}
SCHEMA = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"type": "integer"}, "b": {"type": "array", "items": {"enum": ["x"]}}},
}
GERMAN = {"language": "German", "wanted": list_telling("de", "en"), "given": list_telling("en", "de")}
FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("holds", {"values": [["Canberra"]]}, "Canberra, I think", "Sydney"),
    ("holds", {"values": [["51", "fifty-one"], ["EUR"]]}, "Fifty-one EUR", "151 EUR"),
    ("holds", {"values": [["1,200"]]}, "It is 1200.", "It is 11,200."),
    ("holds", {"values": [["巴黎"]]}, "法国的首都是巴黎。", "是里昂"),
    ("lacks", {"values": ["cheap"]}, "A good lamp", "A CHEAP lamp"),
    ("instead", {"right": ["30"], "wrong": ["14"]}, "30 days, not 14", "It is 14 days"),
    ("instead", {"right": ["30"], "wrong": ["14"]}, "Yes, you may", "14, though the law says 300"),
    ("nearer", {}, "Canberra is the capital.", "Sydney, it is the largest."),
    ("answers", {}, "Here is a joke.", "I'm sorry, but I can't help with that."),
    ("answers", {}, "Das geht so: …", "Es tut mir leid, dabei kann ich Ihnen nicht helfen."),
    ("count", {"unit": "words", "least": None, "most": 10}, "one two three", "word " * 12),
    ("count", {"unit": "sentences", "least": 2, "most": 2}, "It is 3.5 p.m. now. Go!", "Only one."),
    ("count", {"unit": "items", "least": 3, "most": 3}, "- a\n- b\n- c", "- a\n- b"),
    ("count", {"unit": "paragraphs", "least": 2, "most": None}, "a\n\nb", "a\nb"),
    ("count", {"unit": "lines", "least": None, "most": 1}, "a\n", "a\nb"),
    ("count", {"unit": "characters", "least": None, "most": 20}, "short", "x" * 23),
    ("pattern", PLAIN, "plain", "**bold**"),
    ("pattern", {**PLAIN, "is_wanted": True}, "**bold**", "plain"),
    ("case", {"is_lower": True}, "all small letters here", "Some LARGE letters here"),
    ("json", {"is_only": True, "schema": None}, '```json\n{"a": 1}\n```', 'Sure: {"a": 1}'),
    ("json", {"is_only": False, "schema": None}, 'Sure: {"a": 1} there', "Sure: {a: 1}"),
    ("json", {"is_only": True, "schema": SCHEMA}, '{"a": 1, "b": ["x"]}', '{"a": "1"}'),
    ("json", {"is_only": True, "schema": SCHEMA}, '{"a": 1}', '{"a": true}'),
    ("json", {"is_only": True, "schema": SCHEMA}, '{"a": 1}', '{"b": []}'),
    ("json", {"is_only": True, "schema": SCHEMA}, '{"a": 1}', '{"a": 1, "b": ["y"]}'),
    ("words", GERMAN, "Sie können es in den Einstellungen ändern.", ENGLISH),
    ("script", {"language": "Russian", "ranges": [[0x400, 0x52F]]}, "Откройте Settings, затем пароль.", ENGLISH),
]


@pytest.mark.parametrize(("kind", "given", "good", "bad"), FAULTS)
def test_a_check_passes_what_is_well_and_says_what_is_not(
    kind: str, given: dict[str, Any], good: str, bad: str
) -> None:
    check = {"kind": kind, **given}
    assert find_fault(check, CASE, good) == ""
    assert find_fault(check, CASE, bad).startswith("it")


def test_every_kind_of_check_is_tested() -> None:
    assert {kind for kind, *_ in FAULTS} == set(CHECKS)


@pytest.mark.parametrize("answer", ["", " \n"])
def test_an_empty_answer_passes_nothing(answer: str) -> None:
    assert judge({**CASE, "checks": [{"kind": "lacks", "values": ["x"]}]}, answer) == ["the answer is empty"]


def test_who_declines_and_then_helps_at_length_does_not_decline() -> None:
    assert not declines("I'm sorry, but I can't help with that. " + "But here is much that helps. " * 40)


def test_what_a_model_thinks_before_it_answers_is_not_its_answer() -> None:
    case = {**CASE, "checks": [{"kind": "lacks", "values": ["Sydney"]}]}
    assert judge(case, "<think>Not Sydney, I hope.</think>\nCanberra.") == []
    assert judge(case, "<think>Canberra?</think>") == ["the answer is empty"]


@pytest.mark.parametrize("answer", ["42", "OK!"])
def test_an_answer_without_telling_words_is_in_no_wrong_language(answer: str) -> None:
    assert find_fault({"kind": "words", **GERMAN}, CASE, answer) == ""


def test_what_is_printed_is_no_command_to_a_terminal_or_ci() -> None:
    told = make_plain("::error::x\n##[group]\x1b[2J\u202e")
    assert "::" not in told
    assert "##[" not in told
    assert told.isprintable()


def test_a_value_in_a_longer_one_is_another() -> None:
    assert not any(holds(text, "A-17") for text in ("A-170", "BA-17", "A-17.5"))


@pytest.mark.parametrize("answer", ["[" * 10**5, "\ud800", "x" * 10**6, "1," * 10**5, "😀\u2028\x00"])
def test_whatever_a_model_answers_is_judged(answer: str) -> None:
    for kind, given, _, _ in FAULTS:
        assert isinstance(find_fault({"kind": kind, **given}, CASE, answer), str)


def test_promptfoo_hears_why() -> None:
    case = '{"failure": "Wrong capital", "checks": [{"kind": "holds", "values": [["Canberra"]]}]}'
    told = [get_assert(output, {"vars": {"case": case}}) for output in ("Canberra", "Sydney", [{"id": "call"}])]
    assert [each["pass"] for each in told] == [True, False, False]
    assert told[1]["reason"] == "Wrong capital: it does not say “Canberra”"
