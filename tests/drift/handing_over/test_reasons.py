import pytest

from drift.handing_over.reasons import REASONS, Heard, find_first, find_reason
from feedback.detectors import DETECTORS


def hear(**times: list[int]) -> dict[str, list[Heard]]:
    return {kind: [Heard(time, time // 10) for time in each] for kind, each in times.items()}


def test_every_reason_is_something_that_is_listened_for() -> None:
    assert {reason.kind for reason in REASONS} <= {detector.kind for detector in DETECTORS}


@pytest.mark.parametrize(
    ("heard", "reason"),
    [
        (hear(request_human=[90]), "asks_for_person"),
        (hear(sentiment=[90]), "anger"),
        (hear(rephrase=[10, 20, 90]), "third_rephrase"),
        (hear(refusal=[10, 90]), "repeated_refusal"),
        (hear(rephrase=[10, 20, 90], sentiment=[90]), "anger"),
        (hear(rephrase=[20, 90]), None),
        (hear(refusal=[90]), None),
        (hear(rephrase=[10, 20, 30]), None),
        (hear(request_human=[10]), None),
        ({}, None),
    ],
)
def test_the_most_urgent_reason_that_is_new_is_told(heard: dict[str, list[Heard]], reason: str | None) -> None:
    found = find_reason(heard, [], since_ns=50)
    assert (found.reason.name if found else None) == reason
    assert found is None or found.heard == Heard(90, 9)


def test_only_what_a_rule_chose_counts() -> None:
    heard = hear(request_human=[90], refusal=[80, 90])
    found = find_reason(heard, ["repeated_refusal", "anger"], since_ns=50)
    assert found is not None
    assert found.reason.name == "repeated_refusal"
    assert find_reason(heard, ["anger"], since_ns=50) is None


def test_looking_back_the_first_reason_is_told_when_it_was_given() -> None:
    found = find_first(hear(request_human=[90], rephrase=[10, 20, 30, 95]), [])
    assert found is not None
    assert (found.reason.name, found.heard.time_ns) == ("third_rephrase", 30)
    assert find_first(hear(rephrase=[10, 20]), []) is None
