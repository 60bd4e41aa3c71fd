"""What happens between people and the app: a world and a seed come in, conversations with all that the app records of
them go out, and what each answer was worth to its reader, which nobody records.

Every share is an assumption; docs/flywheel.md has them with their sources.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from scipy.special import expit, logit

from benchmarks.dataset_labels import make_generation
from benchmarks.flywheel_loop.remarks import Remark, Remarks
from benchmarks.flywheel_loop.world import Candidate, Person, Task, World
from feedback.datasets.record import LabelledConversation
from feedback.detectors import DETECTORS, Material, detect_signals
from feedback.explicit import Feedback
from feedback.reactions.reaction import Reading
from tracing.conversations import Answer, Conversation, Turn
from tracing.generations import Generation, Message

SECOND_NS: Final = 10**9
FIRST_SECOND: Final = 1_750_000_000
TURN_SECONDS, WAIT_SECONDS, AFTER_SECONDS = 120, 30, 3600
PEOPLE, CONVERSATIONS, MOST_TURNS = 300, 4000, 5


@dataclass(frozen=True, slots=True)
class Habits:
    """How likely people do something with an answer, `(content, not content)`."""

    says_against: tuple[float, float] = (0.01, 0.18)
    praises: tuple[float, float] = (0.03, 0.003)
    asks_again: tuple[float, float] = (0.02, 0.10)
    copies: tuple[float, float] = (0.12, 0.05)
    gives_thumb: tuple[float, float] = (0.008, 0.035)
    thumb_goes_down: tuple[float, float] = (0.03, 0.97)
    goes_on: tuple[float, float] = (0.5, 0.4)
    """With the next thing, not a word about the answer."""
    outspoken: float = 0.7
    """Log odds by which a person who is outspoken by a standard deviation speaks up and judges more often."""
    lenient: float = 1.0
    """The same, of leniency and thumbs up."""


HABITS: Final = Habits()
HEARS_PEOPLE: Final = frozenset(
    {"regeneration", "early_termination", "abandonment", "rephrase", "correction", "complaint"}
    | {"clarification_request", "praise", "request_human", "sentiment", "sentiment_shift", "thumbs", "copy"}
)
"""Detectors of what people say and do. Those that read the answer itself might find out traits, not reactions."""
OF_PEOPLE: Final = tuple(each for each in DETECTORS if each.kind in HEARS_PEOPLE)


@dataclass(slots=True)
class Talk:
    """A conversation that grows."""

    name: str
    person: Person
    task: Task
    start_seconds: int
    turns: list[Turn] = field(default_factory=list)
    generations: dict[str, Generation] = field(default_factory=dict)
    feedback: list[Feedback] = field(default_factory=list)
    remarks: dict[int, Remark] = field(default_factory=dict)
    """By index of the turn that they open."""
    last: Candidate | None = None
    """What the app answered last."""
    was_content: dict[str, bool] = field(default_factory=dict)
    """By the span of the answer: the truth, which is not recorded."""

    def listen(self) -> LabelledConversation:
        """With what the detectors hear."""
        conversation = Conversation(1, self.name, tuple(self.turns), user_id=self.person.name)
        readings: Mapping[int, Reading] = {index: remark.reading for index, remark in self.remarks.items()}
        now_ns = conversation.end_time_ns + AFTER_SECONDS * SECOND_NS
        material = Material(conversation, self.feedback, readings=readings, now_ns=now_ns)
        return LabelledConversation(conversation, self.generations, detect_signals(material, OF_PEOPLE), self.feedback)


class Traffic:
    """Draws conversations of a world."""

    def __init__(self, world: World, remarks: Remarks, random: np.random.Generator, habits: Habits = HABITS) -> None:
        self.world, self.remarks, self.random, self.habits = world, remarks, random, habits
        self.people = [world.draw_person(f"person{number}", random) for number in range(PEOPLE)]

    def draw(self, conversations: int) -> list[Talk]:
        return [self._draw_talk(number) for number in range(conversations)]

    def _draw_talk(self, number: int) -> Talk:
        person = self.people[self.random.integers(len(self.people))]
        task = self.world.tasks[self.random.integers(len(self.world.tasks))]
        talk = Talk(f"talk-{number}", person, task, FIRST_SECOND + 600 * number)
        message = task.request
        for _ in range(MOST_TURNS):
            self._take_turn(talk, message)
            remark = self._say(talk)
            if remark is None or len(talk.turns) == MOST_TURNS:
                break
            talk.remarks[len(talk.turns)] = remark
            message = remark.text
        return talk

    def _take_turn(self, talk: Talk, message: str) -> None:
        first = self._answer(talk, message, 0)
        talk.turns.append(Turn(len(talk.turns), message, first))
        self._judge(talk, first)
        if self._happens(self.habits.asks_again, talk, first):
            self._act(talk, first, "regenerate")
            second = self._answer(talk, message, 1)
            talk.turns[-1] = replace(talk.turns[-1], answer=second, alternatives=(first,))
            self._judge(talk, second)

    def _answer(self, talk: Talk, message: str, attempt: int) -> Answer:
        candidate = talk.last = self.world.draw_candidate(talk.task, self.world.tasks, self.random, talk.last)
        turn = len(talk.turns) - attempt
        name = f"{talk.name}-{turn}-{attempt}"
        start = talk.start_seconds + TURN_SECONDS * turn + WAIT_SECONDS * attempt
        answer = Answer(
            f"t-{name}",
            name,
            candidate.text,
            "completed",
            "",
            start * SECOND_NS,
            SECOND_NS,
            generation_span_ids=(name,),
        )
        talk.generations[name] = make_generation(answer, [*list_history(talk, turn), Message("user", message)])
        talk.was_content[name] = self.world.is_content(talk.person, candidate, self.random)
        return answer

    def _judge(self, talk: Talk, answer: Answer) -> None:
        if self._happens(self.habits.copies, talk, answer):
            self._act(talk, answer, "copy")
        if self._happens(self.habits.gives_thumb, talk, answer, self.habits.outspoken * talk.person.outspoken):
            more = -self.habits.lenient * talk.person.lenient
            down = self._happens(self.habits.thumb_goes_down, talk, answer, more)
            self._act(talk, answer, "thumbs", "down" if down else "up")

    def _say(self, talk: Talk) -> Remark | None:
        """What opens the next turn; nothing where they leave."""
        answer, more = talk.turns[-1].answer, self.habits.outspoken * talk.person.outspoken
        sides = {"against": self.habits.says_against, "praise": self.habits.praises}
        for side, chances in sides.items():
            if self._happens(chances, talk, answer, more):
                return self._pick(side)
        return self._pick("nothing") if self._happens(self.habits.goes_on, talk, answer) else None

    def _pick(self, side: str) -> Remark:
        remarks = self.remarks[side]
        return remarks[int(self.random.integers(len(remarks)))]

    def _happens(self, chances: tuple[float, float], talk: Talk, answer: Answer, more: float = 0.0) -> bool:
        chance = chances[0 if talk.was_content[answer.span_id] else 1]
        return bool(self.random.random() < expit(logit(chance) + more))

    def _act(self, talk: Talk, answer: Answer, name: str, label: str = "") -> None:
        talk.feedback.append(
            Feedback(
                project_id=1,
                identifier=f"{talk.name}-f{len(talk.feedback)}",
                name=name,
                label=label,
                time_ns=answer.end_time_ns + (5 + len(talk.feedback)) * SECOND_NS,
                trace_id=answer.trace_id,
                span_id=answer.span_id,
            )
        )


def list_history(talk: Talk, before: int) -> list[Message]:
    """What was said up to a turn, as the app sends it again."""
    pairs = [(turn.user_text, turn.answer.text) for turn in talk.turns[:before]]
    return [message for said, text in pairs for message in (Message("user", said), Message("assistant", text))]
