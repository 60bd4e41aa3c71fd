"""`docs/webhooks.md` says what really comes."""

import json
import re
from pathlib import Path

from drift.channels import verification
from drift.channels.webhook import describe
from drift.handing_over.deriving import describe as describe_hand_over
from drift.handing_over.reasons import REASONS, Found, Heard
from drift.handing_over.records import LiveConversation
from tests.drift.channels.conftest import write_message

DOCUMENT = (Path(__file__).parents[3] / "docs/webhooks.md").read_text()
SAMPLES = [json.loads(each) for each in re.findall(r"^```json\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)]


def test_the_code_to_copy_is_the_one_that_is_tested() -> None:
    [code] = re.findall(r"^```python\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert code == Path(verification.__file__).read_text()


def test_samples_have_the_fields_that_come() -> None:
    alert, hand_over = SAMPLES
    usual = {"version", "id", "type", *describe(write_message())}
    found = Found(REASONS[0], Heard(0, 3))
    facts = describe_hand_over(LiveConversation("c-17", "u-4", "support", "production"), found)
    assert alert.keys() == usual
    assert hand_over.keys() == usual | facts.keys()
    assert {name: hand_over[name] for name in facts} == facts


def test_every_reason_has_its_line() -> None:
    assert re.findall(r"^\| `(\w+)` \| (?:the|a) ", DOCUMENT, re.MULTILINE)[-len(REASONS) :] == [
        reason.name for reason in REASONS
    ]
