"""What an alarm of drift rests on comes in; what a card says of it at a glance goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drift.pages.alarms import CAUSES, FamilyBar, draw_families, read_causes

CAUSES_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Evidence:
    families: tuple[FamilyBar, ...]
    causes: str
    """The likeliest in words, with how likely each is."""


def show_evidence(families: Mapping[str, float], causes: Sequence[Mapping[str, Any]]) -> Evidence:
    """
    >>> show_evidence({}, [{"cause": "users", "share": 0.71}]).causes
    'Users changed (71 %)'
    """
    likely = sorted(read_causes(causes), key=lambda cause: -cause.share)[:CAUSES_SHOWN]
    told = " · ".join(f"{CAUSES.get(cause.name, cause.name)} ({100 * cause.share:.0f} %)" for cause in likely)
    return Evidence(draw_families(families), told)
