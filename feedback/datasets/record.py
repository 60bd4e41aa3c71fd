"""What a dataset is made of, before any trainer's format: conversations with what was said about them come
in, records go out. Serialisers read records only, so a new format never touches how rows are chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from feedback.detectors.signal import Signal
from feedback.explicit import Feedback
from tracing.conversations import Conversation
from tracing.generations import Generation, Message


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What holds of something that reviewers were asked of; turns are counted from 0."""

    question: str
    """One of `feedback.review.questions.Question`."""
    choices: tuple[str, ...]
    turn_index: int = 0
    """Of the message or answer that was judged."""
    better_answer: str = ""
    """What the answer of `answer_turn` should have been, in a reviewer's words; empty: nobody wrote one."""
    answer_turn: int = 0
    reviewers: int = 1
    """Who are of that mind."""
    is_adjudicated: bool = False


@dataclass(frozen=True, slots=True)
class LabelledConversation:
    """A conversation with its model calls (by span id) and everything that is known about its answers."""

    conversation: Conversation
    generations: Mapping[str, Generation]
    signals: Sequence[Signal] = ()
    feedback: Sequence[Feedback] = ()
    verdicts: Sequence[str] = ()
    """What reviewers said of it, each for themselves: `satisfied` or `dissatisfied`."""
    failure_mode: int = 0
    """Number of the failure mode that it is in; 0 where it is in none."""
    reviews: Sequence[Reviewed] = ()
    """What holds of what reviewers were asked, the oldest first."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a row comes from and why it has its label. It stands beside the rows, never in them."""

    conversation_id: str
    turn_index: int
    trace_id: str
    span_id: str
    """Of the answer: in a pair, of the chosen one."""
    label_source: str
    """`thumbs:up`, `rating:high`, `action:copy`, `correction`, `review:satisfied`, `signal:rephrase`, …"""
    confidence: float
    score: float = 1.0
    detector: str = ""
    version: str = ""
    rejected_trace_id: str = ""
    rejected_span_id: str = ""
    tier: str = ""
    """`gold` where somebody said it outright or reviewed it, else `silver`."""
    pair_rule: str = ""
    """Why one answer beats the other: `rewritten`, `edited`, `compared`, `rated`, `went_back`, `regenerated`,
    `corrected`; empty: no pair."""
    propensity: float = 1.0
    """Estimated chance that an answer like it is judged at all, over 0 to 1."""
    weight: float = 1.0
    """Its inverse, clipped, with mean 1 over the rows of its part."""
    reviewers: int = 0
    """Who said so, where reviewers did; 0: others said it."""
    is_adjudicated: bool = False
    """Whether reviewers were of two minds, and one decided."""


@dataclass(frozen=True, slots=True)
class Record:
    """One example: a prompt, an answer to it, and what is known about that answer.

    `label` is set where the answer was rated, `rejected` where another answer lost against it.
    """

    prompt: tuple[Message, ...]
    """System instructions, history and the user's message."""
    completion: tuple[Message, ...]
    tools: tuple[Mapping[str, Any], ...]
    provenance: Provenance
    user_id: str
    time_ns: int
    """Start of the answer."""
    label: bool | None = None
    rejected: tuple[Message, ...] = ()
    model: str = ""
    """That wrote the answer; of a pair, the chosen one."""
    language: str = ""
    """Of what its user wrote, ISO 639-1; empty: not known, or not looked for yet."""
    failure_mode: int = 0
    """Number of its conversation's failure mode; 0: none."""
    stratum: str = ""
    """Which answers are like it in how often they are judged; see `feedback.datasets.labels.propensities`."""
    margin: float | None = None
    """By how much the chosen answer is better, where a pair's opinions say it: 0 to 1."""
    replaced: Mapping[str, int] = field(default_factory=dict)
    """How many values of personal data, by kind, placeholders stand for."""
    identity: tuple[tuple[str, str], ...] = ()
    """What its app calls its user, by kind; looked for in the texts, then forgotten. See `feedback.datasets.gate`."""

    @property
    def messages(self) -> tuple[Message, ...]:
        return (*self.prompt, *self.completion)


