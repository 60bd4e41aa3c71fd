"""Rows of ClickHouse as facts of conversations, and estimates as rows of `estimates` and back: the only place that
knows their columns.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.asking import is_model_unsure
from feedback.confirmations import Said, hear, is_missed, load_confirmations
from feedback.labels import DISSATISFIED, SATISFIED
from feedback.satisfaction import Estimates, Facts, Interval, Observation, Verdict
from feedback.satisfaction.votes import LEAST_SCORE
from tracing.filter_language import Filter
from tracing.filter_sql import compile_filter
from tracing.store import Store

ON_PURPOSE = frozenset({"thumbs", "rating"})
"""Kinds of signals that tell a verdict of the user; what they say stands in their polarity."""
NOTHING_TOLD = (0, 0, 0)
IDS_AT_ONCE = 1_000
"""Bound to one query; more would be too long for a server's parameters."""


@dataclass(frozen=True, slots=True)
class Known:
    """Of some conversations, all that satisfaction is estimated from."""

    facts: list[Facts]
    verdicts: list[Verdict]


@dataclass(frozen=True, slots=True)
class Estimate:
    """How likely it is that the user of a conversation was dissatisfied."""

    probability: Interval
    reasons: tuple[tuple[str, float], ...]
    """What speaks for it by name, in log odds that add up to those of the probability."""
    is_fitted: bool
    """Whether feedback of the project's own users was learnt from."""
    basis: str
    """Digest of the model and of what it learnt from the project."""
    turns: int = 1
    high_unpraised: float = 1.0
    """The upper end as it were, had nothing been heard that speaks for the user."""
    is_model_unsure: bool = False
    """Of its last answer."""


def load_known(store: Store, project_id: int, given: Filter, limit: int, now_ns: int) -> Known:
    """What is known of the latest conversations of people that match and were listened to, the latest first. Raises
    FilterError."""
    path, where = "feedback/sql/conversations_to_learn_from.sql", compile_filter(given, "conversations", now_ns)
    rows = store.query(path, where, project_id=project_id, limit=limit)
    places = {row["conversation_id"]: place for place, row in enumerate(rows)}
    known = load_known_of(store, project_id, list(places))
    known.facts.sort(key=lambda facts: places[facts.conversation_id])
    return known


def load_known_of(store: Store, project_id: int, conversation_ids: Sequence[str]) -> Known:
    """What is known of those of these conversations that people led and that were listened to."""
    known, ids = Known([], []), sorted(conversation_ids)  # neighbours stand together in the store
    for first in range(0, len(ids), IDS_AT_ONCE):
        add_known(store, project_id, ids[first : first + IDS_AT_ONCE], known)
    return known


def add_known(store: Store, project_id: int, conversation_ids: Sequence[str], known: Known) -> None:
    """Query these, few enough for one query."""
    bound = {"project_id": project_id, "conversation_ids": conversation_ids, "least_score": LEAST_SCORE}
    rows = store.query("feedback/sql/satisfaction_facts.sql", **bound)
    said = load_confirmations(store, project_id, [row["conversation_id"] for row in rows if row["is_told"]])
    for row in rows:
        heard = read_heard(row["heard"], said.get(row["conversation_id"], ()))
        known.facts.append(read_facts(row, [each for each in heard if each.kind not in ON_PURPOSE]))
        known.verdicts.extend(read_verdicts(row))


def load_told_versions(store: Store, project_id: int, conversation_ids: Sequence[str]) -> dict[str, list[int]]:
    """By conversation, when the latest of each source of its estimate was written (microseconds)."""
    path = "feedback/sql/versions_to_estimate.sql"
    rows = store.query(path, project_id=project_id, conversation_ids=list(conversation_ids))
    return {row["conversation_id"]: row["versions"] for row in rows}


def read_heard(rows: Sequence[tuple[Any, ...]], said: Sequence[Said]) -> list[Observation]:
    """What counts of the signals of a conversation: none that a person rejected, and fully what a person confirmed."""
    verdicts = {(each.key.turn_index, each.key.kind, each.key.label, each.key.span_id): each for each in said}
    found = []
    for kind, label, polarity, score, fired, turn_index, _, span_id in rows:
        of_it = verdicts.pop((turn_index, kind, label, span_id), None)
        is_confirmed = of_it is not None and of_it.confirmation.verdict == "confirmed"
        if of_it is None or is_confirmed:
            strength = 1.0 if is_confirmed else score
            found.append(Observation(kind, polarity, strength, fired or is_confirmed, turn_index, label))
    missed = [hear(each) for each in verdicts.values() if is_missed(each)]
    return found + [Observation(each.kind, each.polarity, 1.0, True, each.turn_index, each.label) for each in missed]


