from collections.abc import Callable

from feedback.detectors.targets import find_actions, find_target
from feedback.explicit import Feedback
from tracing.conversations import Answer, Conversation

SECOND = 1_000_000_000


def test_the_span_decides_before_the_trace(
    talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    conversation = talk(("a", "1"), ("b", "2"))
    target = find_target(conversation, feedback("copy", trace_id="trace-1", span_id="span-1"))
    assert target is not None
    assert target.key == (0, 0)


def test_any_model_call_of_an_answer_names_it(
    talk: Callable[..., Conversation], answer: Callable[..., Answer], feedback: Callable[..., Feedback]
) -> None:
    conversation = talk(("a", answer(generation_span_ids=("tool-call", "last"))), ("b", "2"))
    target = find_target(conversation, feedback("copy", span_id="tool-call"))
    assert target is not None
    assert target.key == (0, 0)


def test_a_call_for_tools_on_the_way_to_an_answer_names_it(
    talk: Callable[..., Conversation], answer: Callable[..., Answer], feedback: Callable[..., Feedback]
) -> None:
    step = answer(trace_id="of-the-step", span_id="step")
    conversation = talk(("a", answer(steps=(step,))), ("b", "2"))
    for named in ({"span_id": "step"}, {"trace_id": "of-the-step"}, {"trace_id": "of-the-step", "span_id": "step"}):
        target = find_target(conversation, feedback("copy", **named))
        assert target is not None
        assert target.key == (0, 0)


def test_an_unknown_span_falls_back_to_its_trace(
    talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    conversation = talk(("a", "1"), ("b", "2"))
    target = find_target(conversation, feedback("copy", trace_id="trace-2", span_id="the-web-request"))
    assert target is not None
    assert target.answer.text == "2"


def test_the_same_span_id_in_another_trace_is_another_span(
    talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    conversation = talk(("a", "1"))
    assert find_target(conversation, feedback("copy", trace_id="elsewhere", span_id="span-1")) is None


def test_a_message_id_names_an_answer(
    talk: Callable[..., Conversation], answer: Callable[..., Answer], feedback: Callable[..., Feedback]
) -> None:
    conversation = talk(("a", answer(message_id="m1")), ("b", answer(message_id="m2")))
    target = find_target(conversation, feedback("copy", message_id="m1"))
    assert target is not None
    assert target.key == (0, 0)


def test_feedback_on_the_conversation_is_about_the_latest_answer_by_then(
    talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    conversation = talk(("a", "1"), ("b", "2"), ("c", "3"))
    while_second = conversation.turns[1].answer.start_time_ns + 5 * SECOND
    target = find_target(conversation, feedback("copy", conversation_id="c1", time_ns=while_second))
    assert target is not None
    assert target.answer.text == "2"


def test_feedback_before_any_answer_is_about_none(
    talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    assert find_target(talk(("a", "1")), feedback("copy", conversation_id="c1", time_ns=1)) is None


def test_feedback_on_another_conversation_is_about_none_of_these(
    talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    assert find_target(talk(("a", "1")), feedback("copy", conversation_id="c2")) is None
    assert find_target(talk(("a", "1")), feedback("copy")) is None


def test_of_several_answers_in_one_trace_it_is_the_latest_by_then(
    talk: Callable[..., Conversation], answer: Callable[..., Answer], feedback: Callable[..., Feedback]
) -> None:
    conversation = talk(("a", answer("1", trace_id="t")), ("b", answer("2", trace_id="t")))
    after_first = conversation.turns[0].answer.start_time_ns + 1
    target = find_target(conversation, feedback("copy", trace_id="t", time_ns=after_first))
    assert target is not None
    assert target.answer.text == "1"


def test_a_replaced_answer_can_be_named(talk: Callable[..., Conversation], feedback: Callable[..., Feedback]) -> None:
    target = find_target(talk(("a", "old", "new")), feedback("copy", span_id="span-1"))
    assert target is not None
    assert target.answer.text == "old"


def test_what_models_and_code_annotate_is_no_action_of_a_person(
    talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    judged = feedback("thumbs", span_id="span-1", annotator_kind="LLM", label="down")
    assert list(find_actions(talk(("a", "1")), [judged], "thumbs")) == []


def test_only_the_last_action_on_an_answer_counts(
    talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    earlier = feedback("thumbs", identifier="z", span_id="span-1", label="up", time_ns=1)
    later = feedback("thumbs", identifier="a", span_id="span-1", label="down", time_ns=2)
    (action,) = find_actions(talk(("a", "1")), [later, earlier], "thumbs")
    assert action.feedback == later
