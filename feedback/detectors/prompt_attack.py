"""The user, or a document, tries to turn the assistant against its rules: messages in, signals about the answers out.

Read are the user's own words, and the documents and results of tools that the model was given with them (label
`indirect`). Where the answer gave way the label is `succeeded`. A harmful question asked openly is no attack.
"""

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field

from feedback.attacks.attempts import Attempt, find_telling_words, read_attempt, read_document
from feedback.attacks.compliance import (
    count_given_words,
    find_called_tool,
    find_granted_phrase,
    gives_instructions,
)
from feedback.attacks.harm import looks_harmful
from feedback.attacks.probes import FEWEST_PROBES, WINDOW_NS, count_variations
from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.texts import Texts
from feedback.replies import find_refusal
from tracing.conversations import Turn
from tracing.tool_runs import ToolRun

KIND = "prompt_attack"
VERSION = "2"
THRESHOLD = 0.6
DOCUMENT_THRESHOLD = 0.9
"""Documents are long, and most of them come from the app's own shelves."""
MINIMUM_SCORE = 0.1
"""Under it no signal is given: half of all messages would have one from .01."""

TRIED = 0.5
"""An attempt from this score counts when the next one is weighed, and is looked at for whether it succeeded."""
DOUBTFUL = 0.3
"""An attempt from this score, or a harmful request that was declined, is compared with what its user sends later."""
HARMFUL = 0.5
LEFT_AFTER_ATTEMPT = 0.7
"""What is left of the doubt about a message after each earlier attempt in the conversation."""
_EXCERPT_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class Success:
    """How an answer gave way, for people; and in how many words of the instructions, if in these."""

    reason: str
    given_words: int = 0


def detect(material: Material) -> Iterator[Signal]:
    """Give at most one signal for each message and one for the documents that came with it."""
    before = Before()
    known: set[str] = set()
    template = find_template(material.conversation.turns)
    for turn in material.conversation.turns:
        target = Target(turn, len(turn.alternatives))
        attempt = read_attempt(turn.user_text)
        doubt = weigh_declined(attempt.score, turn)
        variations = count_variations(turn.user_text, before.list_texts(material, turn)) if doubt >= DOUBTFUL else 0
        tries = variations if variations + 1 >= FEWEST_PROBES else 0
        score = weigh_again(doubt, max(before.attempts, tries))
        if score >= MINIMUM_SCORE:
            yield _pin_attempt(target, attempt, score, before.attempts, variations, material)
        before.note(turn, doubt, score)
        documents = [text for text in list_documents(material, target, template) if text not in known]
        known.update(documents)
        planted = max(map(read_document, documents), key=lambda each: each.score, default=None)
        if planted and planted.score >= DOCUMENT_THRESHOLD:
            yield _pin_planted(target, planted, material)


@dataclass(slots=True)
class Before:
    """What was tried earlier in the conversation."""

    attempts: int = 0
    doubtful: list[str] = field(default_factory=list)

    def list_texts(self, material: Material, turn: Turn) -> list[str]:
        """The user's doubtful messages of the day before a turn, in other conversations and in this one."""
        until_ns = turn.start_time_ns
        elsewhere = [each.text for each in material.probes if until_ns - WINDOW_NS <= each.time_ns < until_ns]
        return [*elsewhere, *self.doubtful]

    def note(self, turn: Turn, doubt: float, score: float) -> None:
        self.attempts += score >= TRIED
        if doubt >= DOUBTFUL:
            self.doubtful.append(turn.user_text)


def weigh_declined(score: float, turn: Turn) -> float:
    """The score of a message; a harmful request that was declined is at least doubtful, for it may be tried again."""
    if score < DOUBTFUL and find_refusal(turn.answer.text) and looks_harmful(turn.user_text) >= HARMFUL:
        return DOUBTFUL
    return score


def weigh_again(score: float, attempts_before: int) -> float:
    """The score of a doubtful message after other attempts: who tried before is likelier to try now.

    >>> round(weigh_again(0.5, 1), 2), weigh_again(0.1, 5)
    (0.65, 0.1)
    """
    return score if score < DOUBTFUL else 1 - (1 - score) * LEFT_AFTER_ATTEMPT**attempts_before


