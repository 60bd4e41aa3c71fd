"""Public sets that are not in the repository come in, figures on them go out, beside what a word-count model reaches.

Each text is put where it would stand in a conversation, and what `tacit detect` says of it is taken. Where a threshold
is needed it is the shipped one, or one chosen on other texts. Of long sets so many texts are drawn, the same each time.
"""

import gzip
import json
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sklearn.pipeline import make_pipeline

from benchmarks.accuracy.hearing import FULL, STATIC, Heard, hear
from benchmarks.accuracy.measures import (
    Booleans,
    Numbers,
    find_best_f1,
    measure_average_precision,
    measure_f1,
    measure_macro_f1,
)
from feedback.accuracy import OtherSet, Result

MOST = 400
"""Texts of a set, or of each of its sorts."""
TIERS = (STATIC, FULL)
GREETING = ("Hi", "Hello! How can I help you today?")
DISSATISFIED = ("rephrase", "correction", "complaint", "clarification_request", "early_termination", "request_human")
FEW_ALARMS = 0.03

Exchange = tuple[str, str, str]
"""Request, answer, message."""
Drawn = TypeVar("Drawn")
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """Exchanges, and what was heard of the last message of each, by tier."""

    exchanges: Sequence[Exchange]
    heard: Mapping[str, Sequence[Heard]]

    def score(self, measure: Callable[[Sequence[Heard]], float]) -> dict[str, float]:
        return {tier: round(measure(heard), 4) for tier, heard in self.heard.items()}


def hear_exchanges(exchanges: Sequence[Exchange]) -> Sample:
    rows = [
        {
            "conversation_id": str(number),
            "turns": [
                {"role": role, "content": text}
                for role, text in zip(("user", "assistant", "user"), exchange, strict=True)
            ],
        }
        for number, exchange in enumerate(exchanges)
    ]
    found = {tier.name: hear(rows, tier) for tier in TIERS}
    return Sample(exchanges, {tier: [each[number, 2] for number in range(len(rows))] for tier, each in found.items()})


def read_set(data: Path, *names: str) -> list[dict[str, Any]]:
    rows = []
    for name in names:
        with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows += [json.loads(line) for line in lines]
    return rows


def draw(texts: Iterable[Drawn], most: int = MOST) -> list[Drawn]:
    listed = list(texts)
    return listed if len(listed) <= most else random.Random(0).sample(listed, most)  # noqa: S311 -- no secret


def score_kind(heard: Iterable[Heard], kind: str) -> Numbers:
    return np.array([each.scores.get(kind, 0.0) for each in heard])


def fire_kind(heard: Iterable[Heard], kind: str) -> Booleans:
    return np.array([kind in each.fired for each in heard])


def count_words() -> Any:
    """The simple model: logistic regression over how often words and pairs of them stand in the text."""
    return make_pipeline(CountVectorizer(ngram_range=(1, 2), min_df=2), LogisticRegression(C=1.0, max_iter=1000))


def guess_simply(texts: Sequence[str], truth: Booleans) -> Numbers:
    """What the simple model says of each text, learnt from the other four fifths of its own set."""
    found: Numbers = cross_val_predict(count_words(), texts, truth, cv=5, method="predict_proba")[:, 1]
    return found


def guess_unseen(texts: Sequence[str], truth: Booleans, groups: Any) -> Numbers:
    """What the simple model says of each text, learnt from the groups that it is not in."""
    split = LeaveOneGroupOut()
    found: Numbers = cross_val_predict(count_words(), texts, truth, groups=groups, cv=split, method="predict_proba")
    return found[:, 1]


