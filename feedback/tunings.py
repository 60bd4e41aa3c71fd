"""What projects say about their detectors, from Django's database and into it."""

from collections.abc import Mapping
from typing import Any, cast

from feedback.detectors.tuning import LongIs, Tuning
from feedback.models import DetectorSetting, Expectation


def load_tuning(project_id: int) -> Tuning:
    """How a project has its detectors work."""
    settings = list(DetectorSetting.objects.filter(project_id=project_id))
    expectation = Expectation.objects.filter(project_id=project_id).first()
    return Tuning(
        off=frozenset(each.kind for each in settings if not each.is_on),
        thresholds={each.kind: each.threshold for each in settings if each.threshold is not None},
        slow_ms=expectation.slow_ms if expectation else None,
        long_is=cast(LongIs, expectation.long_is) if expectation else "neutral",
    )


def set_detector(
    project_id: int, kind: str, *, is_on: bool, threshold: float | None, is_followed: bool = False
) -> None:
    """Turn a detector on or off, and move its threshold (0 to 1); None leaves it to the detector.

    `is_followed`: the threshold was taken from what people said of signals.
    """
    values: Mapping[str, Any] = {"is_on": is_on, "threshold": threshold, "is_followed": is_followed}
    DetectorSetting.objects.update_or_create(project_id=project_id, kind=kind, defaults=values)


def set_expectation(project_id: int, *, slow_ms: int | None, long_is: str) -> None:
    """Say when an answer is slow, and what a long conversation means."""
    values: Mapping[str, Any] = {"slow_ms": slow_ms, "long_is": long_is}
    Expectation.objects.update_or_create(project_id=project_id, defaults=values)


def set_following(project_id: int, *, thresholds_follow: bool) -> None:
    """Say whether thresholds follow what people say of signals by themselves."""
    Expectation.objects.update_or_create(project_id=project_id, defaults={"thresholds_follow": thresholds_follow})


def is_following(project_id: int) -> bool:
    return Expectation.objects.filter(project_id=project_id, thresholds_follow=True).exists()
