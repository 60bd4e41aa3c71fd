"""The kinds of rules, one file each, in the order in which people choose."""

from collections.abc import Mapping

from drift.alerting.rules import change, conversation, drift, failure_mode, stage, threshold
from drift.alerting.rules.kind import RuleKind

KINDS: tuple[RuleKind, ...] = (
    threshold.KIND,
    drift.KIND,
    change.KIND,
    failure_mode.KIND,
    conversation.KIND,
    stage.KIND,
)
BY_NAME: Mapping[str, RuleKind] = {kind.name: kind for kind in KINDS}


def find_kind(name: str) -> RuleKind:
    return BY_NAME[name]
