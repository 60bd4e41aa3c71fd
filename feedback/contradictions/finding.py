"""Turns of many users come in; what the same request was told otherwise goes out, the surest first, each as one line
with the pair that shows it best.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from feedback.contradictions.answers import Answer, Conflict, compare_answers, list_conflicts, read_answer
from feedback.contradictions.requests import Embed, Request, asks_alike, group_alike, is_comparable, read_request

MOST_ANSWERS = 400
"""Different answers to one request that are read, those of most users and the newest first."""
MOST_SAYINGS = 60
"""Of these, what is said in so many ways is compared."""
FEW_SAYINGS = 20
LEADS = 5
"""Of more than a few, these are compared with all others."""
MOST_READ = 5_000
"""Answers that are read in all."""
LEAST_SCORE = 0.5
LONGEST_SAID = 80
"""Characters of what an answer says, in the line that tells of it."""
OTHER_WORDS = 0.9
LATER = 0.9
AFTER_TOOLS = 0.8
"""What tools told may have been of the user alone."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A turn: what was asked, and the answer that stayed."""

    conversation_id: str
    turn_index: int
    user_id: str
    time_ns: int
    request: str
    answer: str
    trace_id: str = ""
    span_id: str = ""
    model: str = ""
    after_tools: bool = False

    @property
    def asker(self) -> str:
        """Whose it is: a user's, or a conversation's where nobody is known."""
        return f"user:{self.user_id}" if self.user_id else f"conversation:{self.conversation_id}"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What users who asked the same were told otherwise. `one` and `other` show it best; the passages of their answers
    that contradict stand in `conflict`."""

    one: Asked
    other: Asked
    conflict: Conflict
    score: float
    ones: int
    """So many users were told as `one` was, or nothing else than that."""
    others: int
    is_same_words: bool
    changes: tuple[str, ...] = field(default=())
    """What had changed between the two answers."""

    @property
    def askers(self) -> int:
        return self.ones + self.others


@dataclass(frozen=True, slots=True)
class Saying:
    """Turns of one group whose answers say the same, newest first."""

    turns: tuple[Asked, ...]
    answer: Answer


def find_contradictions(turns: Sequence[Asked], embed: Embed, limit: int = 100) -> list[Contradiction]:
    """At most `limit`, those that are surest and met most users first."""
    comparable = [
        each for each in turns if each.answer.strip() and is_comparable(each.request, is_opening=each.turn_index == 0)
    ]
    found = (_find_in_group(group, embed) for group in _group(comparable))
    return sorted((each for each in found if each), key=_order)[:limit]


def _order(each: Contradiction) -> tuple[object, ...]:
    return (
        -round(each.score, 2),
        -min(each.ones, each.others),
        -each.askers,
        -each.one.time_ns,
        each.one.conversation_id,
    )


def _group(turns: Sequence[Asked]) -> list[list[Asked]]:
    """Turns of requests that may ask the same, the groups with most users first, as many as are read."""
    requests = {each.request: read_request(each.request) for each in turns}
    counts = Counter(requests[each.request].key for each in turns)
    by_key = {request.key: request for request in requests.values()}
    leaders = group_alike(by_key[key] for key, _ in counts.most_common() if by_key[key].stems)
    groups: dict[str, list[Asked]] = defaultdict(list)
    for each in turns:
        if (key := requests[each.request].key) in leaders:
            groups[leaders[key]].append(each)
    several = [group for group in groups.values() if len({each.asker for each in group}) > 1]
    return list(_keep_readable(sorted(several, key=len, reverse=True)))


def _keep_readable(groups: Iterable[list[Asked]]) -> Iterator[list[Asked]]:
    read = 0
    for group in groups:
        read += min(len({each.answer for each in group}), MOST_ANSWERS)
        if read > MOST_READ:
            return
        yield group


def _find_in_group(group: Sequence[Asked], embed: Embed) -> Contradiction | None:
    """What was told otherwise to those who surely asked the same."""
    if len({each.answer for each in group}) < 2 or not _find_best(group):
        return None
    lead = _pick_lead(group)
    alike = {text: asks_alike(lead, read_request(text), embed) for text in {each.request for each in group}}
    return _find_best([each for each in group if alike[each.request]])


def _pick_lead(group: Sequence[Asked]) -> Request:
    """The request that most asked."""
    counts = Counter(read_request(each.request).key for each in group)
    key = counts.most_common(1)[0][0]
    return next(request for each in group if (request := read_request(each.request)).key == key)


def _find_best(group: Sequence[Asked]) -> Contradiction | None:
    sayings = _list_sayings(group)
    request = _pick_lead(group) if group else None
    best: tuple[float, Contradiction] | None = None
    for one, other in _pair(sayings):
        conflict = compare_answers(request, one.answer, other.answer) if request else None
        if conflict and (pair := _pick_pair(one, other, conflict)) and pair.score >= LEAST_SCORE:
            weight = pair.score + 0.001 * min(pair.ones, pair.others)
            if best is None or weight > best[0]:
                best = weight, pair
    return _count(best[1], sayings, request) if best and request else None


def _pair(sayings: Sequence[Saying]) -> Iterator[tuple[Saying, Saying]]:
    """All pairs of few; of many, each with those that most users heard."""
    leads = len(sayings) if len(sayings) <= FEW_SAYINGS else LEADS
    for place, one in enumerate(sayings[:leads]):
        for other in sayings[place + 1 :]:
            yield one, other


def _list_sayings(group: Sequence[Asked]) -> list[Saying]:
    """What is said, by most users first."""
    newest = sorted(group, key=lambda each: (-each.time_ns, each.conversation_id, each.turn_index))
    texts = Counter(each.answer for each in newest)
    kept = {text for text, _ in texts.most_common(MOST_ANSWERS)}
    by_signature: dict[object, list[Asked]] = defaultdict(list)
    for each in newest:
        if each.answer in kept:
            by_signature[read_answer(each.answer).signature].append(each)
    ordered = sorted(by_signature.values(), key=len, reverse=True)[:MOST_SAYINGS]
    return [Saying(tuple(turns), read_answer(turns[0].answer)) for turns in ordered]


def _pick_pair(one: Saying, other: Saying, conflict: Conflict) -> Contradiction | None:
    """The newest turns of two users, those who asked in the same words first."""
    pairs = [
        (first, second)
        for first in one.turns[:20]
        if first.answer == one.turns[0].answer
        for second in other.turns[:20]
        if second.answer == other.turns[0].answer and first.asker != second.asker
    ]
    if not pairs:
        return None
    keys: Mapping[str, str] = {each.request: read_request(each.request).key for pair in pairs for each in pair}
    first, second = max(pairs, key=lambda pair: keys[pair[0].request] == keys[pair[1].request])
    is_same = keys[first.request] == keys[second.request]
    score = conflict.score * (1 if is_same else OTHER_WORDS)
    score *= LATER if first.turn_index or second.turn_index else 1
    score *= AFTER_TOOLS if first.after_tools or second.after_tools else 1
    ones, others = (len({each.asker for each in saying.turns}) for saying in (one, other))
    return Contradiction(first, second, conflict, round(score, 3), ones, others, is_same)


def _count(found: Contradiction, sayings: Sequence[Saying], request: Request) -> Contradiction:
    """How many users were told as each of the two was: what contradicts the passage of the other, and not its own."""
    conflict = found.conflict
    one, other = read_answer(found.one.answer), read_answer(found.other.answer)
    ones, others = {found.one.asker}, {found.other.asker}
    for saying in sayings:
        against_one = _contradicts(request, saying.answer, one, conflict.kind, conflict.one)
        against_other = _contradicts(request, saying.answer, other, conflict.kind, conflict.other)
        if against_one != against_other:
            (others if against_one else ones).update(each.asker for each in saying.turns)
    counted = replace(found, ones=len(ones), others=len(others))
    return counted if counted.ones >= counted.others else _turn(counted)


def _contradicts(request: Request, answer: Answer, other: Answer, kind: str, passage: tuple[int, int]) -> bool:
    conflicts = list_conflicts(request, answer, other)
    return any(each.kind == kind and each.other == passage for each in conflicts)


def _turn(each: Contradiction) -> Contradiction:
    """The same, told from the other side."""
    turned = replace(each, one=each.other, other=each.one, ones=each.others, others=each.ones)
    return replace(turned, conflict=each.conflict.turned())


def forget_texts() -> None:
    """Keep nothing of what was read."""
    read_answer.cache_clear()
    read_request.cache_clear()


def describe(each: Contradiction) -> str:
    """One line for people: how many were told what."""
    known = bool(each.one.user_id and each.other.user_id)
    whose = (
        ("user" if each.ones == 1 else "users") if known else ("conversation" if each.ones == 1 else "conversations")
    )
    ones, others, conflict = f"{each.ones:,} {whose}", f"{each.others:,}", each.conflict
    if conflict.kind == "refusal":
        is_first = conflict.one_says == "declines"
        return f"{ones} got {'a refusal' if is_first else 'help'}, {others} {'help' if is_first else 'a refusal'}"
    if conflict.kind == "denial":
        return (
            f"{ones} heard that it is so, {others} that it is not"
            if conflict.one_says == "says so"
            else (f"{ones} heard that it is not so, {others} that it is")
        )
    if conflict.kind == "yes_no":
        return f"{ones} heard {conflict.one_says}, {others} {conflict.other_says}"
    return f"{ones} heard “{_cut(conflict.one_says)}”, {others} “{_cut(conflict.other_says)}”"


def _cut(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_SAID else f"{words[: LONGEST_SAID - 1]}…"