def read_facts(row: Mapping[str, Any], heard: Sequence[Observation]) -> Facts:
    lengths = [length for _, length in row["lengths"]]
    return Facts(
        conversation_id=row["conversation_id"],
        user_id=row["user_id"],
        observations=tuple(heard),
        turns=row["turn_count"],
        answer_characters=sum(lengths) / len(lengths) if lengths else 0.0,
        is_asked=row["is_asked"],
        propensity=row["propensity"],
    )


def read_verdicts(row: Mapping[str, Any]) -> list[Verdict]:
    """What the user said on purpose, by the answer that it is about, and what reviewers said of the conversation."""
    lengths, answered = dict(row["lengths"]), set(row["answered"])
    of_user = [
        Verdict(
            row["conversation_id"],
            polarity < 0,
            "asked" if (kind, span_id) in answered else "volunteered",
            turn_index=about,
            answer_characters=lengths.get(about, 0),
        )
        for kind, _, polarity, _, fired, _, about, span_id in row["heard"]
        if kind in ON_PURPOSE and fired
    ]
    return of_user + read_reviews(row["conversation_id"], row["outcomes"])


def read_reviews(conversation_id: str, outcomes: Sequence[str]) -> list[Verdict]:
    """What most reviewers said of a conversation, once: they read the same, so what they say is no evidence of its own.
    Where as many say the one as the other it is nothing.

    >>> read_reviews("c", ["satisfied"] * 2), len(read_reviews("c", ["satisfied", "dissatisfied"]))
    ([Verdict(conversation_id='c', is_dissatisfied=False, source='review', turn_index=0, answer_characters=0.0)], 0)
    """
    lead = outcomes.count(DISSATISFIED) - outcomes.count(SATISFIED)
    return [Verdict(conversation_id, lead > 0, "review")] if lead else []


def read_estimates(
    facts: Sequence[Facts], found: Estimates, unpraised: Estimates, *, is_fitted: bool, basis: str
) -> dict[str, Estimate]:
    """By conversation; both estimates, of all that is known and of what is left by `strike_praise`, have the places of
    the facts."""
    return {
        each.conversation_id: Estimate(
            Interval(*(float(ends[place]) for ends in (found.probabilities, found.lows, found.highs))),
            tuple(found.explain(place).items()),
            is_fitted,
            basis,
            each.turns,
            float(unpraised.highs[place]),
            is_model_unsure(each),
        )
        for place, each in enumerate(facts)
    }


def load_estimates(store: Store, project_id: int, conversation_ids: Sequence[str]) -> dict[str, Estimate]:
    """Those that there are of these conversations."""
    if not conversation_ids:
        return {}
    path = "feedback/sql/estimates_of_conversations.sql"
    rows = store.query(path, project_id=project_id, conversation_ids=list(conversation_ids))
    return {row["conversation_id"]: read_row(row) for row in rows}


def read_row(row: Mapping[str, Any]) -> Estimate:
    probability = Interval(row["probability"], row["low"], row["high"])
    reasons = tuple(zip(row["names"], row["log_odds"], strict=True))
    for_asking = row["turn_count"], row["high_unpraised"], row["is_model_unsure"]
    return Estimate(probability, reasons, row["is_fitted"], row["basis"], *for_asking)


def write_estimates(
    store: Store,
    project_id: int,
    estimates: Mapping[str, Estimate],
    told_versions: Mapping[str, Sequence[int]],
    gone: Collection[str],
    version: int,
) -> None:
    """Write in `version` (microseconds) what was estimated, by conversation; those that are `gone` lose theirs.

    `told_versions` says what of each was looked at, as `load_told_versions` gave it before.
    """
    versions = [list(told_versions.get(key, NOTHING_TOLD)) for key in (*estimates, *gone)]
    told = list(estimates.values())
    nothing = [Estimate(Interval(0.0, 0.0, 0.0), (), False, "")] * len(gone)
    columns: dict[str, list[Any]] = {
        "project_id": [project_id] * (len(told) + len(gone)),
        "conversation_id": [*estimates, *gone],
        "probability": [each.probability.value for each in (*told, *nothing)],
        "low": [each.probability.low for each in (*told, *nothing)],
        "high": [each.probability.high for each in (*told, *nothing)],
        "reasons.name": [[name for name, _ in each.reasons] for each in (*told, *nothing)],
        "reasons.log_odds": [[log_odds for _, log_odds in each.reasons] for each in (*told, *nothing)],
        "is_fitted": [each.is_fitted for each in (*told, *nothing)],
        "basis": [each.basis for each in (*told, *nothing)],
        "turn_count": [each.turns for each in (*told, *nothing)],
        "high_unpraised": [each.high_unpraised for each in (*told, *nothing)],
        "is_model_unsure": [each.is_model_unsure for each in (*told, *nothing)],
        "told_version": list(map(max, versions)),
        "told_versions": versions,
        "version": [version] * (len(told) + len(gone)),
        "is_deleted": [0] * len(told) + [1] * len(gone),
    }
    store.insert("estimates", columns)
