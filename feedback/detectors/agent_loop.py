"""The agent went in circles: uses of tools in, signals out.

The same call with the same arguments and the same result again, or a round of calls that repeats. Polling, whose
results change, and paging, whose arguments change, are none; nor is looking again after something new was done.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.tool_results import judge_result
from feedback.detectors.tool_uses import ToolUse, list_used

KIND = "agent_loop"
VERSION = "2"
LEAST = 3
"""So often the same call with the same result is a loop."""
LEAST_FAILED = 2
"""So often where it fails each time: what failed once may be tried again once."""
LEAST_ROUNDS = 3
LONGEST_ROUND = 4


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer on the way to which the agent repeated itself."""
    for target, uses in list_used(material):
        if len(uses) > 1 and (found := find_repeated(uses) or find_round(uses)):
            yield pin(target, *found)


def find_repeated(uses: Sequence[ToolUse]) -> tuple[list[ToolUse], str] | None:
    """The uses that are the same in everything, the most frequent ones."""
    counts = Counter((use.key, use.result) for use in uses)
    (key, result), count = counts.most_common(1)[0]
    same = [use for use in uses if (use.key, use.result) == (key, result)]
    failed = judge_result(same[0])[0] in ("error", "timeout")
    known = result is not None or same[0].run is not None
    if not known or count <= (LEAST_FAILED if failed else LEAST - 1):
        return None
    if not failed and count_new_between(uses, same) >= count - 1:
        return None
    came = "failed each time" if failed else "gave the same each time"
    return same, f"the tool {same[0].name} was used {count} times with the same arguments, and {came}"


def count_new_between(uses: Sequence[ToolUse], same: Sequence[ToolUse]) -> int:
    """How many other uses stand between the first and the last of these, each different from all others."""
    at = [index for index, use in enumerate(uses) if any(use is each for each in same)]
    known = {(use.key, use.result) for use in (*uses[: at[0]], same[0])}
    return len({(use.key, use.result) for use in uses[at[0] : at[-1]]} - known)


def find_round(uses: Sequence[ToolUse]) -> tuple[list[ToolUse], str] | None:
    """A row of different uses that came round, results and all."""
    keys = [(use.key, use.result) for use in uses]
    for length in range(2, LONGEST_ROUND + 1):
        for start in range(len(keys) - length * LEAST_ROUNDS + 1):
            row = keys[start : start + length]
            end = start + length * LEAST_ROUNDS
            if len(set(row)) > 1 and keys[start:end] == row * LEAST_ROUNDS:
                names = ", ".join(use.name for use in uses[start : start + length])
                return list(uses[start:end]), f"the tools {names} were used in the same round {LEAST_ROUNDS} times"
    return None


def pin(target: Target, same: Sequence[ToolUse], reason: str) -> Signal:
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        score=min(0.99, 0.6 + 0.1 * len(same)),
        confidence=0.8,
        polarity=-1,
        evidence=Evidence(
            reason=reason,
            span_ids=tuple(dict.fromkeys(use.span_id for use in same if use.span_id)),
            numbers={"uses": float(len(same))},
        ),
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Agent went in circles",
    what="The agent did the same again and again, and nothing came of it.",
    detect=detect,
)
