"""No row holds what a model is to be tested with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.datasets.definition import Definition
from feedback.datasets.record import Drop, Reason, Record
from feedback.datasets.steps import Context
from feedback.datasets.weighing.contamination import CONTAMINATION, digest_texts
from tests.feedback.datasets.outlining import make_record
from tracing.generations import Message, ToolCall

SENTENCE = "the quick brown fox jumps over the lazy dog and then it goes to sleep"
QUESTION = "What is the capital of Norway?"


def check(record: Record, *texts: str) -> Reason | None:
    """Why the row goes, if it does."""
    context = Context(Definition("trl-sft"), evaluation_grams=frozenset(digest_texts(texts)))
    [result] = CONTAMINATION.apply([record], context)
    return result.reason if isinstance(result, Drop) else None


@pytest.mark.parametrize(
    "said",
    [
        (f"Well: {SENTENCE.title()}!", "I see."),
        ("Tell me.", f"They say {SENTENCE}, and so on."),
        (SENTENCE, "once", "and then", "twice"),
    ],
)
def test_thirteen_words_in_a_row_are_too_many(said: tuple[str, ...]) -> None:
    assert check(make_record(*said), f"Once more, {SENTENCE} again") is Reason.CONTAMINATED


def test_twelve_words_in_a_row_may_be_shared() -> None:
    twelve = " ".join(SENTENCE.split()[:12])
    assert check(make_record(twelve + " and more", "yes"), SENTENCE) is None


def test_a_shorter_text_counts_as_a_whole() -> None:
    assert check(make_record("what is the capital of NORWAY", "Oslo"), QUESTION) is Reason.CONTAMINATED
    assert check(make_record("what is the capital of Norway today", "Oslo"), QUESTION) is None


def test_texts_of_few_words_stand_everywhere() -> None:
    assert check(make_record("yes please", "B"), "yes please", "B", "Thank you") is None


def test_results_and_arguments_of_tools_and_both_answers_of_a_pair_count() -> None:
    base = make_record("one?", "two", rejected="three")
    result = Message("tool", SENTENCE, tool_call_id="1")
    calls = Message("assistant", "", tool_calls=(ToolCall("1", "f", {"deep": [{"text": SENTENCE}]}),))
    for prompt in ((*base.prompt, calls), (*base.prompt, result)):
        record = Record(prompt, base.completion, (), base.provenance, "", 0)
        assert check(record, SENTENCE) is Reason.CONTAMINATED
    assert check(make_record("one?", "two", rejected=SENTENCE), SENTENCE) is Reason.CONTAMINATED


def test_instructions_are_the_apps_own() -> None:
    assert check(make_record("one?", "two", system=SENTENCE), SENTENCE) is None


def test_scripts_without_spaces_are_compared_by_letters() -> None:
    text = "我想知道明天北京的天气怎么样"
    assert check(make_record(f"你好，{text}？", "好"), text) is Reason.CONTAMINATED
    assert check(make_record("你好，明天天气怎么样", "好"), text) is None


def test_without_evaluation_sets_nothing_is_looked_at() -> None:
    rows = [make_record(SENTENCE, "yes")]
    assert CONTAMINATION.apply(rows, Context(Definition("trl-sft"))) is rows


def test_digests_are_the_same_everywhere() -> None:
    assert digest_texts([QUESTION, "yes"]) == {3462863551384960439}
    assert digest_texts([]) == set()


@given(st.text(max_size=200), st.text(max_size=40), st.text(max_size=40))
def test_a_text_is_found_in_whatever_it_stands(text: str, before: str, after: str) -> None:
    digests = digest_texts([text])
    assert all(0 <= digest < 2**64 for digest in digests)
    assert check(make_record(text, "x"), text) == (Reason.CONTAMINATED if digests else None)
    if len(text.split()) > 20 and text.isascii():
        assert check(make_record(f"{before} {text} {after}", "x"), text) is Reason.CONTAMINATED
