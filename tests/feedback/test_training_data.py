"""From an app that says who its users are and what they agreed to, to the rows that a trainer gets."""

import json

import pytest
import tacit

from feedback.datasets import Definition
from feedback.flywheel.exporting import build_export
from tests.conftest import Server

MAIL = "jane@mailbox.dk"


@tacit.observe
def answer(message: str) -> str:
    return "Thanks, Jane! I write to jane@mailbox.dk." if "Jane" in message else f"About {message} I know little."


def talk(number: int, message: str, **metadata: object) -> None:
    with tacit.conversation(id=f"c{number}", user_id=f"u{number}", metadata=metadata or None):
        answer(message)
        tacit.feedback("thumbs", label="up")


def export(server: Server, **options: object) -> tuple[dict[str, dict[str, object]], dict[str, int]]:
    """The rows by conversation, and which conversations were refused."""
    with build_export(server.project, Definition("trl-kto", **options)) as built:  # type: ignore[arg-type]
        rows = [json.loads(line) for line in built.files["train.jsonl"].read_text().splitlines()]
        origins = [json.loads(line) for line in built.files["provenance.jsonl"].read_text().splitlines()]
        told = {origin["conversation_id"]: row for origin, row in zip(origins, rows, strict=True)}
        return told, built.manifest["funnel"]["gate"]["dropped"]


@pytest.mark.usefixtures("sdk")
def test_metadata_of_a_conversation_say_who_agreed_and_who_its_user_is(server: Server) -> None:
    talk(0, "lamps")
    talk(1, "tables", training_consent="no")
    talk(2, f"I am reached at {MAIL}, greetings from Jane", training_consent="yes", user_name="Jane Roe")
    server.derive()
    rows, refused = export(server)
    assert rows.keys() == {"c0", "c2"}
    assert refused == {"consent_refused": 1}
    assert rows["c2"]["prompt"] == [
        {"role": "user", "content": "I am reached at <EMAIL_1>, greetings from <NAME_1>"},
    ]
    assert rows["c2"]["completion"] == [{"role": "assistant", "content": "Thanks, <NAME_1>! I write to <EMAIL_1>."}]

    rows, refused = export(server, consent="only_given")
    assert rows.keys() == {"c2"}
    assert refused == {"consent_refused": 1, "consent_unknown": 1}


@pytest.mark.usefixtures("sdk")
def test_a_word_said_later_in_a_conversation_counts(server: Server) -> None:
    talk(0, "lamps", training_consent="yes")
    talk(0, "tables", training_consent="no")
    server.derive()
    assert export(server)[0] == {}
