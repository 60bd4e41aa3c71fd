"""A conversation, its signals and what people said of it come in; the chat as a page shows it goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from feedback.confirmations import SignalKey
from feedback.detectors.signal import Signal
from feedback.detectors.targets import TargetFinder
from feedback.explicit import Feedback
from feedback.pages.markdown import render_markdown
from feedback.pages.observations import (
    EXPLICIT_KINDS,
    STATE_ORDER,
    Observation,
    State,
    find_state,
    find_worst,
    is_shown,
    observe_signal,
)
from feedback.pages.undertone import is_about_own_answer
from tracing.conversations import Answer, Conversation, Turn

ACTIONS = frozenset({"copy", "edit", "regenerate", "stop", "accept", "share", "rename", "delete"})
ENDED_BY_WORDS = {
    "client": "stopped by the user",
    "app_code": "stopped by the app",
    "timeout": "ended by a time limit",
    "shutdown": "ended by a shutdown",
}
EVALUATORS = {"LLM": "by a model", "CODE": "by a program"}

SENT_CHARACTERS = 4_000
"""A prompt with its documents is longer than all that people say to one another; its span has the rest."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the user's text, marked where a signal points at it."""

    text: str
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """What was said about an answer on purpose, by a person or by an evaluation."""

    title: str
    state: State
    words: str
    source: str = "said on purpose"


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    answer: Answer
    html: str
    ending: str
    """How it ended, in words; empty where it is complete."""
    observations: tuple[Observation, ...]
    remarks: tuple[Remark, ...]

    @property
    def is_cut(self) -> bool:
        return self.answer.outcome in ("stopped", "truncated")

    @property
    def steps(self) -> int:
        """How many calls before it asked for tools, in traces of their own."""
        return len(self.answer.steps)

    @property
    def tokens(self) -> int | None:
        return self.answer.output_tokens


@dataclass(frozen=True, slots=True)
class ShownTurn:
    index: int
    pieces: tuple[Piece, ...]
    observations: tuple[Observation, ...]
    """What the user's message says about the answer before it."""
    answer: ShownAnswer
    replaced: tuple[ShownAnswer, ...]
    selected: bool
    sent: str = ""
    """The beginning of the message that the model got, where that is more than the user's own words."""
    sent_left_out: int = 0
    """Characters of it that are not shown."""
    goes_on_from: int | None = None
    """Number of the turn that it goes on from, where an earlier message was edited."""
    missed_key: str = ""
    """The turn as one word for the form that says what was missed in it; empty where its message cannot be feedback."""
    is_left: bool = False
    """Whether an earlier message was edited after it, so that the conversation went on without it."""

    @property
    def number(self) -> int:
        return self.index + 1

    @property
    def start_ns(self) -> int:
        """When the user had sent the message: the first answer to it began."""
        return (*self.replaced, self.answer)[0].answer.start_time_ns


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything that was heard in one conversation."""

    conversation_id: str
    signals: Sequence[Signal]
    feedback: Sequence[Feedback]
    titles: Mapping[str, str]


def show_turns(conversation: Conversation, heard: Heard, selected: int) -> tuple[ShownTurn, ...]:
    """Return every turn with its signals pinned; `selected` is the turn whose spans are shown."""
    remarks = read_remarks(conversation, heard.feedback)
    signals: dict[int, list[Signal]] = {}
    for signal in heard.signals:
        signals.setdefault(signal.turn_index, []).append(signal)
    left = conversation.list_left()
    return tuple(
        replace(
            show_turn(turn, replace(heard, signals=signals.get(turn.index, ())), remarks, turn.index == selected),
            is_left=turn.index in left,
        )
        for turn in conversation.turns
    )


def select_turn(turn_count: int, signals: Sequence[Signal], asked: str) -> int:
    """Return the index of the turn asked for (from 1, as people count), else the first about which something
    went wrong, else the last."""
    if asked.isdecimal() and len(asked) < 9 and 1 <= int(asked) <= turn_count:
        return int(asked) - 1
    wrong = [
        signal.turn_index if signal.target is None else signal.target
        for signal in signals
        if signal.stands and signal.polarity < 0
    ]
    return min((index for index in wrong if 0 <= index < turn_count), default=turn_count - 1)


def shorten_words(text: str, length: int) -> str:
    """Return the first words of a text, on one line, in at most `length` characters.

    >>> shorten_words("how do I\\nget my money back", 12)
    'how do I…'
    """
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def show_turn(turn: Turn, heard: Heard, remarks: Mapping[tuple[int, int], list[Remark]], selected: bool) -> ShownTurn:
    own = [signal for signal in heard.signals if is_shown(signal) or (signal.is_rejected and signal.polarity != 0)]
    about_before = [signal for signal in own if not is_about_own_answer(signal)]
    answers = [
        show_answer(
            answer,
            [signal for signal in own if is_about_own_answer(signal) and is_about(signal, turn, answer)],
            remarks.get((turn.index, attempt), []),
            heard,
        )
        for attempt, answer in enumerate(turn.answers)
    ]
    return ShownTurn(
        index=turn.index,
        pieces=tuple(mark_text(turn.user_text, [signal for signal in own if not signal.is_rejected])),
        observations=observe_all(about_before, heard),
        answer=answers[-1],
        replaced=tuple(answers[:-1]),
        selected=selected,
        sent=turn.sent_text[:SENT_CHARACTERS],
        sent_left_out=max(0, len(turn.sent_text) - SENT_CHARACTERS),
        missed_key=SignalKey(heard.conversation_id, turn.index, "").encode() if turn.index and turn.user_text else "",
        goes_on_from=None if turn.follows is None else turn.follows + 1,
    )


def is_about(signal: Signal, turn: Turn, answer: Answer) -> bool:
    """Whether it is about this answer of the turn; where none is named, it is about the one that stayed."""
    named = any(signal.span_id == each.span_id for each in turn.answers)
    return signal.span_id == answer.span_id if named else answer is turn.answer


def show_answer(answer: Answer, signals: Sequence[Signal], remarks: Sequence[Remark], heard: Heard) -> ShownAnswer:
    implicit = [signal for signal in signals if signal.kind not in EXPLICIT_KINDS]
    return ShownAnswer(
        answer=answer,
        html=render_markdown(answer.text),
        ending=describe_ending(answer),
        observations=observe_all(implicit, heard),
        remarks=tuple(remarks),
    )


def observe_all(signals: Sequence[Signal], heard: Heard) -> tuple[Observation, ...]:
    """As they are shown, the worst first and at the end what people rejected."""
    ordered = sorted(
        signals, key=lambda each: (each.is_rejected, STATE_ORDER[find_state(each)], -each.score, each.kind)
    )
    return tuple(observe_signal(signal, heard.titles, heard.conversation_id) for signal in ordered)


def describe_ending(answer: Answer) -> str:
    """Return how an answer ended where it did not end by itself."""
    if answer.outcome == "stopped":
        ended = ENDED_BY_WORDS.get(answer.ended_by, "stopped, by whom is not known,")
        return f"{ended} after {len(answer.text):,} characters"
    if answer.outcome == "truncated":
        return f"cut off at the length limit after {len(answer.text):,} characters"
    if answer.outcome == "error":
        return f"failed with {answer.error_type}" if answer.error_type else "failed"
    return ""


def read_remarks(conversation: Conversation, feedback: Sequence[Feedback]) -> dict[tuple[int, int], list[Remark]]:
    """Return what was said, by (turn, attempt). People's actions are left out: they are shown as signals."""
    finder = TargetFinder(conversation)
    remarks: dict[tuple[int, int], list[Remark]] = {}
    for each in sorted(feedback, key=lambda each: (each.time_ns, each.identifier)):
        target = finder.find(each)
        if target is not None and not (each.annotator_kind == "HUMAN" and each.name in ACTIONS):
            remarks.setdefault(target.key, []).append(describe_feedback(each))
    return remarks


