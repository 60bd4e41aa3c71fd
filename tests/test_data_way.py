"""The data's way, from one decorated call to one line that a trainer reads. Read this first."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import tacit

from feedback.datasets import Definition, copy_files
from feedback.flywheel.exporting import build_export
from tests.conftest import Server

QUESTION = "How do I get my money back for the blue jacket?"
ANSWER = "Send it back within 30 days and we refund it to your card."


@pytest.mark.usefixtures("sdk")
def test_one_decorated_call_becomes_one_exported_line(server: Server, tmp_path: Path) -> None:
    # An app's function runs under the decorator, and its user gives a thumb up.
    @tacit.observe
    def answer(message: str) -> Iterator[str]:
        assert message == QUESTION
        yield ANSWER[:10]
        yield ANSWER[10:]

    with tacit.conversation(id="refund-1", user_id="anna"):
        assert "".join(answer(QUESTION)) == ANSWER
        tacit.feedback("thumbs", label="up")

    # Its spans came by OTLP and were committed before the exporter was answered.
    assert server.get_json("stats") == {
        "spans": 2,
        "generations": 0,
        "conversations": 0,
        "signals": 0,
        "lag": {
            "reading": pytest.approx(0, abs=30),
            "templates": 0,
            "rollups": 0,
            "feedback": pytest.approx(0, abs=30),
            "signals": 0,
            "satisfaction": 0,
            "failures": 0,
            "ledger": 0,
            "live": 0,
            "observations": 0,
            "drift_days": 0,
            "reprocessing": 0,
            "listening": 0,
        },
    }

    # Celery's stages find them in the store: a model call, a conversation of one turn, a signal.
    server.derive()
    stats = server.get_json("stats")
    assert (stats["generations"], stats["conversations"], stats["signals"]) == (1, 1, 1)
    assert set(stats["lag"].values()) == {0}

    [generation] = server.get_json("generations")["items"]
    assert generation["user_text"] == QUESTION
    assert generation["output_messages"] == [{"role": "assistant", "content": ANSWER}]
    assert (generation["streamed"], generation["outcome"], generation["convention"]) == (True, "completed", "tacit")
    trace = server.get_json(f"traces/{generation['trace_id']}")
    [span] = trace["spans"]
    assert span["name"].endswith("answer")

    conversation = server.get_json("conversations/refund-1")
    assert conversation["user_id"] == "anna"
    [turn] = conversation["turns"]
    assert (turn["user_message"], turn["answer"]["text"]) == (QUESTION, ANSWER)
    [signal] = turn["signals"]
    assert (signal["kind"], signal["label"], signal["polarity"], signal["target"]) == ("thumbs", "up", 1, 0)
    assert signal["span_id"] == generation["span_id"]
    assert server.get_json("signals")["items"] == [signal]

    # People see it on the dashboard.
    assert ANSWER in server.get("/p/default/conversations/refund-1").decode()

    # A trainer gets it as one line of a versioned dataset, and can trace it back.
    with build_export(server.project, Definition("trl-kto")) as built:
        copy_files(built.files, tmp_path)
    [row] = (tmp_path / "train.jsonl").read_text().splitlines()
    assert json.loads(row) == {
        "prompt": [{"role": "user", "content": QUESTION}],
        "completion": [{"role": "assistant", "content": ANSWER}],
        "label": True,
    }
    [provenance] = (tmp_path / "provenance.jsonl").read_text().splitlines()
    assert json.loads(provenance)["span_id"] == generation["span_id"]
    assert json.loads((tmp_path / "manifest.json").read_text())["format"] == "trl-kto"


@pytest.mark.usefixtures("sdk")
def test_running_every_stage_again_changes_nothing(server: Server) -> None:
    @tacit.observe
    def answer(message: str) -> str:
        return message.upper()

    with tacit.conversation(id="twice"):
        answer("the first question of two")
        answer("the second question of two")
        tacit.feedback("thumbs", label="down")
    server.derive()
    before = [server.get_json(path) for path in ("conversations/twice", "signals", "generations", "stats")]
    server.forget_watermarks()
    server.derive()
    assert [server.get_json(path) for path in ("conversations/twice", "signals", "generations", "stats")] == before
