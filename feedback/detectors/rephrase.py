"""The same request in other words: later messages in, signals about the answer between out.

A similar next request is not negative by itself; the readers weigh how much of a message repeats the request before it,
what is new in it, and how people mark that they ask again.
"""

from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.exchanges import Reaction
from feedback.detectors.material import Material
from feedback.detectors.reactions import LEAST_MARKED, get_score, list_likely, pin_reaction
from feedback.detectors.signal import Signal
from feedback.detectors.texts import Texts
from feedback.detectors.times import describe_seconds, measure_gap
from feedback.reactions.overlap import Request, find_repeated, measure_likeness, read_request
from feedback.reactions.static import find_words

KIND = "rephrase"
VERSION = "4"
SAME_WORDS = 0.9
"""The score, at least, of a request that comes again word for word."""
FEWEST_WORDS = 4
"""In fewer, "shorter" or "go on" comes again and asks for more of the same."""


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each message that may ask again what the message before it asked; after an error that is a
    retry."""
    for reaction in list_likely(material, KIND):
        if reaction.previous.answer.outcome != "error":
            yield _pin(reaction)


def _pin(reaction: Reaction) -> Signal:
    exchange = reaction.exchange
    before, after = read_request(exchange.request), read_request(exchange.message)
    gap = measure_gap(reaction.previous.answer, reaction.turn.answers[0])
    known = {"seconds_later": gap} if gap is not None and gap >= 0 else {}
    later = "".join(f" {describe_seconds(seconds)} later" for seconds in known.values())
    return pin_reaction(
        reaction,
        kind=KIND,
        version=VERSION,
        polarity=-1,
        does=f"asks the same thing again{later}",
        words=find_marked(reaction, before),
        least=SAME_WORDS if before.words == after.words and len(after.words) >= FEWEST_WORDS else 0.0,
        numbers={"likeness": measure_likeness(before, after), **known},
    )


def find_marked(reaction: Reaction, before: Request) -> tuple[tuple[int, int], ...]:
    """Offsets of the words that are in both messages, else of those that speak for a rephrase."""
    if get_score(reaction, KIND) < LEAST_MARKED:
        return ()
    return tuple(find_repeated(before, reaction.exchange.message)) or find_words(reaction.exchange, KIND)


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Asked again in other words",
    what="The user asked for the same thing again, so the answer before did not give it.",
    detect=detect,
    texts=Texts.TURN,
)