def measure_corrections(data: Path) -> list[OtherSet]:
    """Corrections of an assistant against each pool of what only looks like one."""
    repairs = read_set(data, "correction_repairqa_train")
    corrections = draw((row["user1"], row["assistant"], row["user2"]) for row in repairs)
    before = [(row["user1"], row["assistant"]) for row in draw(repairs, len(repairs))]
    disfluent = draw(read_set(data, "selfrepair_disflqa_dev", "selfrepair_disflqa_train"))
    pools = {
        "people correcting themselves inside one message (Disfl-QA)": [row["disfluent"] for row in disfluent],
        "the same questions without a slip (Disfl-QA)": [row["original"] for row in disfluent],
        "questions of bank customers (banking77)": [r["text"] for r in draw(read_set(data, "benign_banking77_train"))],
        "the same question in other words (Repair-QA)": [
            row["b"] for row in draw(read_set(data, "rephrase_repairqa_train"))
        ],
    }
    rephrased = {row["b"]: row["a"] for row in read_set(data, "rephrase_repairqa_train")}
    answers = {row["user1"]: row["assistant"] for row in repairs}
    found = hear_exchanges(corrections)
    results = []
    for name, texts in pools.items():
        exchanges = [
            (asked, answers.get(asked, ""), text)
            if (asked := rephrased.get(text, ""))
            else (*before[number % len(before)], text)
            for number, text in enumerate(texts)
        ]
        results.append(compare_pool(name, found, hear_exchanges(exchanges)))
    return results


def compare_pool(name: str, corrections: Sample, pool: Sample) -> OtherSet:
    count = len(corrections.exchanges)
    truth = np.arange(count + len(pool.exchanges)) < count
    exchanges = (*corrections.exchanges, *pool.exchanges)
    both = Sample(exchanges, {tier: [*heard, *pool.heard[tier]] for tier, heard in corrections.heard.items()})
    simple = guess_simply([message for _, _, message in exchanges], truth)
    few = partial(find_best_f1, truth, most_alarms=FEW_ALARMS)
    return OtherSet(
        f"Corrections against {name}",
        "corrections from Repair-QA",
        len(truth),
        (
            Result(
                "F1 at the shipped threshold",
                both.score(lambda heard: measure_f1(truth, fire_kind(heard, "correction"))),
            ),
            Result("false alarms there", pool.score(lambda heard: float(fire_kind(heard, "correction").mean()))),
            Result(
                "best F1 at no more than 3 % false alarms",
                both.score(lambda heard: few(scores=score_kind(heard, "correction"))[0]),
                round(few(scores=simple)[0], 4),
            ),
        ),
    )


def measure_complaints(data: Path) -> list[OtherSet]:
    """Tweets to companies, each domain with the threshold that is best in the others."""
    rows = draw(read_set(data, "complaints"), 3 * MOST)
    truth, domains = np.array([row["label"] == 1 for row in rows]), np.array([row["domain"] for row in rows])
    texts = [row["text"] for row in rows]
    found = hear_exchanges([(*GREETING, text) for text in texts])
    simple = guess_unseen(texts, truth, domains)
    macro = partial(measure_unseen, truth, domains)
    return [
        OtherSet(
            "Complaints of tweets to companies",
            "nine domains, each held out",
            len(rows),
            (
                Result(
                    "macro-F1, complaint",
                    found.score(lambda heard: macro(score_kind(heard, "complaint"))),
                    round(macro(simple), 4),
                ),
                Result("macro-F1, complaint or a negative tone", found.score(lambda heard: macro(score_bad(heard)))),
            ),
        )
    ]


def measure_unseen(truth: Booleans, groups: Any, scores: Numbers) -> float:
    """Mean over both classes of F1, each group at the threshold that is best in the others."""
    told = np.zeros(len(truth), bool)
    for group in np.unique(groups):
        inside = groups == group
        told[inside] = scores[inside] >= choose_threshold(truth[~inside], scores[~inside])
    return measure_macro_f1(truth.astype(str).tolist(), told.astype(str).tolist(), ("True", "False"))


def choose_threshold(truth: Booleans, scores: Numbers) -> float:
    """That of the best macro-F1."""
    chosen = np.unique(np.quantile(scores, np.linspace(0.02, 0.98, 49)))
    names = truth.astype(str).tolist()
    found = [measure_macro_f1(names, (scores >= each).astype(str).tolist(), ("True", "False")) for each in chosen]
    return float(chosen[int(np.argmax(found))])


