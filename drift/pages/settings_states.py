"""How each page of settings stands, in a sentence: counts and dates in, words out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from feedback.asking import Rules
from feedback.detectors.tuning import Tuning
from feedback.pages.arrivals import LATE_SECONDS, write_lag
from tracing.masking import Masking
from tracing.pulses import Work

MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class State:
    """Words, the moment that they speak of where there is one, and whether somebody should look."""

    words: str
    at: datetime | None = None
    is_bad: bool = False


def tell_retention(slug: str, days: int) -> State:
    return State(f"{slug}; data is kept for {count(days, 'day') if days else 'ever'}")


def tell_kinds(own: int) -> State:
    return State(
        f"{count(own, 'kind')} of data kept for days of {'its' if own == 1 else 'their'} own"
        if own
        else "all kinds of data are kept alike"
    )


def tell_erasures(going_on: int, unclean: int, last: datetime | None) -> State:
    if unclean:
        return State(f"something was found after {count(unclean, 'erasure')}", is_bad=True)
    if going_on:
        return State(f"{count(going_on, 'erasure')} going on")
    return State("last erased", last) if last else State("nothing was erased yet")


def tell_masking(masking: Masking, left_out: int) -> State:
    if left_out:
        return State(f"a pattern took too long for {count(left_out, 'text')}", is_bad=True)
    words = f"{count(len(masking.kinds), 'kind')} hidden" if masking.kinds else "no kind of data is hidden"
    return State(f"{words}, {count(len(masking.patterns), 'pattern')} of your own" if masking.patterns else words)


def tell_members(members: int, invited: int) -> State:
    words = count(members, "member") if members else "nobody has been invited yet"
    return State(f"{words}, {count(invited, 'invitation')} open" if invited else words)


def tell_keys(keys: int, last_used: datetime | None) -> State:
    if not keys:
        return State("none yet")
    return State(f"{count(keys, 'key')}, last used" if last_used else f"{count(keys, 'key')}, never used", last_used)


def tell_audit(last: datetime | None) -> State:
    return State("last change", last) if last else State("nothing was changed yet")


def tell_detectors(detectors: int, tuning: Tuning) -> State:
    words = f"{detectors - len(tuning.off)} of {detectors} on"
    own = len(tuning.thresholds)
    return State(f"{words}, {own} with {'a threshold' if own == 1 else 'thresholds'} of this project" if own else words)


def tell_stages(work: Work | None, behind: float, now: datetime) -> State:
    """`behind` is what was measured last, of the stage that is furthest."""
    if work is None:
        return State("nobody has worked yet")
    if work.find_silence(now):
        return State("no worker was heard since", work.at, is_bad=True)
    if behind >= LATE_SECONDS:
        return State(f"{write_lag(behind)} behind", is_bad=True)
    return State("all keep up")


def tell_texts(hours: int | None) -> State:
    if hours is None:
        return State("texts are kept")
    return State(f"texts are kept for {count(hours, 'hour')}" if hours else "no texts are kept")


def tell_asking(rules: Rules) -> State:
    if not rules.is_on:
        return State("off: nobody is asked")
    return State(f"on: {rules.random_share:.1%} of all users at random".replace("%", " %"))


def tell_judge(model: str, calls: int, calls_a_day: int, problem: str) -> State:
    if not model:
        return State("none is set up")
    return State(problem or f"{model}, {calls:,} of {calls_a_day:,} calls today", is_bad=bool(problem))


def tell_targets(names: Sequence[str], troubles: int) -> State:
    """`names` are those of the targets that are on."""
    if troubles:
        return State(f"{count(troubles, 'target')} did not take the last alert", is_bad=True)
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return State(", ".join(names[:MOST_NAMES]) + more if names else "none: alerts are shown here alone")


def tell_prices(own: int) -> State:
    return State(f"{count(own, 'price')} of this project, else those that Tacit knows" if own else "those Tacit knows")


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
