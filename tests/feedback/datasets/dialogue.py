"""Builds labelled conversations for tests: turns, attempts, thumbs, actions and signals in one line each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from feedback.datasets import Context, Definition, LabelledConversation, Source, build_dataset
from feedback.datasets.record import Reviewed
from feedback.detectors.signal import Evidence, Polarity, Signal
from feedback.explicit import Feedback
from tracing.conversations import Answer, Conversation, Turn
from tracing.generations import Generation, Message

SECOND_NS = 10**9


class Dialogue:
    """A conversation that grows. Attempts count from 0; -1 is the answer that stayed."""

    def __init__(self, conversation_id: str = "c1", user_id: str = "u1", start_seconds: int = 1_700_000_000) -> None:
        self.id = conversation_id
        self.user_id = user_id
        self.start_seconds = start_seconds
        self.turns: list[Turn] = []
        self.generations: dict[str, Generation] = {}
        self.signals: list[Signal] = []
        self.feedback: list[Feedback] = []
        self.reviews: list[Reviewed] = []

    def ask(self, user_text: str, *attempts: str | Mapping[str, Any], **generation: Any) -> "Dialogue":
        """Add a turn. An attempt is a text, or fields of an Answer; keywords are fields of its Generation."""
        turn = len(self.turns)
        answers = [self._answer(turn, number, attempt) for number, attempt in enumerate(attempts)]
        self.turns.append(Turn(turn, user_text, answers[-1], tuple(answers[:-1])))
        for answer in answers:
            self.generations[answer.span_id] = self._generation(user_text, answer, generation)
        return self

    def change_generation(self, turn: int, attempt: int, **fields: Any) -> "Dialogue":
        span_id = self.turns[turn].answers[attempt].span_id
        self.generations[span_id] = replace(self.generations[span_id], **fields)
        return self

    def act(self, turn: int, name: str, label: str = "", attempt: int = -1, kind: str = "HUMAN") -> "Dialogue":
        answer = self.turns[turn].answers[attempt]
        self.feedback.append(
            Feedback(
                project_id=1,
                identifier=f"{self.id}-f{len(self.feedback)}",
                name=name,
                label=label,
                annotator_kind=kind,
                time_ns=answer.start_time_ns + SECOND_NS,
                span_id=answer.span_id,
            )
        )
        return self

    def thumb(self, turn: int, label: str, attempt: int = -1) -> "Dialogue":
        return self.act(turn, "thumbs", label, attempt)

    def review(self, turn: int, question: str, *choices: str, better: str = "", **fields: Any) -> "Dialogue":
        """Reviewers are of one mind on something; a better answer is for the answer of the turn."""
        given = {"turn_index": turn, "answer_turn": turn, "better_answer": better, **fields}
        self.reviews.append(Reviewed(question, choices, **given))
        return self

    def notice(
        self,
        turn: int,
        kind: str,
        attempt: int = -1,
        polarity: Polarity = -1,
        *,
        score: float = 0.9,
        fired: bool = True,
        label: str = "",
        confidence: float = 0.8,
    ) -> "Dialogue":
        answer = self.turns[turn].answers[attempt]
        self.signals.append(
            Signal(
                kind=kind,
                label=label,
                turn_index=turn,
                target=turn,
                trace_id=answer.trace_id,
                span_id=answer.span_id,
                score=score,
                confidence=confidence,
                fired=fired,
                polarity=polarity,
                detector=kind,
                version="3",
                evidence=Evidence("a test says so"),
            )
        )
        return self

    def finish(self) -> LabelledConversation:
        conversation = Conversation(1, self.id, tuple(self.turns), user_id=self.user_id)
        return LabelledConversation(
            conversation, self.generations, self.signals, self.feedback, reviews=tuple(self.reviews)
        )

    def _answer(self, turn: int, number: int, attempt: str | Mapping[str, Any]) -> Answer:
        fields = {"text": attempt} if isinstance(attempt, str) else dict(attempt)
        known = {
            "trace_id": f"{self.id}-t{turn}-{number}",
            "span_id": f"{self.id}-s{turn}-{number}",
            "outcome": "completed",
            "ended_by": "",
            "start_time_ns": (self.start_seconds + turn * 60 + number * 10) * SECOND_NS,
            "duration_ns": SECOND_NS,
        }
        return Answer(**{**known, **fields})

    def _generation(self, user_text: str, answer: Answer, fields: Mapping[str, Any]) -> Generation:
        known = {
            "input_messages": (Message("user", user_text),),
            "output_messages": (Message("assistant", answer.text),),
        }
        return Generation(
            project_id=1,
            trace_id=answer.trace_id,
            span_id=answer.span_id,
            parent_span_id="",
            start_time_ns=answer.start_time_ns,
            duration_ns=answer.duration_ns,
            convention="test",
            **{**known, **fields},
        )


SOURCE = Source("demo")


@dataclass(frozen=True)
class Files:
    """The files of a dataset that was built, by name, and its manifest."""

    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]


def build(format_name: str, *dialogues: Dialogue, context: Context | None = None, **chosen: Any) -> Files:
    """Build a dataset; `chosen` is what its definition has beside the format."""
    definition = context.definition if context else Definition(format_name, **chosen)
    conversations = [dialogue.finish() for dialogue in dialogues]
    return build_from(definition, conversations, context=context)


def build_from(definition: Definition, conversations: list[LabelledConversation], **given: Any) -> Files:
    with build_dataset(definition, conversations, **{"source": SOURCE, **given}) as built:
        return Files({name: path.read_bytes() for name, path in built.files.items()}, built.manifest)


def read_rows(dataset: Files) -> list[dict[str, Any]]:
    """Return the rows of both splits, training first."""
    return [*read_lines(dataset, "train.jsonl"), *read_lines(dataset, "validation.jsonl")]


def read_lines(dataset: Files, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in dataset.files[name].split(b"\n") if line]


def read_drops(dataset: Files) -> dict[str, int]:
    """Return how many were dropped for which reason, over all steps."""
    drops: dict[str, int] = {}
    for step in dataset.manifest["funnel"]["steps"]:
        for code, count in step["dropped"].items():
            drops[code] = drops.get(code, 0) + count
    return drops
