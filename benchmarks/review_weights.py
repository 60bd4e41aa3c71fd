"""What reviews tell of a detector whose truth is known: messages of simulated apps are chosen as a review queue chooses
them, judged without error, and what follows is held against the truth.

    python -m benchmarks.review_weights

In each app messages have a score of a kind of signal and are of it more often, the higher the score; where users say on
purpose otherwise, it is wrong more often than its score tells. A queue of the mix that is preset draws from 3,000.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import mean

import numpy as np

from feedback.review.choosing import Candidate, choose
from feedback.review.measuring import LEAST_TOLD, Heard, Reviewed, list_judged, measure_kinds
from feedback.review.questions import Question
from feedback.review.queue import Mix
from feedback.thresholds import AIM, Judged, Scored, suggest_threshold, to_logit, to_share

KIND = "complaint"
SHIPPED = 0.72
MESSAGES = 3_000
SIZES = (50, 100, 200, 400)
LEVELS = (-1.5, 0.0, 1.5)
"""By how many logits apps bend scores."""
AGAINST = 2.0
"""By how many logits a message is less of the kind where its user said otherwise on purpose."""


@dataclass(frozen=True)
class Message:
    name: str
    score: float
    is_of_kind: bool
    says_otherwise: bool

    @property
    def fires(self) -> bool:
        return self.score >= SHIPPED


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=60)
    seeds = parser.parse_args().seeds
    worlds = [make_world(seed, LEVELS[seed % len(LEVELS)]) for seed in range(seeds)]
    print(f"{seeds} apps of {MESSAGES} messages\n")
    print("share | reviews | weighed: error | bias | counted: error | bias | in interval | width | tell as much as")
    for size in SIZES:
        report_shares(worlds, size)
    for title, against in (("otherwise is wrong more often", AGAINST), ("otherwise is wrong as often", 0.0)):
        print(f"\nwhere what users say {title}")
        print("reviews | thresholds by | distance of what is right from what is aimed at | right less what was told")
        same = [make_world(seed, LEVELS[seed % len(LEVELS)], against) for seed in range(seeds)]
        for size in SIZES:
            report_thresholds(same, size)


def make_world(seed: int, level: float, against: float = AGAINST) -> list[Message]:
    random = np.random.default_rng(seed)
    scores = random.beta(0.5, 1.2, size=MESSAGES).clip(0.01, 0.99).round(3)
    otherwise = random.random(MESSAGES) < 0.15
    logits = level + to_logit(scores) - otherwise * against
    of_kind = random.random(MESSAGES) < to_share(logits)
    rows = zip(scores, of_kind, otherwise, strict=True)
    return [Message(f"{seed}-{at}", float(a), bool(b), bool(c)) for at, (a, b, c) in enumerate(rows)]


def review(world: Sequence[Message], size: int) -> list[Reviewed]:
    """A draw of the queue, every item judged."""
    candidates = [
        Candidate(
            each.name,
            1,
            0,
            uncertain=max(0.0, 1 - abs(each.score - SHIPPED) / 0.3),
            disagreement=float(each.says_otherwise and each.fires),
        )
        for each in world
    ]
    by_name = {each.name: each for each in world}
    items = choose(candidates, Mix(), size, "benchmark")
    return [judge(by_name[item.conversation_id], item.propensity) for item in items]


def judge(message: Message, propensity: float) -> Reviewed:
    heard = Heard(KIND, "", message.score, 0.8, message.fires)
    choices = (KIND,) if message.is_of_kind else ("none",)
    return Reviewed(Question.REACTION, message.name, choices, propensity, (heard,))


def report_shares(worlds: Sequence[Sequence[Message]], size: int) -> None:
    for name, is_counted, is_hit in (
        ("right", lambda each: each.fires, lambda each: each.is_of_kind),
        ("heard", lambda each: each.is_of_kind, lambda each: each.fires),
    ):
        rows = list(compare_shares(worlds, size, name, is_counted, is_hit))
        weighed, counted, covers, widths, effective = (np.array(column) for column in zip(*rows, strict=True))
        print(
            f"{name} | {size} | {abs(weighed).mean():.3f} | {weighed.mean():+.3f} | {abs(counted).mean():.3f} | "
            f"{counted.mean():+.3f} | {covers.mean():.0%} | {widths.mean():.2f} | {effective.mean():.0f}"
        )


def compare_shares(
    worlds: Sequence[Sequence[Message]],
    size: int,
    name: str,
    is_counted: Callable[[Message], bool],
    is_hit: Callable[[Message], bool],
) -> Iterator[tuple[float, float, bool, float, float]]:
    """Errors of the share by weights and by counting, whether the interval has the truth, its width, effective n."""
    for world in worlds:
        truth = mean(is_hit(each) for each in world if is_counted(each))
        items = review(world, size)
        measured, plain = (
            (found.precision if name == "right" else found.recall)
            for found in (measure_kinds(each)[KIND] for each in (items, [replace(i, propensity=1.0) for i in items]))
        )
        if measured and plain and measured.n >= LEAST_TOLD:
            covers = measured.low <= truth <= measured.high
            yield (
                measured.value - truth,
                plain.value - truth,
                covers,
                measured.high - measured.low,
                measured.effective_n,
            )


def report_thresholds(worlds: Sequence[Sequence[Message]], size: int) -> None:
    for name, list_verdicts in VERDICTS.items():
        distances, modesty = [], []
        for world in worlds:
            scores, counts = np.unique([each.score for each in world], return_counts=True)
            scored = [Scored(float(score), int(count)) for score, count in zip(scores, counts, strict=True)]
            found = suggest_threshold(list_verdicts(review(world, size)), scored, SHIPPED, SHIPPED)
            threshold = found.threshold if found and found.threshold else SHIPPED
            truth = mean(each.is_of_kind for each in world if each.score >= threshold)
            distances.append(abs(truth - AIM))
            if found and found.precision:
                modesty.append(truth - found.precision)
        told = f"{mean(modesty):+.3f} ({len(modesty)} moved)" if modesty else "–"
        print(f"{size} | {name} | {mean(distances):.3f} | {told}")


def count_once(items: Sequence[Reviewed]) -> list[Judged]:
    return list_judged(KIND, [replace(item, propensity=1.0) for item in items])


def weigh(items: Sequence[Reviewed]) -> list[Judged]:
    return list_judged(KIND, items)


def leave_silent(items: Sequence[Reviewed]) -> list[Judged]:
    """As if nothing were kept of what did not fire and is not of the kind."""
    return list_judged(KIND, [item for item in items if item.is_heard(KIND) or KIND in item.choices])


VERDICTS: dict[str, Callable[[Sequence[Reviewed]], list[Judged]]] = {
    "each verdict once": count_once,
    "weighed among like scores": weigh,
    "without what rightly did not fire": leave_silent,
}

if __name__ == "__main__":
    main()
