"""What selections choose from dialogues of tests, and feedback of any kind about their answers."""

from dataclasses import replace
from typing import Any

from feedback.datasets.labels.pairs import PAIRS
from feedback.datasets.labels.selection import Selection
from feedback.datasets.record import Drop, Record
from feedback.detectors.signal import Confirmation
from feedback.explicit import Feedback
from tests.feedback.datasets.dialogue import SECOND_NS, Dialogue
from tracing.generations import Message


def tell(dialogue: Dialogue, turn: int, name: str, attempt: int = -1, **fields: Any) -> Dialogue:
    """Feedback about an answer, told when the whole conversation was over."""
    answer = dialogue.turns[turn].answers[attempt]
    given = {
        "project_id": 1,
        "identifier": f"{dialogue.id}-told{len(dialogue.feedback)}",
        "name": name,
        "time_ns": dialogue.turns[-1].answer.end_time_ns + SECOND_NS * (1 + len(dialogue.feedback)),
        "trace_id": answer.trace_id,
        "span_id": answer.span_id,
    }
    dialogue.feedback.append(Feedback(**{**given, **fields}))
    return dialogue


def edit(dialogue: Dialogue, turn: int, text: str, attempt: int = -1, **metadata: Any) -> Dialogue:
    return tell(dialogue, turn, "edit", attempt, correction=text, metadata=metadata)


def confirm(dialogue: Dialogue) -> Dialogue:
    """A person says that the last signal is right."""
    dialogue.signals[-1] = replace(dialogue.signals[-1], confirmation=Confirmation("confirmed", "ann", 1))
    return dialogue


def react(dialogue: Dialogue, kind: str, **fields: Any) -> Dialogue:
    """The last message is heard as a reaction to the answer before it."""
    last = dialogue.turns[-1].index
    dialogue.notice(last - 1, kind, **fields)
    dialogue.signals[-1] = replace(dialogue.signals[-1], turn_index=last)
    return dialogue


def go_on_from(dialogue: Dialogue, attempt: int, user_text: str, *attempts: str) -> Dialogue:
    """The user goes on from one version of the last answer, as the history tells that is sent."""
    last = dialogue.turns[-1]
    sent = (Message("user", last.user_text), Message("assistant", last.answers[attempt].text))
    return dialogue.ask(user_text, *attempts, input_messages=(*sent, Message("user", user_text)))


def select(selection: Selection, *dialogues: Dialogue) -> tuple[list[Record], dict[str, int]]:
    """The records that are selected, and how many are not for which reason."""
    records, reasons = [], dict[str, int]()
    for dialogue in dialogues:
        for each in selection.select(dialogue.finish()):
            if isinstance(each, Drop):
                reasons[each.reason.code] = reasons.get(each.reason.code, 0) + 1
            else:
                records.append(each)
    return records, reasons


def read_pairs(*dialogues: Dialogue) -> list[tuple[str, str]]:
    """Chosen and rejected of each pair."""
    return [(each.completion[0].content, each.rejected[0].content) for each in select(PAIRS, *dialogues)[0]]


def find_pair(dialogue: Dialogue) -> Record:
    """The only pair that a dialogue gives."""
    (record,) = select(PAIRS, dialogue)[0]
    return record


def assert_no_pair(dialogue: Dialogue, *reasons: str) -> None:
    records, found = select(PAIRS, dialogue)
    assert [(each.completion, each.rejected) for each in records] == []
    assert [reason for reason in found if reason != "no_other_answer"] == list(reasons)
