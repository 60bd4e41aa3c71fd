"""Facts and verdicts as arrays, one conversation at each place: what everything is estimated from."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from feedback.satisfaction.defaults import Defaults
from feedback.satisfaction.facts import Facts, Verdict
from feedback.satisfaction.votes import Votes, cast_votes

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What was said on purpose, one verdict at each place."""

    conversations: Places
    """Places in the table."""
    dissatisfied: Booleans
    asked: Booleans
    """Said when asked."""
    reviewed: Booleans
    """Said by a reviewer and not by the user."""
    turn_indices: Array
    answer_characters: Array

    @property
    def of_users(self) -> Booleans:
        return ~self.reviewed

    def keep(self, kept: Booleans) -> "Verdicts":
        """Those where it is true."""
        return Verdicts(*(getattr(self, field.name)[kept] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Table:
    votes: Votes
    users: Places
    """A number for each user."""
    turns: Array
    answer_characters: Array
    asked: Booleans
    propensities: Array
    verdicts: Verdicts

    def __len__(self) -> int:
        return len(self.users)


def tabulate(facts: Sequence[Facts], verdicts: Sequence[Verdict], defaults: Defaults) -> Table:
    """Verdicts on conversations that are not among the facts are left out; of several in one all count."""
    names = [each.name for each in defaults.prior.votes]
    places = {each.conversation_id: place for place, each in enumerate(facts)}
    numbers: dict[str, int] = {}
    users = [
        numbers.setdefault(f"u{each.user_id}" if each.user_id else f"c{row}", row) for row, each in enumerate(facts)
    ]
    return Table(
        votes=cast_votes(facts, defaults.words, names),
        users=np.array(users, np.int64),
        turns=np.array([float(each.turns) for each in facts]),
        answer_characters=np.array([each.answer_characters for each in facts], float),
        asked=np.array([each.is_asked for each in facts], bool),
        propensities=np.array([each.propensity for each in facts], float),
        verdicts=_tabulate_verdicts([each for each in verdicts if each.conversation_id in places], places),
    )


def _tabulate_verdicts(verdicts: Sequence[Verdict], places: dict[str, int]) -> Verdicts:
    return Verdicts(
        conversations=np.array([places[each.conversation_id] for each in verdicts], np.int64),
        dissatisfied=np.array([each.is_dissatisfied for each in verdicts], bool),
        asked=np.array([each.source == "asked" for each in verdicts], bool),
        reviewed=np.array([each.source == "review" for each in verdicts], bool),
        turn_indices=np.array([each.turn_index for each in verdicts], float),
        answer_characters=np.array([each.answer_characters for each in verdicts], float),
    )
