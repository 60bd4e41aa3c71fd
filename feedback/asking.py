"""Whether to ask a user now what they think: rules and what is known of the conversation in, the chance of asking out.

It is asked where the upper end of P(dissatisfied) comes near the middle, or the model was unsure of its words; never as
a reward: what speaks for the user is left out of it. It is drawn from a hash, so that asking again is the same.
"""

import hashlib
import hmac
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from feedback.satisfaction.facts import Facts, Verdict
from feedback.satisfaction.intervals import Interval, estimate_probability

USUAL = estimate_probability(math.log(0.12 / 0.88), 0.5)
"""Of a conversation that is not estimated yet: under `NOTHING_TO_LEARN`, so that before anything was heard the random
share alone is asked."""
NOTHING_TO_LEARN = 0.25
"""Where the upper end of P(dissatisfied) is lower, there is no doubt."""
MIDDLE = 0.5
LOW_CONFIDENCE = "low_confidence"
DECLINED = "declined"
"""The name of feedback that says that a question was put away without an answer."""


class Reason(StrEnum):
    """Why the chance is what it is; the words are in `WORDS`."""

    UNCERTAIN = "uncertain"
    MODEL_UNSURE = "model_unsure"
    CHANCE = "chance"
    BUDGET = "budget"
    CAPPED = "capped"
    OFF = "off"
    LATE = "late"


WORDS: Mapping[str, str] = {
    Reason.UNCERTAIN: "the estimate leaves open whether the user is dissatisfied",
    Reason.MODEL_UNSURE: "the model was unsure of its words",
    Reason.CHANCE: "nothing in particular: the random share of everybody",
    Reason.BUDGET: "in doubt, but enough were asked today: the random share alone",
    Reason.CAPPED: "this user was asked lately",
    Reason.OFF: "asking is turned off",
    Reason.LATE: "there was no time to decide",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """How a project asks. Shares are from 0 to 1."""

    is_on: bool = True
    most_asks: int = 1
    """Of one user in `days`; of a conversation where the user is not known."""
    days: int = 7
    random_share: float = 0.02
    """Of everybody who may be asked, whatever is known of them."""
    doubt_share: float = 0.2
    """Of those of whom most is in doubt, besides."""
    day_share: float = 0.05
    """Where more of a day's decisions said yes, only the random share is asked."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of a conversation in which somebody may be asked."""

    turns: int = 1
    estimate: Interval = USUAL
    """P(dissatisfied), as the project's model has it."""
    high_unpraised: float = USUAL.high
    """The upper end of its interval as it were, had nothing been heard that speaks for the user (`strike_praise`)."""
    is_model_unsure: bool = False
    """Of its last answer."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known as somebody may be asked."""

    outlook: Outlook = Outlook()
    asks_before: int = 0
    """Of this user in the days of the rules."""
    is_over_budget: bool = False


@dataclass(frozen=True, slots=True)
class Chance:
    """With which probability this situation is asked, and why."""

    propensity: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Moment:
    """Who may be asked about what."""

    user_id: str = ""
    conversation_id: str = ""
    message_id: str = ""
    trace_id: str = ""
    span_id: str = ""

    @property
    def person(self) -> str:
        """Whom caps count: the user, or where they are not known, the conversation or the message.

        >>> Moment(user_id="u", conversation_id="c").person, Moment(conversation_id="c").person
        ('user:u', 'conversation:c')
        """
        if self.user_id:
            return f"user:{self.user_id}"
        return f"conversation:{self.conversation_id}" if self.conversation_id else f"message:{self.message_id}"


def strike_praise(facts: Sequence[Facts], verdicts: Sequence[Verdict]) -> tuple[list[Facts], list[Verdict]]:
    """The same without all that speaks for the user. What is estimated from it is the same with praise as without, so
    that praise cannot raise the chance of being asked, whatever a project's model has learnt to make of it."""
    struck = [replace(each, observations=tuple(o for o in each.observations if o.polarity <= 0)) for each in facts]
    return struck, [each for each in verdicts if each.is_dissatisfied]


def is_model_unsure(facts: Facts) -> bool:
    """Whether the model was, of its last answer."""
    return any(
        each.kind == LOW_CONFIDENCE and each.fired and each.turn_index >= facts.turns - 1 for each in facts.observations
    )


def find_doubt(high: float) -> float:
    """0 where even the upper end of P(dissatisfied) is low, 1 from where it reaches the middle on.

    Above the middle it stays: a conversation that goes badly is asked about as well.

    >>> [round(find_doubt(high), 2) for high in (0.1, 0.3, 0.5, 0.9)]
    [0.0, 0.2, 1.0, 1.0]
    """
    return min(1.0, max(0.0, (high - NOTHING_TO_LEARN) / (MIDDLE - NOTHING_TO_LEARN)))


def find_chance(rules: Rules, situation: Situation) -> Chance:
    """With which probability to ask: never but 0 where it is off or the cap is reached, else at least the random share.

    >>> find_chance(Rules(), Situation()).propensity
    0.02
    >>> find_chance(Rules(), Situation(asks_before=1)).reason
    <Reason.CAPPED: 'capped'>
    """
    if not rules.is_on:
        return Chance(0.0, Reason.OFF)
    if situation.asks_before >= rules.most_asks:
        return Chance(0.0, Reason.CAPPED)
    is_unsure = situation.outlook.is_model_unsure
    doubt = 1.0 if is_unsure else find_doubt(situation.outlook.high_unpraised)
    if not doubt or not rules.doubt_share:
        return Chance(rules.random_share, Reason.CHANCE)
    if situation.is_over_budget:
        return Chance(rules.random_share, Reason.BUDGET)
    propensity = rules.random_share + (1 - rules.random_share) * rules.doubt_share * doubt
    return Chance(propensity, Reason.MODEL_UNSURE if is_unsure else Reason.UNCERTAIN)


def name_decision(secret: bytes, project_id: int, moment: Moment, turn: str) -> str:
    """The id of the decision on this moment: always the same, and not to be guessed."""
    return hash_parts(secret, "id", str(project_id), moment.person, moment.conversation_id, turn).hex()[:32]


def draw(secret: bytes, ask_id: str) -> float:
    """A number from 0 to below 1 that is even over decisions, and for one always the same."""
    return int.from_bytes(hash_parts(secret, "draw", ask_id)[:7]) / 2**56


def hash_parts(secret: bytes, *parts: str) -> bytes:
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.new(secret, text.encode(errors="surrogatepass"), hashlib.sha256).digest()