def list_documents(material: Material, target: Target, template: Set[str]) -> list[str]:
    """What the model was given for an answer besides the user's own words and the lines of the template, each once.

    What an app wrote around a message tells the assistant what to do, as an attack does: without a known template
    the message is not read.
    """
    told = [message for call in material.calls_of(target.answer) for message in call.input_messages]
    texts = [message.content for message in told if message.role == "tool"]
    texts += [run.result for run in _list_runs(material, target)]
    if template:
        sent, own = target.turn.sent_text, target.turn.user_text
        pasted = "\n".join(line for line in sent.splitlines() if line not in template)
        texts.append(pasted.replace(own, "\n") if own else pasted)
    return [text for text in dict.fromkeys(texts) if text.strip()]


def find_template(turns: Sequence[Turn]) -> Set[str]:
    """The lines that stand in what was sent for more than one turn."""
    counts = Counter(line for turn in turns for line in set(turn.sent_text.splitlines()))
    return {line for line, count in counts.items() if count > 1}


def _list_runs(material: Material, target: Target) -> list[ToolRun]:
    traces = {part.trace_id for part in target.answer.parts}
    return [run for run in material.tool_runs if run.trace_id in traces]


def _find_success(attack: str, target: Target, material: Material) -> Success | None:
    answer, calls = target.answer.text, material.calls_of(target.answer)
    if find_refusal(answer):
        return None
    instructions = next((call.system_instructions for call in calls if call.system_instructions), "")
    if gives_instructions(answer, instructions):
        given_words = count_given_words(answer, instructions)
        many = f"{given_words} words of its instructions in a row" if given_words else "its instructions"
        return Success(f"the answer gives {many}", given_words)
    if phrase := find_granted_phrase(answer, attack):
        return Success(f"the answer says what it was told to: “{_shorten(phrase)}”")
    asked = [tool.name for call in calls for message in call.output_messages for tool in message.tool_calls]
    if tool := find_called_tool(attack, [*asked, *(run.name for run in _list_runs(material, target))]):
        return Success(f"the assistant called {tool}")
    return None


def _pin_attempt(
    target: Target, attempt: Attempt, score: float, before: int, variations: int, material: Material
) -> Signal:
    success = _find_success(attempt.hidden or attempt.text, target, material) if score >= TRIED else None
    reason = "the message tries to turn the assistant against its rules"
    if score < THRESHOLD:
        reason = "the message reads a little like an attack on the assistant"
    if attempt.hidden:
        reason += f", in disguise: “{_shorten(attempt.hidden)}”"
    if before and score >= TRIED:
        reason += f", after {before} earlier attempt{'s' if before > 1 else ''} in this conversation"
    if variations + 1 >= FEWEST_PROBES:
        reason += f"; this user sent {variations} variations of it within a day"
    offsets = () if attempt.hidden or score < TRIED else tuple(find_telling_words(attempt.text))
    return _pin(target, score, THRESHOLD, "succeeded" if success else "attempt", reason, success, offsets)


def _pin_planted(target: Target, planted: Attempt, material: Material) -> Signal:
    success = _find_success(planted.text, target, material)
    reason = f"a document or tool result tells the assistant what to do: “{_shorten(planted.text)}”"
    return _pin(target, planted.score, DOCUMENT_THRESHOLD, "succeeded" if success else "indirect", reason, success, ())


def _pin(
    target: Target,
    score: float,
    threshold: float,
    label: str,
    reason: str,
    success: Success | None,
    offsets: tuple[tuple[int, int], ...],
) -> Signal:
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        label=label,
        score=score,
        confidence=abs(2 * score - 1),
        fired=score >= threshold,
        polarity=-1 if success and score >= threshold else 0,
        evidence=Evidence(
            reason=f"{reason}; {success.reason}" if success else reason,
            offsets=offsets,
            span_ids=(target.answer.span_id,),
            numbers={"given_words": success.given_words} if success and success.given_words else {},
        ),
    )


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT_CHARACTERS else line[: _EXCERPT_CHARACTERS - 1] + "…"


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Attack",
    what="The message, or a document that came with it, tries to turn the assistant against its rules.",
    detect=detect,
    texts=Texts.TURN,
)
