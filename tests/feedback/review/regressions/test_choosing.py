"""Cases that are made of failures: with checks that tell, or left out with the reason."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.review.regressions.case import Case, Failure, Reason
from feedback.review.regressions.checks import judge
from feedback.review.regressions.choosing import choose_cases, make_case
from feedback.review.regressions.lines import write_case
from tests.feedback.datasets.specimens import HOSTILE
from tests.feedback.review.regressions.failing import (
    ALL,
    BETTERED,
    CORRECTED,
    ENGLISH,
    IN_ENGLISH,
    MENDED,
    REFUSED,
    TOO_LONG,
    fail,
)
from tracing.generations import Message
from tracing.texts.stand_ins import drop_text


def make(failure: Failure) -> Case:
    case = make_case(failure)
    assert isinstance(case, Case), case
    return case


@pytest.mark.parametrize("failure", ALL, ids=lambda each: each.conversation_id)
def test_the_bad_answer_fails_every_check_and_a_mended_one_passes(failure: Failure) -> None:
    case = make(failure)
    line = write_case(case)
    assert len(judge(line, failure.bad_answer)) == len(case.checks) > 0
    assert judge(line, MENDED[case.checks[0]["kind"]]) == []
    if failure.better_answer:
        assert judge(line, failure.better_answer) == []


def test_a_case_says_in_words_why_it_is_there() -> None:
    assert make(CORRECTED).why == "2 reviewers said that this answer failed so; its user said that “Canberra” is right."


def test_a_check_that_the_better_answer_fails_is_dropped() -> None:
    longer = replace(
        TOO_LONG, better_answer="The sea is a large body of water that covers most of the earth, as is known."
    )
    assert [check["kind"] for check in make(longer).checks] == ["nearer"]


def test_where_the_better_answer_is_as_bad_there_is_no_case() -> None:
    alike = replace(REFUSED, better_answer="I'm sorry, but I can't help with that")
    assert make_case(alike) is Reason.CHECKS_FAIL_BETTER


def test_of_answers_that_are_nearly_the_same_what_they_state_is_checked() -> None:
    said = "Your parcel left our warehouse this morning and it arrives on {}, between nine and twelve."
    failure = fail("x", "When does it come?", said.format("3 May"), "complaint", better_answer=said.format("7 May"))
    assert [check["values"] for check in make(failure).checks] == [[["7 May"]]]


@pytest.mark.parametrize(
    ("request_text", "reaction"),
    [
        ("How is order A-12?", "No, I meant A-17."),
        ("How is order A-12?", "A-17!"),
        ("Where do I live?", "My town is Canberra."),
    ],
)
def test_what_no_model_could_know_is_not_asked_of_one(request_text: str, reaction: str) -> None:
    failure = fail("x", request_text, "A-12 is on its way to Sydney.", "correction", reaction=reaction)
    assert make_case(failure) is Reason.NO_CHECK


def test_what_the_model_was_told_may_be_asked_of_it() -> None:
    failure = fail("x", "And order A-17?", "It is on its way.", "correction", reaction="I meant A-17!")
    assert [check["values"] for check in make(failure).checks] == [[["A-17"]]]


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (fail("x", "Explain this", "It is so.", "complaint"), Reason.NO_CHECK),
        (fail("x", "Book it", "It went wrong.", "tool_failure", "agent_loop"), Reason.NOT_COVERED),
        (replace(CORRECTED, bad_answer=" "), Reason.NO_ANSWER),
        (replace(CORRECTED, bad_answer=drop_text(CORRECTED.bad_answer)), Reason.NOT_KEPT),
        (replace(BETTERED, better_answer=drop_text(BETTERED.better_answer)), Reason.NOT_KEPT),
        (replace(CORRECTED, prompt=(Message("system", "Be brief."),)), Reason.NOT_SENDABLE),
        (replace(CORRECTED, prompt=(Message("user", "See", parts=({"type": "image"},)),)), Reason.NOT_SENDABLE),
        (replace(CORRECTED, bad_answer="It is Sydney. \ud800"), Reason.NOT_SENDABLE),
    ],
)
def test_what_is_no_case_says_why(failure: Failure, reason: Reason) -> None:
    assert make_case(failure) is reason


def test_the_order_in_which_failures_come_is_no_matter() -> None:
    found = [choose_cases(each, most=2) for each in permutations(ALL[:3])]
    assert len(found[0].cases) == 2
    assert all(each == found[0] for each in found)


def test_of_one_failure_mode_there_are_so_many_and_no_two_alike() -> None:
    twins = [replace(CORRECTED, conversation_id=f"t{number}") for number in range(3)]
    others = [
        fail(f"o{number}", f"A joke on {number} {'x' * number}", REFUSED.bad_answer, "refusal") for number in range(4)
    ]
    elsewhere = replace(CORRECTED, mode=4)
    chosen = choose_cases([*twins, *others, elsewhere], most=3)
    assert [case.failure.mode for case in chosen.cases] == [3, 3, 3, 4]
    assert sorted(each.reason.code for each in chosen.left_out) in (
        ["alike"] * 2 + ["cap"] * 2,
        ["cap"] * 5,
        ["alike"] + ["cap"] * 3,
    )


def test_an_id_stays_and_does_not_tell_the_conversation() -> None:
    one, again = make(BETTERED), make(BETTERED)
    assert one.id == again.id
    assert one.id.startswith("3-")
    assert BETTERED.conversation_id not in one.id


@pytest.mark.parametrize(
    ("text", "bad", "kind"),
    [
        ("Name it without the word “cheap”.", "A cheap lamp.", "lacks"),
        ("Write a line on water. Include the word “sea”.", "Nothing of it.", "holds"),
        ("Tell me, in lower case only, what it is.", "IT IS A LAMP, as you know.", "case"),
        ("Tell me what it is, no emoji please.", "A lamp 😀", "pattern"),
    ],
)
def test_wishes_for_words_are_checked(text: str, bad: str, kind: str) -> None:
    assert kind in [check["kind"] for check in make(fail("x", text, bad, "constraint_violation")).checks]


def test_instructions_ask_as_messages_do() -> None:
    told = fail(
        "x", "What is the sea?", f"The sea: {ENGLISH}", "constraint_violation", system="Answer in at most 5 words."
    )
    assert [check["most"] for check in make(told).checks] == [5]


def test_a_schema_that_was_sent_is_asked_for() -> None:
    form = {"type": "json_schema", "json_schema": {"schema": {"type": "object", "required": ["a"]}}}
    failure = fail("x", "Colours?", '{"b": 1}', "format_failure", parameters={"response_format": form})
    assert make(failure).checks[0]["schema"] == {"type": "object", "required": ["a"]}


def test_a_language_that_was_kept_is_no_check() -> None:
    assert (
        make_case(replace(IN_ENGLISH, bad_answer="Das geht in den Einstellungen unter Sicherheit.")) is Reason.NO_CHECK
    )


def complain(number: int, said: str = "14") -> Failure:
    """Users say in passing what is right; no signal of a correction tells it."""
    reaction = f"Wrong, your page {'promises' * (number + 1)} 30 days, my {number + 3} friends know."
    return fail(
        f"r{number}", f"How about {'returns ' * number}?", f"Within {said} days.", "complaint", reaction=reaction
    )


def test_what_three_users_hold_against_their_answers_is_checked() -> None:
    chosen = choose_cases(map(complain, range(3)))
    assert {case.checks[0]["kind"] for case in chosen.cases} == {"instead"}
    case = chosen.cases[0]
    assert (case.checks[0]["right"], case.checks[0]["wrong"]) == (["30"], ["14"])
    assert "in several conversations users hold “30” against “14”" in case.why


@pytest.mark.parametrize("failures", [[complain(0), complain(1)], [complain(0), complain(1), complain(2, "10")]])
def test_what_two_say_is_no_agreement(failures: list[Failure]) -> None:
    assert choose_cases(failures).cases == ()


TEXTS = st.one_of(st.sampled_from([*HOSTILE, "Answer in 5 words, in German, as JSON.", ENGLISH]), st.text(max_size=60))
KINDS = st.sets(
    st.sampled_from(["refusal", "correction", "language_mismatch", "format_failure", "constraint_violation"])
)


@given(TEXTS, TEXTS, TEXTS, TEXTS, KINDS)
def test_whatever_was_said_a_case_fails_the_bad_answer_and_passes_the_better_one(
    request_text: str, bad: str, better: str, reaction: str, kinds: set[str]
) -> None:
    found = make_case(fail("x", request_text, bad, *kinds, better_answer=better, reaction=reaction))
    if isinstance(found, Case):
        line = write_case(found)
        assert len(judge(line, bad)) == len(found.checks)
        assert not better.strip() or judge(line, better) == []
