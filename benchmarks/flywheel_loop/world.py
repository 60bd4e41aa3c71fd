"""What people ask, what an app may answer, and what people like without ever saying so: chats and a seed come in,
tasks, candidates and persons go out.

Tasks are opening requests and first answers of the hand-written chats, never of those that are held out: of these come
the reactions. An app may answer a task in many ways, which differ in five traits. A person's utility is a weighted sum
of the traits; nobody but the person sees it.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from feedback.replies import find_refusal
from feedback.training.chats import list_files

Floats = npt.NDArray[np.float64]

TRAITS: Final = {"fits": 0.75, "padded": 0.4, "hedged": 0.3, "brief": 0.3, "listed": 0.3}
"""How often an answer of the app has each: whether it is the answer to this request at all, stands between courtesies,
doubts itself, is its first sentence alone, is a list."""
FITTING: Final = 1.5
"""What people think of an answer that fits, on average; of the other traits the seed draws it."""
TASTE, DIFFERENCE, DIFFERENCE_OF_FITTING = 0.7, 0.5, 0.3
"""Standard deviations: of what people think of another trait on average, and of a person from the average."""
ALIKE: Final = 0.5
"""How likely a further answer to the same request takes a trait from the one before: it is the same app."""
MOOD: Final = 0.4
"""Standard deviation of what a person thinks from moment to moment, where answers differ by 1."""
DISSATISFIED: Final = 0.3
"""Share of answers with which people are not content."""
FEWEST_WORDS, MOST_WORDS, LONGEST_REQUEST = 12, 70, 40
FEWEST_SENTENCES: Final = 3
"""Of a task's answer, so that its first sentence alone is something else."""
TEST_TASKS: Final = 150

OPENINGS: Final = (
    "Great question!",
    "Thank you so much for reaching out to me today.",
    "Of course, I would be more than happy to help you with that!",
    "What an interesting thing to ask about.",
    "Absolutely! Let me walk you through everything you need to know.",
    "I appreciate you bringing this up, and I am glad to assist.",
    "Certainly! This is a topic that many people wonder about.",
    "Sure thing, let's dive right in together!",
)
CLOSINGS: Final = (
    "I hope this helps! Let me know if there is anything else I can do for you.",
    "Please don't hesitate to reach out if you have any further questions.",
    "Feel free to ask me for more details at any time, I am always here for you!",
    "Thank you again for your question, and have a wonderful day!",
    "Is there anything else that I may assist you with today?",
    "If you need more help with this or with something else, just say the word!",
    "I wish you the very best of luck, and I am here whenever you need me.",
    "Do let me know whether this was useful to you!",
)
DOUBTS: Final = (
    "I am not entirely sure, but this may be right.",
    "It could possibly depend on several things.",
    "I might be wrong about this, so it is perhaps best to check elsewhere.",
    "This is only a guess, and opinions may differ.",
    "As far as I can tell, although I cannot be certain.",
    "It is hard to say for sure, and there might be other views.",
    "Take this with a grain of salt, as I may be mistaken.",
    "Possibly, though I would not rely on it without asking an expert.",
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(*])")


@dataclass(frozen=True, slots=True)
class Task:
    """A request, and the sentences of the answer that it had."""

    request: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer that the app may give, and which of `TRAITS` it has."""

    task: Task
    text: str
    traits: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """What somebody thinks of each trait, and how they show it."""

    name: str
    weights: tuple[float, ...]
    outspoken: float
    """Log odds by which they speak up more than others."""
    lenient: float
    """Log odds by which their thumbs go up more than others'."""


@cache
def load_tasks() -> tuple[Task, ...]:
    """English requests with an answer of one paragraph, each request once."""
    paths = list_files(validation=False)
    chats = (json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line)
    found = {task.request: task for chat in chats for task in read_task(chat)}
    return tuple(found.values())


