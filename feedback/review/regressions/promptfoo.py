"""Cases as tests of Promptfoo: `promptfooconfig.yaml` asks the model for each, `checks.py` judges what it says.

What people said stands in JSON whose braces are escaped, as in the evaluation cases of datasets: no template begins
there, and no address.
"""

import hashlib
import json
from collections.abc import Sequence

from feedback.datasets.evaluation_cases import write_inert
from feedback.datasets.messages import Row
from feedback.review.regressions.case import Case
from feedback.review.regressions.lines import write_case


def write_test(case: Case) -> Row:
    told = write_case(case)
    system = [each for each in told["messages"] if each["role"] == "system"]
    dialogue = [each for each in told["messages"] if each["role"] != "system"]
    asked = {name: told[name] for name in ("failure", "bad_answer", "better_answer", "checks")}
    row = {
        "description": f"Failure mode {case.failure.mode}, case {case.id}",
        "vars": {
            "system": "".join(f"{write_inert(each)}, " for each in system),
            "dialogue": ", ".join(map(write_inert, dialogue)),
            "answer": write_inert(case.failure.bad_answer),
            "case": write_inert(asked),
        },
        "assert": [{"type": "python", "value": "file://checks.py", "metric": f"failure mode {case.failure.mode}"}],
        "metadata": {"case": case.id, "failure_mode": f"{case.failure.mode}"},
    }
    tools = {"tools": f"file://{name_tools(case.tools)}", "tool_choice": "none"}
    return {**row, "options": tools} if case.tools else row


def name_tools(tools: Sequence[Row]) -> str:
    """The file that these tools stand in: of files Promptfoo renders nothing."""
    return f"tools-{hashlib.sha256(json.dumps(tools).encode()).hexdigest()[:10]}.json"