def describe_feedback(feedback: Feedback) -> Remark:
    words = " · ".join(part for part in (feedback.explanation, feedback.correction) if part)
    if feedback.annotator_kind != "HUMAN":
        return describe_evaluation(feedback, words)
    if feedback.name == "thumbs":
        up = feedback.label == "up" if feedback.label else (feedback.score or 0) >= 0.5
        return Remark("Thumb up" if up else "Thumb down", "good" if up else "bad", words)
    value = feedback.label or ("" if feedback.score is None else f"{feedback.score:g}")
    title = feedback.name.replace("_", " ").capitalize()
    return Remark(f"{title}: {value}" if value else title, "unsure", words)


def describe_evaluation(feedback: Feedback, words: str) -> Remark:
    """Return a model's or a program's finding, with who found it; what its scale means is not known."""
    score = "" if feedback.score is None else f"{feedback.score:g}"
    value = ", ".join(part for part in (feedback.label, score) if part)
    title = feedback.name.replace("_", " ")
    who = EVALUATORS.get(feedback.annotator_kind, "by an evaluation")
    return Remark(f"{title}: {value} · {who}" if value else f"{title} · {who}", "unsure", words, f"an evaluation {who}")


def mark_text(text: str, signals: Sequence[Signal]) -> list[Piece]:
    """Cut the user's text at the offsets that signals point at; where they overlap, the worse state shows."""
    pointing = [
        (start, min(end, len(text)), find_state(signal))
        for signal in signals
        if signal.evidence.text == "user"
        for start, end in signal.evidence.offsets
        if 0 <= start < min(end, len(text))
    ]
    cuts = sorted({0, len(text), *(start for start, _, _ in pointing), *(end for _, end, _ in pointing)})
    pieces = []
    for start, end in pairwise(cuts):
        worst = find_worst([state for first, last, state in pointing if first <= start and end <= last])
        pieces.append(Piece(text[start:end], worst))
    return pieces
