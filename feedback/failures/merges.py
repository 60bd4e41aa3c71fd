"""Numbers of failure modes that became part of others come in, those of the modes in which they ended go out."""

from collections.abc import Mapping

from feedback.models import FailureMode


def load_merges(project_id: int) -> dict[int, int]:
    """By the number of a mode that was merged, that of the one which it became part of."""
    merged = FailureMode.objects.filter(project_id=project_id).exclude(merged_into=None)
    return dict(merged.values_list("number", "merged_into__number"))


def follow_merges(merges: Mapping[int, int], number: int) -> int:
    """
    >>> follow_merges({4: 3, 3: 1}, 4), follow_merges({4: 3}, 2)
    (1, 2)
    """
    while number in merges:
        number = merges[number]
    return number
