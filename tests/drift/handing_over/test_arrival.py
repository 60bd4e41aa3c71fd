"""From the OTLP request of a turn to the call of a webhook, through every stage in between."""

import json
from datetime import UTC, datetime
from typing import Any

from pytest_django import Settings

from drift.delivering.queue import run_deliveries
from tests.conftest import Server
from tests.drift.channels.conftest import SECRET, Hook, hook
from tests.drift.handing_over.test_deriving import ASKS, CALM, make_rule
from tests.tracing.otlp import make_request, make_span
from tests.tracing.sending import send

__all__ = ["hook"]


def tell(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def send_turn(server: Server, number: int, turns: list[tuple[str, str]]) -> None:
    *before, (question, answer) = turns
    said = [line for asked, told in before for line in (tell("user", asked), tell("assistant", told))]
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.conversation.id": "c-17",
        "user.id": "u-4",
        "gen_ai.input.messages": json.dumps([*said, tell("user", question)]),
        "gen_ai.output.messages": json.dumps([tell("assistant", answer)]),
    }
    request = make_request(make_span(1, trace=number, attributes=attributes))
    assert send(server, request.SerializeToString()).status == 200


def test_who_asks_for_a_person_in_a_call_that_came_is_handed_over(
    server: Server, hook: Hook, settings: Settings
) -> None:
    settings.WEBHOOK_NETWORKS = "127.0.0.0/8"
    make_rule(server.project, hook)
    send_turn(server, 1, [CALM])
    server.derive()
    assert run_deliveries(datetime.now(UTC)) == 0
    send_turn(server, 2, ASKS)
    server.derive()
    assert run_deliveries(datetime.now(UTC)) == 1
    told = json.loads(hook.bodies[0])
    assert (told["type"], told["conversation_id"], told["user_id"]) == ("hand_over", "c-17", "u-4")
    assert (told["reason"], told["turn_index"]) == ("asks_for_person", 1)
    assert SECRET not in hook.bodies[0].decode()
