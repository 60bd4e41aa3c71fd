"""A kilobyte of a row tells how much two of them have in common."""

from random import Random

import pytest

from feedback.datasets.record import Record
from feedback.datasets.weighing.signatures import (
    compare,
    read_answers,
    read_dialogues,
    read_written,
    sign_record,
    unite,
)
from tests.feedback.datasets.outlining import make_record, write_text
from tracing.generations import Message, ToolCall


def measure(one: Record, other: Record) -> float:
    return compare(unite(read_dialogues(sign_record(one))), unite(read_dialogues(sign_record(other))))


@pytest.mark.parametrize("shared", [0, 30, 60, 90, 100])
def test_the_estimate_is_near_the_share_of_runs_in_both(shared: int) -> None:
    random = Random(shared)  # noqa: S311 -- no secret
    text = write_text(random, shared)
    one, other = (make_record("why", f"{text} {write_text(random, 100 - shared)}") for _ in range(2))
    runs = 101 - 4
    in_both = max(0, shared + 1 - 4) if shared < 100 else runs
    assert measure(one, other) == pytest.approx(in_both / (2 * runs - in_both), abs=0.13)


def test_case_punctuation_and_white_space_do_not_count() -> None:
    one = make_record("What is it?", "It is, as far as we know, a WHALE.")
    assert measure(one, make_record("what is it", "it is as far\nas we know a whale")) == 1


def test_instructions_and_results_of_tools_make_no_rows_alike() -> None:
    long = write_text(Random(1), 500)  # noqa: S311 -- no secret
    one = make_record("one?", "yes it is so", system=long)
    other = make_record("two?", "no it never was", system=long)
    assert measure(one, other) == 0
    looked_up = Message("tool", long, tool_call_id="x")
    with_result = Record((*one.prompt, looked_up), one.completion, (), one.provenance, "", 0)
    assert measure(one, with_result) == 1


def test_calls_of_tools_are_what_the_model_said() -> None:
    def call(city: str) -> Record:
        record = make_record("weather?", "")
        calls = (ToolCall("1", "get_weather_of_the_day", {"city": city}),)
        return Record(record.prompt, (Message("assistant", "", tool_calls=calls),), (), record.provenance, "", 0)

    assert measure(call("Oslo"), call("Oslo")) == 1
    assert measure(call("Oslo"), call("Bergen")) < 1


def test_scripts_without_spaces_are_compared_by_letters() -> None:
    text = "我想知道明天北京的天气怎么样需要带伞吗谢谢你"
    assert measure(make_record(text, "明天下雨"), make_record(text, "明天下雪")) > 0.6
    assert measure(make_record(text, "明天下雨"), make_record("请帮我写一封信给我的老师", "好的没问题")) == 0


def test_a_pair_is_whole_with_both_answers_and_has_a_dialogue_for_each() -> None:
    pair = sign_record(make_record("why is it so", "as the one answer says", rejected="as other people say"))
    alone = sign_record(make_record("why is it so", "as the one answer says"))
    assert len(read_dialogues(pair)) == len(read_answers(pair)) == 2
    assert compare(read_dialogues(pair)[0], read_dialogues(alone)[0]) == 1
    assert 0 < compare(unite(read_dialogues(pair)), read_dialogues(alone)[0]) < 1
    assert compare(read_answers(pair)[0], read_answers(alone)[0]) == 1


def test_what_the_model_wrote_is_all_that_it_wrote() -> None:
    later = sign_record(make_record("hi", "hello there", "more", "and this", rejected="or that"))
    once = sign_record(make_record("x", "hello there and this"))
    assert compare(read_written(later)[0], read_answers(later)[0]) < 1
    assert compare(read_written(later)[0], read_written(once)[0]) == 1
    assert compare(read_written(later)[1], read_written(once)[0]) < 1


def test_answers_of_signs_alone_are_told_apart() -> None:
    up, down = (read_answers(sign_record(make_record("ok?", sign)))[0] for sign in "👍👎")
    assert compare(up, down) < 0.2


def test_half_characters_and_empty_texts_have_a_signature() -> None:
    signature = sign_record(make_record("\ud800", ""))
    assert signature.dtype == "uint32"
    assert len(signature) == 256


def test_signatures_are_the_same_in_every_version() -> None:
    signature = sign_record(make_record("Is it the same?", "It is."))
    assert signature[[0, 1, 255]].tolist() == [3488788776, 3559316354, 3414542851]
