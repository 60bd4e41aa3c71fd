"""Was an answer asked again by a program or by a person? Two answers to the same message come in, the verdict goes out.

A program asks again sooner than anybody reads, in the same run of the app, after a failure, or after its own time limit
cut the answer. A person reads at 200 to 300 words a minute but may dislike the first line, so two seconds are enough.
"""

from collections.abc import Sequence

from feedback.detectors.times import MACHINE_GAP_SECONDS, measure_gap
from tracing.conversations import Answer

APP_ENDS = frozenset({"app_code", "timeout", "shutdown"})
"""Endings of an answer that no reader chose."""
SAME_RUN_SECONDS = 15.0
"""Within one trace the app asks again after a check, or a pause that grows; a person's wish is a request of its own."""
BACKOFF_SECONDS = 10.0
"""A client asks again so soon after it gave up."""
LIMITS_SECONDS = (3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 45, 60, 90, 100, 120, 180, 240, 300, 600)
"""Limits that clients are given; they end an answer at such a time or just after."""
LIMIT_SLACK_SECONDS = 0.12


def is_retry(answer: Answer, later: Answer) -> bool:
    """Whether a program asked again, not a person."""
    gap = measure_gap(answer, later)
    if gap is None or gap < MACHINE_GAP_SECONDS or answer.ended_by in APP_ENDS:
        return True
    if answer.trace_id and answer.trace_id == later.trace_id and gap < SAME_RUN_SECONDS:
        return True
    return is_cut(answer) and gap < BACKOFF_SECONDS


def is_cut(answer: Answer) -> bool:
    """Whether a client's time limit, or the lack of any word, may have ended the answer."""
    return answer.outcome == "stopped" and (not answer.text or is_at_limit(answer))


def is_at_limit(answer: Answer) -> bool:
    seconds = answer.duration_ns / 1e9
    return any(0 <= seconds - limit <= LIMIT_SLACK_SECONDS for limit in LIMITS_SECONDS)


def was_cut_by_client(answers: Sequence[Answer], attempt: int) -> bool:
    """Whether this answer was ended by a limit of the client, which then asked again by itself."""
    answer = answers[attempt]
    if attempt + 1 == len(answers) or not is_at_limit(answer):
        return False
    gap = measure_gap(answer, answers[attempt + 1])
    return gap is not None and 0 <= gap < BACKOFF_SECONDS