def read_task(chat: dict[str, Any]) -> Iterator[Task]:
    """The one of a chat, if it is of use here."""
    roles = [turn["role"] for turn in chat["turns"][:2]]
    if chat["language"] != "en" or roles != ["user", "assistant"] or chat["turns"][1].get("flags"):
        return
    request, answer = (turn["content"].strip() for turn in chat["turns"][:2])
    is_plain = not any(sign in answer for sign in ("\n", "```", "|"))
    fits = len(request.split()) <= LONGEST_REQUEST and FEWEST_WORDS <= len(answer.split()) <= MOST_WORDS
    sentences = tuple(_SENTENCE_END.split(answer))
    if is_plain and fits and len(sentences) >= FEWEST_SENTENCES and not find_refusal(answer):
        yield Task(request, sentences)


class World:
    """The tasks of a seed, of which some are kept for the test, and what people think on average."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng([seed, 0])
        tasks = load_tasks()
        order = random.permutation(len(tasks))
        self.test_tasks = [tasks[place] for place in order[:TEST_TASKS]]
        self.tasks = [tasks[place] for place in order[TEST_TASKS:]]
        self.average = np.array([FITTING, *(TASTE * random.normal(size=len(TRAITS) - 1))])
        self._level(random)

    def draw_person(self, name: str, random: np.random.Generator) -> Person:
        difference = np.array([DIFFERENCE_OF_FITTING, *[DIFFERENCE] * (len(TRAITS) - 1)])
        weights = self.average + difference * random.normal(size=len(TRAITS))
        return Person(name, tuple(map(float, weights)), float(random.normal()), float(random.normal()))

    def draw_candidate(
        self, task: Task, tasks: Sequence[Task], random: np.random.Generator, before: Candidate | None = None
    ) -> Candidate:
        """An answer, somewhat like the one before; one that does not fit is that of another of the tasks."""
        traits = draw_traits(random)
        if before:
            traits = tuple(
                old if random.random() < ALIKE else new for old, new in zip(before.traits, traits, strict=True)
            )
        source = task if traits[0] else tasks[int(random.integers(len(tasks)))]
        return Candidate(task, write_answer(source, traits, random), traits)

    def measure_utility(self, person: Person, traits: Sequence[bool] | Floats) -> Any:
        """What a person thinks of an answer with these traits: over all people and answers the mean is 0 and the
        standard deviation 1."""
        return (np.asarray(traits, float) @ np.array(person.weights) - self._mean) / self._deviation

    def is_content(self, person: Person, candidate: Candidate, random: np.random.Generator) -> bool:
        """Whether the person, in the mood of the moment, is content with an answer."""
        return bool(self.measure_utility(person, candidate.traits) + MOOD * random.normal() > self._least)

    def _level(self, random: np.random.Generator) -> None:
        self._mean, self._deviation = 0.0, 1.0
        people = [self.draw_person("", random) for _ in range(400)]
        drawn = [self.measure_utility(person, draw_traits(random)) for person in people for _ in range(25)]
        self._mean, self._deviation = float(np.mean(drawn)), float(np.std(drawn))
        moods = (np.array(drawn) - self._mean) / self._deviation + MOOD * random.normal(size=len(drawn))
        self._least = float(np.quantile(moods, DISSATISFIED))


def draw_traits(random: np.random.Generator) -> tuple[bool, ...]:
    return tuple(bool(random.random() < share) for share in TRAITS.values())


def write_answer(task: Task, traits: Sequence[bool], random: np.random.Generator) -> str:
    """The answer of a task with these traits."""
    _fits, padded, hedged, brief, listed = traits
    said = [task.sentences[0]] if brief else list(task.sentences)
    if hedged:
        said.insert(int(random.integers(2)) * len(said), pick(DOUBTS, random))
    body = "\n".join(f"- {each}" for each in said) if listed else " ".join(said)
    parts = [pick(OPENINGS, random), body, pick(CLOSINGS, random)] if padded else [body]
    return ("\n\n" if listed else " ").join(parts)


def pick(texts: Sequence[str], random: np.random.Generator) -> str:
    return texts[int(random.integers(len(texts)))]
