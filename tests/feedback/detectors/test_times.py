import pytest

from feedback.detectors.times import describe_seconds


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (3.52, "3.5 s"),
        (37, "37 s"),
        (119, "119 s"),
        (600, "10 min"),
        (9_000, "2 h"),
        (4e5, "5 days"),
    ],
)
def test_durations_are_written_for_people(seconds: float, words: str) -> None:
    assert describe_seconds(seconds) == words
