"""The demo's agent shows a newcomer what goes wrong with agents, and mostly what goes well."""

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from feedback.derivation import derive_signals
from tests.conftest import Server
from tracing.demo.agent import TOOLS
from tracing.demo.dialogues import load_dialogues
from tracing.derivation import read_changed_traces

ROOT = Path(__file__).parents[2]
DIALOGUES = [dialogue for dialogue in load_dialogues() if dialogue.app == "order-desk"]


@pytest.fixture
def heard(server: Server) -> Server:
    """A server that has taken the demo in, and heard what its agent did."""
    command = [sys.executable, "-m", "tracing.demo.replay", "--endpoint", server.url]
    environment = {name: value for name, value in os.environ.items() if name != "TACIT_DEMO_KEY"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=60)
    while read_changed_traces(server.store):
        pass
    derive_signals(server.store, [(server.project.pk, dialogue.conversation_id) for dialogue in DIALOGUES])
    return server


def list_signals(server: Server) -> dict[str, list[dict[str, Any]]]:
    """Those that fired on the agent's conversations, by kind."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for signal in server.get_json("signals?service_name=order-desk&fired=true&limit=500")["items"]:
        found[signal["kind"]].append(signal)
    return found


def test_the_demos_agent_shows_each_way_in_which_agents_go_wrong(heard: Server) -> None:
    signals = list_signals(heard)
    labels = {kind: {each["label"] for each in found} for kind, found in signals.items()}
    assert labels["tool_failure"] == {"error", "timeout"}
    assert {each["score"] for each in signals["tool_failure"]} == {0.6, 0.95}  # mended, and left as it was
    assert labels["tool_misuse"] == {"arguments", "undeclared"}
    assert len(signals["agent_loop"]) == 2
    assert labels["false_success"] == {"", "not_used"}
    assert "unsupported" not in signals


def test_most_of_its_tasks_go_well_one_is_much_slower_and_all_that_is_known_of_them_is_there(heard: Server) -> None:
    figures = heard.get_json("tasks/figures")
    asked = [call for each in DIALOGUES for turn in each.turns for step in turn.steps for call in step]
    assert figures["tasks"] == sum(bool(turn.steps) for each in DIALOGUES for turn in each.turns) == figures["priced"]
    assert figures["tool_uses"] == len(asked)
    assert {tool["name"] for tool in figures["tools"]} - {tool["name"] for tool in TOOLS} == {"cancel_order"}
    assert 0.05 < figures["failed"] / figures["tasks"] < 0.45
    assert 1_000 < figures["duration_ms"]["median"] < 10_000 < figures["duration_ms"]["p95"]
    slow = heard.get_json("tasks?q=latency%3E60s")["items"]
    assert [task["conversation_id"] for task in slow] == ["orders-019"]