class Reason(Enum):
    """Why a candidate is not in the dataset: a code for programs and a sentence for people."""

    FAILED = "failed", "the model call ended in an error"
    EMPTY = "empty", "the answer has no text"
    INCOMPLETE = "incomplete", "the answer was stopped or cut off, so it is no example of a good one"
    NOT_JUDGED = "not_judged", "no feedback and no fired signal is about the answer"
    NOT_PRAISED = "not_praised", "no thumb up, praise, copy or acceptance is about the answer"
    CRITICISED = "criticised", "praised, but a thumb down or a negative signal is about the same answer"
    CONTRADICTORY_THUMBS = "contradictory_thumbs", "people called the same answer good and bad outright"
    MIXED_SIGNALS = "mixed_signals", "without a thumb, positive and negative behaviour contradict each other"
    MACHINE_RETRY = "machine_retry", "the answer was replaced without a sign that a person wished it"
    BROWSING = "browsing", "asked again more than twice: the person looked around rather than chose"
    OLDER_ATTEMPT = "older_attempt", "the same message already gives a pair with a later attempt"
    SURER_PAIR = "surer_pair", "the same message already gives a pair that says it more surely"
    NO_OTHER = "no_other_answer", "no other answer, edit or correction stands beside the answer"
    REPLACED_WAS_LIKED = "replaced_was_liked", "the answer that would lose was called good outright"
    KEPT_FAILED = "kept_failed", "the answer that stayed is empty, failed, was stopped or cut off"
    KEPT_WAS_CRITICISED = (
        "kept_was_criticised",
        "the answer that stayed has a thumb down or a negative signal",
    )
    SAME_TEXT = "same_text", "both answers are equal but for white space"
    PREFIX = "prefix", "one answer is the beginning of the other"
    DIFFERENT_PROMPTS = "different_prompts", "the two answers had different prompts or tools"
    NOT_KEPT = "text_not_kept", "a text of it is not kept in this project, or no longer"
    NOT_TEXT = "not_text", "a message holds images, sound or files, which these formats cannot carry"
    UNKNOWN_ROLE = "unknown_role", "a message has a role other than system, user, assistant and tool"
    EMPTY_MESSAGE = "empty_message", "a message of the prompt has no text"
    ORPHAN_TOOL_CALL = "orphan_tool_call", "a tool call has no result, or a result no call"
    UNDECLARED_TOOL = "undeclared_tool", "a tool was called that the model was not told of"
    NO_USER_MESSAGE = "no_user_message", "no message of the user is in the prompt"
    WRONG_LAST_ROLE = "wrong_last_role", "the prompt does not end before an answer, or the answer is not one"
    NOT_JSON = "not_json", "a value cannot be written as JSON and read back unchanged"
    FUNCTION_NAME = "function_name", "a tool has a name that this format does not allow"
    CONSENT_REFUSED = "consent_refused", "the user refused that their conversations train a model"
    CONSENT_UNKNOWN = "consent_unknown", "nothing says that the user agreed, and this dataset takes only who did"
    LICENCE = "licence", "a model wrote the answer whose provider's terms this dataset respects by leaving it out"
    FORGOTTEN = "forgotten", "the user or the conversation is to be forgotten"
    PERSONAL_DATA = "personal_data", "personal data is left after what was found was replaced"
    SECRET = "secret", "a key, password or token is in it"
    LANGUAGE = "language", "it is not in the languages that were asked for"
    REFUSAL = "refusal", "the answer declines, and nobody asked for examples of that"
    LOOP = "loop", "the answer repeats itself"
    TOO_LONG = "too_long", "it is longer than a row may be"
    UNSURE = "unsure", "the label is less sure than was asked for"
    NEAR_DUPLICATE = "near_duplicate", "another conversation says nearly the same"
    USER_CAP = "user_cap", "its user has as many rows as one may have"
    TEMPLATE_CAP = "template_cap", "as many rows as may be ask the same thing"
    FAILURE_MODE_CAP = "failure_mode_cap", "its failure mode has as many rows as one may have"
    BALANCE = "balance", "rows like it outnumber the others by more than was asked for"
    LENGTH = "length", "left out so that length does not tell the better answer from the other"
    CONTAMINATED = "contaminated", "an evaluation set has words of it"
    EDIT_TOO_SMALL = "edit_too_small", "the edit changed next to nothing"
    EDIT_TOO_LARGE = "edit_too_large", "the edit left so little that it is another answer"
    OTHER_TEXT = "other_text", "what was edited is not the text that the model wrote"
    NEW_FACT = "new_fact", "the correction tells what the model could not know"
    REFERS_BACK = "refers_back", "the later answer speaks of the correction, which its prompt would not hold"
    NOT_ACCEPTED = "not_accepted", "nothing shows that the later answer was accepted"
    LABEL_SOURCE = "label_source", "its label comes from a source that was not asked for"
    DUPLICATE = "duplicate", "the same row, but for white space, is already in the dataset"
    CONTRADICTION = "contradiction", "the same text is labelled both ways in different places"

    def __init__(self, code: str, meaning: str) -> None:
        self.code = code
        self.meaning = meaning


@dataclass(frozen=True, slots=True)
class Drop:
    """A candidate that gives no row."""

    reason: Reason
    stratum: str = ""
    """As that of `Record`, of an answer that nobody judged."""
    confidence: float = 0.0
    """Of a label that is less sure than was asked for."""
