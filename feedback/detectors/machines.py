"""Who led a conversation, a person or a machine: what is known of it comes in, a verdict with its reason goes out.

Evaluations, tests, timers, load tests, monitors and batch jobs talk to models as people do, and nobody is satisfied or
dissatisfied there. Clues are names (`feedback.detectors.machine_names`), times and what else goes on; one that is
strong is enough, weak ones add up. That many open with the same words is no clue by itself: people press the same
button, and a class begins with the same task. What no clue speaks against is people.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from feedback.detectors import machine_names as names
from feedback.detectors.machine_names import Clue
from feedback.detectors.material import Material
from feedback.detectors.rhythm import ENOUGH, Rhythm, find_rhythm
from feedback.detectors.signal import Signal
from feedback.detectors.targets import find_actions
from feedback.detectors.times import MACHINE_GAP_SECONDS, measure_gap
from feedback.detectors.traffic import Alike
from feedback.detectors.verdict import PEOPLE, Verdict
from tracing.conversations import Conversation

VERSION = "1"
THRESHOLD = 0.7


@dataclass(frozen=True, slots=True)
class MachineKind:
    """One kind of machine, under the name that the store and filters have."""

    name: str
    title: str


MACHINES: tuple[MachineKind, ...] = (
    MachineKind("evaluation", "an evaluation"),
    MachineKind("test", "a test"),
    MachineKind("schedule", "a timer"),
    MachineKind("load_test", "a load test"),
    MachineKind("monitor", "a monitor"),
    MachineKind("batch", "a batch job"),
)

TIMED = "timed"
"""Kind of a clue that a clock gave: a monitor where it comes often, else a timer."""
MONITOR_SECONDS = 1_800
DAY_SECONDS = 86_400
DAY_NS = DAY_SECONDS * 10**9

SAME_CONVERSATION = 5
"""So many answers to the same words at equal intervals within one conversation are a timer's."""
FEW = 5
"""So many at equal intervals are enough where nobody is named and all others are."""
BURST_NOBODY = 40
BURST_SOMEBODY = 10
BURST_DAYS = 3
BURST_NEAR_NS = 600 * 10**9
"""Openings with the same words within a minute that no class of people makes, and how near to it counts as in it."""
RUSH = 20
"""Conversations of a single call that one user begins within a minute."""
CHAIN = 5
"""Turns that all follow within a second of the answer before."""
TYPED_A_SECOND = 25.0
"""Characters; nobody types as many for long."""
NAMED_SHARE = 0.8
"""Where so many conversations of a service tell their user, one that does not is unlike them."""

UNNAMED_SCORE = 0.3
ABOUT_USERS = frozenset(
    {
        "regeneration",
        "early_termination",
        "abandonment",
        "rephrase",
        "correction",
        "complaint",
        "clarification_request",
        "praise",
        "request_human",
        "sentiment",
        "sentiment_shift",
        "conversation_length",
        "dialogue_diversity",
    }
)
"""Kinds that say what a person felt: of a machine they say nothing."""
TOLD = frozenset(
    {"thumbs", "rating", "comment", "correction_text", "copy", "edit", "accept", "share", "rename", "delete"}
)
"""Kinds that follow from what somebody said or did on purpose."""


def judge(material: Material) -> Verdict:
    """Say who led the conversation; under the threshold it is people, whatever speaks for a machine."""
    around = list(list_traffic_clues(material))
    clues = [*list_name_clues(material), *list_own_clues(material), *around]
    if not clues:
        return PEOPLE
    score = join_scores([weigh_missing_user(material), *(clue.score for clue in clues)])
    if score < THRESHOLD:
        return PEOPLE
    strongest = max(clues, key=lambda clue: clue.score)
    return Verdict(find_kind(strongest, clues), score, strongest.reason, bool(around))


def weigh_missing_user(material: Material) -> float:
    """What it says that nobody is named: a little of a single message, or where all others of the service are."""
    talk = material.conversation
    return UNNAMED_SCORE if not talk.user_id and (len(talk.turns) == 1 or is_odd_one(material)) else 0.0


def is_odd_one(material: Material) -> bool:
    """Whether nobody is named where nearly all other conversations of the service name somebody."""
    talk = material.conversation
    return not talk.user_id and material.usual.named.get(talk.service_name, 0.0) >= NAMED_SHARE


def join_scores(scores: Iterable[float]) -> float:
    """How likely it is that at least one clue is right, as if they knew nothing of each other."""
    unlikely = 1.0
    for score in scores:
        unlikely *= 1 - score
    return round(1 - unlikely, 4)


def find_kind(strongest: Clue, clues: Sequence[Clue]) -> str:
    """The kind that the strongest clue names, or else another; a clue of a clock gives way to a name."""
    ordered = sorted(clues, key=lambda clue: -clue.score)
    named = next((clue.kind for clue in ordered if clue.kind and not clue.kind.startswith(TIMED)), "")
    return named or strongest.kind.removeprefix(f"{TIMED}:") or "batch"


