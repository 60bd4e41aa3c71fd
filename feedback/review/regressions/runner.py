"""The next release against failures that reviewers verified: an endpoint of a model comes in, which of them came back
goes out.

    OPENAI_BASE_URL=http://127.0.0.1:8000/v1 MODEL=my-model pytest test_regressions.py

Any endpoint that speaks OpenAI's chat completions will do. `OPENAI_API_KEY` is sent where it is set.
`SYSTEM_PROMPT_FILE` names a file with system instructions to try instead of those of then, `SAMPLES` says how often
each question is asked (1), `PASS_SHARE` which share of the answers has to pass (1), `TEMPERATURE` goes out where it is
set.
Beside this file stand `cases.jsonl` and `checks.py`; nothing but pytest has to be installed.
"""

import importlib.util
import json
import os
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
TIMEOUT_SECONDS = 120
TRIES = 4
LONGEST_WAIT_SECONDS = 30.0
BUSY = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
SHOWN_CHARACTERS = 1_500
Case = Mapping[str, Any]


def load_checks() -> ModuleType:
    """`checks.py` beside this file, whatever else is called so."""
    spec = importlib.util.spec_from_file_location("tacit_regression_checks", HERE / "checks.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{HERE / 'checks.py'} is missing; it came with the cases.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


checks = load_checks()


def read_cases() -> list[Case]:
    with (HERE / "cases.jsonl").open(encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    if not cases:
        raise ValueError(f"{HERE / 'cases.jsonl'} holds no case: a release would pass for nothing.")
    return cases


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", cases := read_cases(), ids=[each["id"] for each in cases])


class Returned:
    """Which failure modes came back; it says so where pytest sums up."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self.asked:
            return
        terminalreporter.section("failure modes")
        for title, asked in sorted(self.asked.items()):
            failed = self.failed[title]
            told = f"CAME BACK in {failed} of {asked} cases" if failed else f"did not come back ({asked} cases)"
            terminalreporter.write_line(f"- {checks.make_plain(title)}: {told}")


@pytest.fixture(scope="module")
def returned(request: pytest.FixtureRequest) -> Returned:
    found = Returned()
    request.config.pluginmanager.register(found)
    return found


@pytest.fixture(scope="module")
def endpoint() -> str:
    if not os.environ.get("OPENAI_BASE_URL") or not os.environ.get("MODEL"):
        pytest.skip("Set OPENAI_BASE_URL and MODEL to the endpoint that is to be tested.")
    base = os.environ["OPENAI_BASE_URL"].rstrip("/")
    if not base.startswith(("http://", "https://")):
        pytest.fail(f"OPENAI_BASE_URL begins with http:// or https://, not as {base!r}.", pytrace=False)
    return f"{base}/chat/completions"


def test_failure_did_not_come_back(case: Case, endpoint: str, returned: Returned) -> None:
    samples, share = max(1, int(os.environ.get("SAMPLES", "1"))), float(os.environ.get("PASS_SHARE", "1"))
    answers = [ask(endpoint, case) for _ in range(samples)]
    faults = [checks.judge(case, answer) for answer in answers]
    passed = sum(not each for each in faults)
    has_come_back = passed < share * samples
    returned.asked[case["failure"]] += 1
    returned.failed[case["failure"]] += has_come_back
    if has_come_back:
        pytest.fail(tell_failure(case, answers, faults), pytrace=False)


def tell_failure(case: Case, answers: list[str], faults: list[list[str]]) -> str:
    """Of the first answer that did not pass."""
    at = next((place for place, each in enumerate(faults) if each), 0)
    passed = sum(not each for each in faults)
    lines = [f"The failure mode “{case['failure']}” came back: {passed} of {len(answers)} answers passed."]
    lines += [f"- {fault}" for fault in faults[at]]
    lines += [f"Why the case is there: {case['why']}", f"The answer: {shorten(answers[at])}"]
    return "\n".join(map(checks.make_plain, [*lines, f"The answer of then: {shorten(case['bad_answer'])}"]))


def shorten(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + " …"


def ask(endpoint: str, case: Case) -> str:
    """The model's answer to the case, in words; empty where it called a tool instead."""
    body: dict[str, Any] = {"model": os.environ["MODEL"], "messages": list_messages(case)}
    if case["tools"]:
        body |= {"tools": case["tools"], "tool_choice": "none"}
    if temperature := os.environ.get("TEMPERATURE"):
        body["temperature"] = float(temperature)
    told = post(endpoint, body)
    try:
        content = told["choices"][0]["message"].get("content")
    except (KeyError, IndexError, TypeError, AttributeError):
        pytest.fail(f"{endpoint} answered no chat completion: {shorten(json.dumps(told))}", pytrace=False)
    if isinstance(content, list):
        content = "".join(part.get("text") or "" for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def list_messages(case: Case) -> list[Mapping[str, Any]]:
    """The messages of then, under the instructions that are to be tried."""
    path = os.environ.get("SYSTEM_PROMPT_FILE")
    if not path:
        return list(case["messages"])
    instructions = {"role": "system", "content": Path(path).read_text(encoding="utf-8")}
    return [instructions, *(each for each in case["messages"] if each["role"] != "system")]


def post(endpoint: str, body: Mapping[str, Any]) -> Any:
    """What the endpoint answers; a busy one is asked again."""
    key = os.environ.get("OPENAI_API_KEY", "")
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    asked = urllib.request.Request(endpoint, json.dumps(body).encode(), headers)  # noqa: S310 - of http alone, see `endpoint`
    for attempt in range(1, TRIES + 1):
        try:
            with urllib.request.urlopen(asked, timeout=TIMEOUT_SECONDS) as answered:  # noqa: S310
                return json.loads(answered.read())
        except urllib.error.HTTPError as error:
            told = checks.make_plain(
                f"{endpoint} answered {error.code}: {shorten(error.read().decode('utf-8', 'replace'))}"
            )
            if error.code not in BUSY or attempt == TRIES:
                pytest.fail(told, pytrace=False)
            time.sleep(find_wait(error.headers.get("Retry-After", ""), attempt))
        except OSError as error:
            if attempt == TRIES:
                pytest.fail(f"{endpoint} cannot be reached: {error}", pytrace=False)
            time.sleep(find_wait("", attempt))
        except ValueError as error:
            pytest.fail(f"{endpoint} answered no JSON: {error}", pytrace=False)
    raise AssertionError


def find_wait(told: str, attempt: int) -> float:
    """Seconds until the next try: as the endpoint says, else longer each time."""
    try:
        return max(0.0, min(LONGEST_WAIT_SECONDS, float(told)))
    except ValueError:
        return min(LONGEST_WAIT_SECONDS, 0.5 * float(1 << attempt))
