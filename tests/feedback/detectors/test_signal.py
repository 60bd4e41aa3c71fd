import json

from feedback.detectors.signal import Evidence


def test_evidence_comes_back_from_json_as_it_was() -> None:
    evidence = Evidence("why", ((0, 3),), ("span",), {"seconds": 1.5}, text="answer")
    assert Evidence.from_json(json.loads(json.dumps(evidence.to_json()))) == evidence


def test_evidence_without_a_text_is_about_the_users_message() -> None:
    assert Evidence.from_json({"reason": "why"}) == Evidence("why")
