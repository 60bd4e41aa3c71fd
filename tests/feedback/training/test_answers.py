import pytest

from feedback.detectors import DETECTORS
from feedback.training.answers import KINDS, Example, build_material, load_examples, read_example

BY_KIND = {detector.kind: detector for detector in DETECTORS}
LEAST_RECALL, LEAST_PRECISION = 0.85, 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_labelled_examples_are_found_and_good_answers_are_not_taken_for_faults(kind: str) -> None:
    examples = load_examples(kind)
    fired = [any(signal.fired for signal in BY_KIND[kind].detect(build_material(each))) for each in examples]
    hits = sum(told and each.is_fault for each, told in zip(examples, fired, strict=True))
    assert len(examples) >= 149
    assert hits / sum(each.is_fault for each in examples) >= LEAST_RECALL
    assert hits / sum(fired) >= LEAST_PRECISION


def test_a_line_may_hold_instructions_or_parameters() -> None:
    told = read_example('- params: {"output.type": "json"} || hi => {"a": 1}')
    assert told == Example("hi", '{"a": 1}', False, "", {"output.type": "json"})
    assert read_example("+ system: Be brief. || hi => no").instructions == "Be brief."
