"""A rating of a model becomes a signal on the answer; a person's, or another scale's, does not."""

from feedback.detectors.judgement import detect
from feedback.detectors.material import Material
from tests.feedback.detectors.conftest import BuildConversation, BuildFeedback


def test_the_last_rating_of_a_model_holds(talk: BuildConversation, feedback: BuildFeedback) -> None:
    conversation = talk(("Capital of Australia?", "Sydney."), ("no", "Canberra."))
    told = [
        feedback(
            "judgement", identifier=str(number), time_ns=number, label=label, annotator_kind="LLM", span_id="span-1"
        )
        for number, label in ((1, "served"), (2, "partly"))
    ]
    (signal,) = detect(Material(conversation, told))
    assert (signal.target, signal.label, signal.polarity, signal.fired) == (0, "partly", -1, True)


def test_unclear_does_not_fire_and_other_scales_and_people_are_left_alone(
    talk: BuildConversation, feedback: BuildFeedback
) -> None:
    conversation = talk(("Capital of Australia?", "Sydney."), ("ok", "Bye."))
    told = [
        feedback("judgement", identifier="1", label="unclear", annotator_kind="LLM", span_id="span-1"),
        feedback("judgement", identifier="2", label="relevant", annotator_kind="LLM", span_id="span-2"),
        feedback("judgement", identifier="3", label="failed", span_id="span-2"),
    ]
    (signal,) = detect(Material(conversation, told))
    assert (signal.target, signal.fired, signal.polarity) == (0, False, 0)
