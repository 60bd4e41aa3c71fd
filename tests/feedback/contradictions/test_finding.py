"""What users were told otherwise is found among turns, counted, and told as one line with a pair."""

import json
from collections.abc import Sequence

import pytest

from feedback.contradictions import Asked, Contradiction, describe, find_contradictions
from feedback.embedding import load_encoder
from tracing.demo.dialogues import PLANTED_SAMPLE

ASKS = "How long do I have to return a product?"


def tell(*told: tuple[str, str] | tuple[str, str, str], **fields: object) -> list[Asked]:
    """Turns of (request, answer) or (request, answer, user), one conversation each."""
    return [
        Asked(f"c-{place}", 0, each[2] if len(each) > 2 else f"u-{place}", place, each[0], each[1], **fields)  # type: ignore[arg-type]
        for place, each in enumerate(told)
    ]


def find(turns: Sequence[Asked]) -> list[Contradiction]:
    return find_contradictions(turns, load_encoder().embed)


def days(number: int) -> str:
    return f"You have {number} days to return a product."


def test_many_who_say_one_thing_and_few_who_say_another_are_one_line() -> None:
    turns = tell(
        *[(ASKS, days(14) + " Thanks!" * (place % 3)) for place in range(38)], (ASKS, days(30)), (ASKS, days(30))
    )
    [found] = find(turns)
    assert describe(found) == "38 users heard “14 days”, 2 “30 days”"
    assert found.one.answer[slice(*found.conflict.one)] == "14 days"
    assert found.other.answer[slice(*found.conflict.other)] == "30 days"


def test_few_are_found_among_many_ways_to_say_it() -> None:
    turns = tell(*[(ASKS, f"{days(14)} Ask at desk {place + 100}.") for place in range(40)], (ASKS, days(30)))
    [found] = find(turns)
    assert describe(found) == "40 users heard “14 days”, 1 “30 days”"


def test_the_side_of_most_users_comes_first() -> None:
    [found] = find(tell((ASKS, days(30)), (ASKS, days(14)), (ASKS, days(14))))
    assert (found.ones, found.others, found.conflict.one_says) == (2, 1, "14 days")


def test_the_same_user_and_the_same_answer_are_none() -> None:
    assert find(tell((ASKS, days(14), "anna"), (ASKS, days(30), "anna"))) == []
    assert find(tell((ASKS, days(14)), (ASKS, days(14)))) == []
    assert find([]) == []


def test_where_no_user_is_known_conversations_are_told_apart() -> None:
    [found] = find(tell((ASKS, days(14), ""), (ASKS, days(30), "")))
    assert describe(found).startswith("1 conversation heard")


def test_case_punctuation_and_politeness_make_no_other_request() -> None:
    [found] = find(tell((ASKS, days(14)), ("hi, how long do i have to return a product, please", days(30))))
    assert found.is_same_words


def test_other_words_for_the_same_are_found_and_less_sure() -> None:
    alike = find(
        tell(("Is there a student discount?", "Yes, 10 % off."), ("Do you offer student discounts?", "No, we don't."))
    )
    same = find(
        tell(("Is there a student discount?", "Yes, 10 % off."), ("Is there a student discount?", "No, we don't."))
    )
    assert not alike[0].is_same_words
    assert alike[0].score < same[0].score


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Can I cancel before shipping?", "Can I cancel after shipping?"),
        ("Can I pay with a card?", "Can I pay without a card?"),
        ("Does it run on Windows?", "Does it run on Linux?"),
        ("Can I bring 2 dogs?", "Can I bring 4 dogs?"),
        ("Can I fly from Oslo to Rome?", "Can I fly from Rome to Oslo?"),
        ("Is it open on Monday?", "Is it not open on Monday?"),
    ],
)
def test_requests_that_differ_in_what_matters_are_not_compared(one: str, other: str) -> None:
    assert find(tell((one, "Yes, you can."), (other, "No, you can't."))) == []


@pytest.mark.parametrize(
    "request_",
    ["Where is my order?", "Write a poem about autumn", "What is the weather today?", "Am I eligible?", "x" * 401],
)
def test_answers_that_may_differ_are_left_out(request_: str) -> None:
    assert find(tell((request_, "Yes, it is 14 days."), (request_, "No, it is 30 days."))) == []


def test_a_later_turn_counts_where_it_leans_on_nothing_before() -> None:
    def later(request: str) -> list[Asked]:
        return [Asked(f"c-{place}", 1, f"u-{place}", place, request, days(each)) for place, each in enumerate((14, 30))]

    [found] = find(later(ASKS))
    assert found.score < find(tell((ASKS, days(14)), (ASKS, days(30))))[0].score
    assert find(later("And how long do I have to return that one?")) == []


def test_tools_make_it_less_sure() -> None:
    [plain] = find(tell((ASKS, days(14)), (ASKS, days(30))))
    [after] = find(tell((ASKS, days(14)), (ASKS, days(30)), after_tools=True))
    assert after.score < plain.score


def test_of_many_the_surest_come_first_and_as_many_as_are_asked_for() -> None:
    turns = tell((ASKS, days(14)), (ASKS, days(30)), ("Do you ship to Canada?", "Yes, we do."),
                 ("Do you ship to Canada?", "No, we don't."), ("Tell me of tips", "Tips are shared by the team."),
                 ("Tell me of tips", "Tips are not shared by the team."))  # fmt: skip
    found = find(turns)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert len(found) == 3
    assert find_contradictions(turns, load_encoder().embed, 1) == found[:1]


def test_what_is_found_does_not_hang_on_the_order_of_turns() -> None:
    turns = tell((ASKS, days(14)), (ASKS, days(30)), (ASKS, days(14)), (ASKS, "Within 90 days."))
    assert find(turns) == find(turns[::-1])


def test_strange_texts_break_nothing() -> None:
    texts = [
        "\x00",
        "💥" * 50,
        "<script>",
        "a\n" * 300,
        "1" * 400,
        "?",
        "= - * #",
        "٣٠ يومًا",
        "返品は30日以内です。",
        "(" * 200,
    ]
    assert isinstance(find(tell(*[(ASKS, text) for text in texts], *[(text, days(3)) for text in texts])), list)


@pytest.mark.parametrize(
    ("request_", "answers", "line"),
    [
        ("Do you ship to Canada?", ("Yes, we do.", "No, we don't."), "1 user heard yes, 1 no"),
        (
            "Tell me of tips",
            ("Tips are shared.", "Tips are not shared."),
            "1 user heard that it is so, 1 that it is not",
        ),
        (
            "How do I open it?",
            ("I can't help with that.", "Press the two buttons at the same time and turn the lid."),
            "1 user got a refusal, 1 help",
        ),
    ],
)
def test_a_line_says_what_each_side_heard(request_: str, answers: tuple[str, str], line: str) -> None:
    turns = tell(*[(request_, answer) for answer in answers])
    [found] = find(
        [Asked(each.conversation_id, 0, each.user_id, -each.time_ns, each.request, each.answer) for each in turns]
    )
    assert describe(found) == line


def test_the_demo_contradicts_itself_on_returns() -> None:
    dialogues = [json.loads(line) for line in PLANTED_SAMPLE.read_text(encoding="utf-8").splitlines()]
    turns = tell(*[(each["turns"][0]["user"], each["turns"][0]["answer"], each["user_id"]) for each in dialogues])
    assert [describe(found) for found in find(turns)] == ["2 users heard “14 days”, 1 “30 days”"]