def score_bad(heard: Iterable[Heard]) -> Numbers:
    """How much speaks for a user who is not content: the highest score of what is said against the answer, or tone."""
    return np.array([max(-each.signed_tone, *(each.scores.get(kind, 0.0) for kind in DISSATISFIED)) for each in heard])


def measure_tones(data: Path) -> list[OtherSet]:
    """Sentiment of sentences and tweets, which is of films and the world rather than toward an assistant."""
    films = draw(read_set(data, "sentiment_sst2_dev"))
    tweets = draw(read_set(data, "sentiment_tweeteval_val"), 3 * MOST)
    good = np.array([row["label"] == 1 for row in films])
    names = [("negative", "neutral", "positive")[row["label"]] for row in tweets]
    of_films = hear_exchanges([(*GREETING, row["text"]) for row in films])
    of_tweets = hear_exchanges([(*GREETING, row["text"]) for row in tweets])
    learnt = draw(read_set(data, "sentiment_sst2_train"), 20 * MOST)
    simple = count_words().fit([row["text"] for row in learnt], [row["label"] for row in learnt])
    return [
        OtherSet(
            "Sentences on films (SST-2)",
            "two classes, by the sign of the tone",
            len(films),
            (
                Result(
                    "accuracy",
                    of_films.score(lambda heard: float(np.mean((sign_tone(heard) > 0) == good))),
                    round(float(simple.score([row["text"] for row in films], [row["label"] for row in films])), 4),
                ),
                Result("AUROC", of_films.score(lambda heard: float(roc_auc_score(good, sign_tone(heard))))),
            ),
        ),
        OtherSet(
            "Tweets (TweetEval)",
            "three classes",
            len(tweets),
            (
                Result(
                    "macro-recall",
                    of_tweets.score(lambda heard: measure_macro_recall(names, [each.tone for each in heard])),
                ),
            ),
        ),
    ]


def sign_tone(heard: Iterable[Heard]) -> Numbers:
    return np.array([each.signed_tone for each in heard])


def measure_macro_recall(truth: Sequence[str], told: Sequence[str]) -> float:
    known, said = np.array(truth), np.array(told)
    return float(np.mean([(said[known == tone] == tone).mean() for tone in np.unique(known)]))


def measure_rephrases(data: Path) -> list[OtherSet]:
    """Pairs of sentences that say the same or not, and questions asked again against other questions."""
    pairs = draw(read_set(data, "paraphrase_msrp_train"))
    same = np.array([row["label"] == 1 for row in pairs])
    asked = draw(read_set(data, "rephrase_repairqa_train"))
    again = [(row["a"], "", row["b"]) for row in asked]
    other = [(row["a"], "", asked[(number + 1) % len(asked)]["b"]) for number, row in enumerate(asked)]
    is_again = np.arange(2 * len(asked)) < len(asked)
    halves = np.arange(len(pairs)) % 2
    return [
        OtherSet(
            "Paraphrases of the news (MSRP)",
            "as if one were asked after the other; the threshold is chosen on the other half",
            len(pairs),
            (
                Result(
                    "accuracy",
                    hear_exchanges([(row["a"], "", row["b"]) for row in pairs]).score(
                        lambda heard: measure_halves(same, halves, score_kind(heard, "rephrase"))
                    ),
                ),
            ),
        ),
        OtherSet(
            "Questions asked again (Repair-QA)",
            "against the same questions followed by another",
            len(is_again),
            (
                Result(
                    "best F1",
                    hear_exchanges([*again, *other]).score(
                        lambda heard: find_best_f1(is_again, score_kind(heard, "rephrase"), 1.0)[0]
                    ),
                ),
            ),
        ),
    ]


def measure_halves(truth: Booleans, halves: Any, scores: Numbers) -> float:
    """Accuracy, each half at the threshold that is best in the other."""
    told = np.zeros(len(truth), bool)
    for half in (0, 1):
        chosen = np.unique(scores[halves != half])
        right = [((scores[halves != half] >= each) == truth[halves != half]).mean() for each in chosen]
        told[halves == half] = scores[halves == half] >= chosen[int(np.argmax(right))]
    return float((told == truth).mean())


