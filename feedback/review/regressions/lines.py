"""A case as a line of `cases.jsonl`: what `checks.py`, pytest and Promptfoo read."""

from feedback.datasets.messages import Row
from feedback.review.regressions.case import Case


def write_case(case: Case) -> Row:
    failure = case.failure
    return {
        "id": case.id,
        "failure_mode": failure.mode,
        "failure": failure.title,
        "why": case.why,
        "messages": list(case.messages),
        "tools": list(case.tools),
        "bad_answer": failure.bad_answer,
        "better_answer": failure.better_answer,
        "checks": [dict(check) for check in case.checks],
    }
