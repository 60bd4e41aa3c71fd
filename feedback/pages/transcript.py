"""A conversation, its signals and what people said of it come in; the chat as a page shows it goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from feedback.confirmations import SignalKey
from feedback.detectors.signal import Signal
from feedback.explicit import Feedback
from feedback.pages.alternatives import MOST_COMPARED, Alternative, pair_answers
from feedback.pages.markdown import render_markdown
from feedback.pages.marked_text import Piece, mark_text
from feedback.pages.observations import (
    EXPLICIT_KINDS,
    STATE_ORDER,
    Observation,
    find_state,
    is_shown,
    observe_signal,
)
from feedback.pages.remarks import Remark, read_remarks
from feedback.pages.undertone import is_about_own_answer
from feedback.pages.workings import NOTHING, AnswerKey, Workings
from tracing.conversations import Answer, Conversation, Turn
from tracing.texts.stand_ins import count_characters

ENDED_BY_WORDS = {
    "client": "stopped by the user",
    "app_code": "stopped by the app",
    "timeout": "ended by a time limit",
    "shutdown": "ended by a shutdown",
}

SENT_CHARACTERS = 4_000
"""A prompt with its documents is longer than all that people say to one another; its span has the rest."""
LONG_TEXT = 12_000
"""So much of a message or an answer is shown at once."""
LONGEST_TEXT = 60_000
"""So much more of it is folded; its span has the rest."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What is folded of a long text, and how many characters more there are."""

    text: str = ""
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    answer: Answer
    html: str
    ending: str
    """How it ended, in words; empty where it is complete."""
    observations: tuple[Observation, ...]
    remarks: tuple[Remark, ...]
    workings: Workings = NOTHING
    rest: Rest = field(default_factory=Rest)

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
    alternatives: tuple[Alternative[ShownAnswer], ...]
    """Earlier answers that were replaced, oldest first."""
    selected: bool
    rest: Rest = field(default_factory=Rest)
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
    def replaced(self) -> tuple[ShownAnswer, ...]:
        return tuple(each.old for each in self.alternatives)

    @property
    def flows(self) -> bool:
        """Whether what stands beside the message may reach down beside the answer."""
        return not (self.alternatives or self.answer.observations or self.answer.remarks)

    @property
    def start_ns(self) -> int:
        """When the user had sent the message: the first answer to it began."""
        return (self.alternatives[0].old if self.alternatives else self.answer).answer.start_time_ns


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything that was heard in one conversation."""

    conversation_id: str
    signals: Sequence[Signal]
    feedback: Sequence[Feedback]
    titles: Mapping[str, str]
    workings: Mapping[AnswerKey, Workings] = field(default_factory=dict)


def show_turns(conversation: Conversation, heard: Heard, selected: int) -> tuple[ShownTurn, ...]:
    """Return every turn with its signals pinned; `selected` is the turn whose spans are shown."""
    remarks = read_remarks(conversation, heard.feedback)
    signals: dict[int, list[Signal]] = {}
    for signal in heard.signals:
        signals.setdefault(signal.turn_index, []).append(signal)
    left, room, shown = conversation.list_left(), MOST_COMPARED, []
    for turn in conversation.turns:
        own = replace(heard, signals=signals.get(turn.index, ()))
        each = show_turn(turn, own, remarks, room, is_selected=turn.index == selected)
        room -= len(each.alternatives)
        shown.append(replace(each, is_left=turn.index in left))
    return tuple(shown)


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


def show_turn(
    turn: Turn, heard: Heard, remarks: Mapping[AnswerKey, list[Remark]], room: int, *, is_selected: bool
) -> ShownTurn:
    own = [signal for signal in heard.signals if is_shown(signal) or (signal.is_rejected and signal.polarity != 0)]
    about_before = [signal for signal in own if not is_about_own_answer(signal)]
    answers = [
        show_answer(
            answer,
            [signal for signal in own if is_about_own_answer(signal) and is_about(signal, turn, answer)],
            (turn.index, attempt),
            remarks,
            heard,
        )
        for attempt, answer in enumerate(turn.answers)
    ]
    said, rest = fold_rest(turn.user_text)
    return ShownTurn(
        index=turn.index,
        pieces=tuple(mark_text(said, [signal for signal in own if not signal.is_rejected])),
        observations=observe_all(about_before, heard),
        answer=answers[-1],
        alternatives=tuple(pair_answers(answers, room)),
        selected=is_selected,
        rest=rest,
        sent=turn.sent_text[:SENT_CHARACTERS],
        sent_left_out=max(0, len(turn.sent_text) - SENT_CHARACTERS),
        missed_key=SignalKey(heard.conversation_id, turn.index, "").encode() if turn.index and turn.user_text else "",
        goes_on_from=None if turn.follows is None else turn.follows + 1,
    )


def fold_rest(text: str) -> tuple[str, Rest]:
    """What is shown at once of a text, up to the end of a line where one is near, and the rest."""
    if len(text) <= LONG_TEXT:
        return text, Rest()
    at = text.rfind("\n", LONG_TEXT // 2, LONG_TEXT) + 1 or LONG_TEXT
    return text[:at], Rest(text[at : at + LONGEST_TEXT], max(0, len(text) - at - LONGEST_TEXT))


def is_about(signal: Signal, turn: Turn, answer: Answer) -> bool:
    """Whether it is about this answer of the turn; where none is named, it is about the one that stayed."""
    named = any(signal.span_id == each.span_id for each in turn.answers)
    return signal.span_id == answer.span_id if named else answer is turn.answer


def show_answer(
    answer: Answer,
    signals: Sequence[Signal],
    key: AnswerKey,
    remarks: Mapping[AnswerKey, list[Remark]],
    heard: Heard,
) -> ShownAnswer:
    implicit = [signal for signal in signals if signal.kind not in EXPLICIT_KINDS]
    said, rest = fold_rest(answer.text)
    return ShownAnswer(
        answer=answer,
        html=render_markdown(said),
        ending=describe_ending(answer),
        observations=observe_all(implicit, heard),
        remarks=tuple(remarks.get(key, ())),
        workings=heard.workings.get(key, NOTHING),
        rest=rest,
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
        return f"{ended} after {count_characters(answer.text):,} characters"
    if answer.outcome == "truncated":
        return f"cut off at the length limit after {count_characters(answer.text):,} characters"
    if answer.outcome == "error":
        return f"failed with {answer.error_type}" if answer.error_type else "failed"
    return ""