def measure_satisfaction(data: Path) -> list[OtherSet]:
    """Users of booking systems whom most raters call dissatisfied (below 3 of 5), against all others."""
    found = []
    for name in ("sgd", "mwoz"):
        rows = [row for row in read_set(data, f"satisfaction_{name}_train") if row["context"]]
        bad = [row for row in rows if is_clearly_bad(row["ratings"])]
        chosen = [*bad, *draw((row for row in rows if not is_clearly_bad(row["ratings"])), MOST)]
        truth = np.arange(len(chosen)) < len(bad)
        heard = hear_exchanges([(*row["context"][-1], row["user"]) for row in chosen])
        simple = guess_simply([row["user"] for row in chosen], truth)
        auroc = Result(
            "AUROC of clear dissatisfaction",
            heard.score(lambda each, truth=truth: float(roc_auc_score(truth, score_bad(each)))),  # type: ignore[misc]
            round(float(roc_auc_score(truth, simple)), 4),
        )
        found.append(OtherSet(f"Booking by dialogue ({name.upper()})", "what users say next", len(chosen), (auroc,)))
    return found


def is_clearly_bad(ratings: Sequence[int]) -> bool:
    return sum(each < 3 for each in ratings) * 2 > len(ratings)


PETRAK = {
    "Repeat or Rephrase": "rephrase",
    "Make Aware With Correction": "correction",
    "Make Aware Without Correction": "complaint",
    "Ask for Clarification": "clarification_request",
}


def measure_reactions(data: Path) -> list[OtherSet]:
    """Reactions to errors of chat bots, each kind against the other reactions."""
    rows = [row for row in read_set(data, "feedback_petrak") if row["user"].strip()]
    exchanges = []
    for row in rows:
        said = re.findall(r"<(user|system)>(.*?)(?=<(?:user|system)>|$)", row["context"], re.DOTALL)
        users = [text.strip() for role, text in said if role == "user"]
        answers = [text.strip() for role, text in said if role == "system" and text.strip()]
        exchanges.append(((users or [""])[-1], (answers or [""])[-1], row["user"].strip()))
    heard = hear_exchanges(exchanges)
    results = []
    for label, kind in PETRAK.items():
        truth = np.array([row["label"] == label for row in rows])
        scored = heard.score(lambda each: measure_average_precision(truth, score_kind(each, kind)))  # noqa: B023
        results.append(Result(f"AP of {kind} ({truth.sum()})", scored, round(float(truth.mean()), 4)))
    what = "reactions to errors of chat bots; beside it, what chance reaches"
    return [OtherSet("Reactions in dialogues (Petrak et al.)", what, len(rows), tuple(results))]


def measure_breakdowns(data: Path) -> list[OtherSet]:
    """What users say after an answer that broke the dialogue, against after one that did not."""
    rows = [row for row in read_set(data, "breakdown_dbdc4") if row["next_user"] and row["label"] in "XO"]
    truth = np.array([row["label"] == "X" for row in rows])
    asked = [next((text for who, text in reversed(row["context"]) if who == "U"), "") for row in rows]
    heard = hear_exchanges([(said, row["system"], row["next_user"]) for said, row in zip(asked, rows, strict=True)])
    simple = guess_simply([row["next_user"] for row in rows], truth)
    auroc = Result(
        "AUROC of a breakdown",
        heard.score(lambda each: float(roc_auc_score(truth, score_bad(each)))),
        round(float(roc_auc_score(truth, simple)), 4),
    )
    return [OtherSet("Breakdowns of chat bots (DBDC4)", "by what the user says next", len(rows), (auroc,))]


MEASURES = (
    measure_corrections,
    measure_complaints,
    measure_tones,
    measure_rephrases,
    measure_satisfaction,
    measure_reactions,
    measure_breakdowns,
)


def measure_others(data: Path, tell: Tell) -> tuple[OtherSet, ...]:
    """Every set whose files are there."""
    found: list[OtherSet] = []
    for measure in MEASURES:
        tell(f"{(measure.__doc__ or '').splitlines()[0]} …")
        found += measure(data)
    return tuple(found)