def list_name_clues(material: Material) -> Iterator[Clue]:
    """What names in the conversation, its calls and its spans say."""
    talk, traffic = material.conversation, material.traffic
    found = [names.read_environment(talk.environment), names.read_service(talk.service_name)]
    found += [names.read_user(talk.user_id), *map(names.read_tag, talk.tags)]
    if not talk.derived:
        found.append(names.read_conversation_id(talk.conversation_id))
    found += [names.read_attribute(name, value) for name, value in traffic.resource.items()]
    found += map(names.read_attribute, traffic.span_keys)
    yield from {clue.reason: clue for clue in found if clue}.values()
    yield from names.read_scopes(traffic.scopes)
    for call in material.calls_of(talk.turns[0].answer)[:1]:
        yield from names.read_metadata(call.metadata)


def list_own_clues(material: Material) -> Iterator[Clue]:
    """What the times within the conversation say."""
    talk = material.conversation
    if rhythm := find_own_rhythm(talk):
        yield describe_rhythm(rhythm)
    elif is_chained(talk):
        yield Clue("batch", 0.9, f"each of its {len(talk.turns)} messages came within a second of the answer before")
    elif is_hurried(talk):
        yield Clue("", 0.45, "each of its messages came sooner than it could be typed")


def find_own_rhythm(talk: Conversation) -> Rhythm | None:
    """The rhythm in which the same words come again and again."""
    if sum(len(turn.answers) for turn in talk.turns) < SAME_CONVERSATION:
        return None
    words = talk.turns[-1].user_text
    starts = [answer.start_time_ns for turn in talk.turns if turn.user_text == words for answer in turn.answers]
    return find_rhythm(sorted(starts), starts[-1], SAME_CONVERSATION) if len(starts) >= SAME_CONVERSATION else None


def is_chained(talk: Conversation) -> bool:
    """Whether nobody can have read what the next message follows: all came at once, one after the other."""
    if len(talk.turns) < CHAIN:
        return False
    gaps = [measure_gap(before.answer, after.answers[0]) for before, after in pairwise(talk.turns)]
    return all(gap is not None and 0 <= gap < MACHINE_GAP_SECONDS for gap in gaps)


def is_hurried(talk: Conversation) -> bool:
    """Whether all messages came sooner than they can be typed; buttons with ready words are as quick."""
    pairs = [(measure_gap(before.answer, after.answers[0]), after.user_text) for before, after in pairwise(talk.turns)]
    return bool(pairs) and all(gap is not None and gap < len(text) / TYPED_A_SECOND for gap, text in pairs)


def list_traffic_clues(material: Material) -> Iterator[Clue]:
    """What else goes on says."""
    talk, traffic = material.conversation, material.traffic
    is_odd = is_odd_one(material)
    start = talk.start_time_ns
    if rhythm := find_rhythm(traffic.alike.starts_ns, start, FEW if is_odd else ENOUGH):
        yield describe_rhythm(rhythm)
    elif count := find_burst(traffic.alike, start, BURST_SOMEBODY if talk.user_id or is_odd else BURST_NOBODY):
        yield Clue("load_test", 0.85, f"the same message came {count} times within a minute")
    if traffic.rush >= RUSH and (talk.user_id or is_odd):
        whose = "one user" if talk.user_id else "nobody who is named"
        yield Clue("batch", 0.8, f"{whose} began {traffic.rush} conversations of one message within a minute")


def find_burst(alike: Alike, start_ns: int, enough: int) -> int:
    """How often a conversation opened like this one within a minute around this time; 0 where that is not enough, or
    happens day after day, as with the button that everybody presses."""
    full = [(begun, count) for begun, count in zip(alike.starts_ns, alike.in_minute, strict=True) if count >= enough]
    if len({begun // DAY_NS for begun, _ in full}) >= BURST_DAYS:
        return 0
    return max((count for begun, count in full if abs(begun - start_ns) <= BURST_NEAR_NS), default=0)


def describe_rhythm(rhythm: Rhythm) -> Clue:
    """The clue that a clock gives, with what people read."""
    kind = "monitor" if rhythm.seconds < MONITOR_SECONDS else "schedule"
    often = f"{DAY_SECONDS / rhythm.seconds:,.0f} times a day" if rhythm.seconds < DAY_SECONDS / 2 else ""
    told = f"the same message every {describe_interval(rhythm.seconds)}"
    return Clue(f"{TIMED}:{kind}", 0.9, f"{told}, {often}" if often else f"{told}, {rhythm.count} times so far")


def describe_interval(seconds: float) -> str:
    """An interval for people.

    >>> describe_interval(30.2), describe_interval(600), describe_interval(3_600), describe_interval(86_400)
    ('30 seconds', '10 minutes', 'hour', 'day')
    """
    for unit, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count = round(seconds / unit)
        if count and abs(seconds - count * unit) <= 0.05 * seconds:
            return name if count == 1 else f"{count} {name}s"
    return f"{seconds:,.0f} seconds"


def silence(material: Material, signals: Iterable[Signal]) -> Iterator[Signal]:
    """The signals of a machine's conversation, without those that say what a person felt.

    What somebody said or did on purpose stays as it is. What happened to an answer (an error, a refusal, a leak) stays
    to be found, but is neither good nor bad, for nobody was there to mind.
    """
    pressed = {
        action.target.answer.span_id
        for name in ("regenerate", "stop")
        for action in find_actions(material.conversation, material.feedback, name)
    }
    for signal in signals:
        if signal.kind in TOLD or (signal.kind in ABOUT_USERS and signal.span_id in pressed):
            yield signal
        elif signal.kind not in ABOUT_USERS:
            yield replace(signal, polarity=0) if signal.polarity else signal
