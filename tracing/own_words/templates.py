"""Many messages of one service in, the templates that they were made from out; then a message in, its words out.

A template is what several messages share: sequences of three tokens are looked up in all messages at once, each with
the set of messages that have it, and a set of messages that share many is taken for one template. Which of the gaps is
the person's is told by the label before it, how short it is, how much it varies, and whether it asks.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from tracing.own_words.labels import Label, classify_clause, classify_name, find_labels, list_names

FEWEST_MESSAGES = 4
"""From which on a template is believed."""
MOST_MESSAGES = 120
MOST_TEMPLATES = 8
ENOUGH_SHARED = 60
"""Sequences beyond which more of them make a template no likelier: a document that came back has hundreds."""
SHORTEST_RUN, MOST_STARTS = 3, 80
"""Tokens of a shared text, and how many of them are tried as its beginning."""
PARTS_LOOKED_AT = 3_000
"""Characters at each end of a message that are learnt from."""
FEWEST_WORDS, MOST_WORDS = 6, 30
FEW_WORDS, MANY_MESSAGES = 4, 8
HIGHEST_SCORE = 9.0
SHARE_OF_SENTENCES = 0.3
"""Of all messages those that must share sentences without labels: some people begin alike, an app always does."""
LONG_GAP, VERY_LONG_GAP, SHORT_GAP = 600, 2_000, 300

_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f"
TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+|\n|[^\w\s]|_")
START, END = "\x02", "\x03"
CLOSES = re.compile(
    r"[#=*~]{2,}\s*|-{3,}\s*|`{3}\s*"
    r"|\n|[:：]\*{0,2}\s*|[>\]】」]\s*|[\"“«„=「『（]\s*|[.!?…—-](?:\s+|$)|[。！？]"
)
"""After which in a template the person's words may begin."""
OPENS = re.compile(r"\s*\n|\s*</?\|?[^\W\d]|\s*[\"”»“」』）]|\s*[\[(【]|\s*-{3}|\s*#{3}|(?<=[.!?])\s+|(?<=[。！？])")
"""Before which in a template the person's words may end."""
MARKED = re.compile(r"[\n:：<>\"“”«»「」【】\[\]]")
RULED = re.compile(r"</?\|?[a-z][\w-]+>|-{3}|={3}|#{3}|\"{3}")
OPENING_TAG = re.compile(r"<\|?([^<>/=\"|]{1,40}?)\|?(?:\s[^<>]*=[^<>]*)?>$")
ANY_TAG = re.compile(r"<\|?([^<>/=\"|]{1,40}?)\|?(?:\s[^<>]*=[^<>]*)?>")
SPEAKERS = list_names(
    "ai, assistant, bot, chatbot, agent, model, asistente, assistente, assistent, asystent, 助手, アシスタント"
)
LONGEST_PHRASE = 40
"""Characters up to which several people may say the same."""
PASTED = re.compile(r"```[^`]*$|^Traceback |^[ \t]+(?:at |File \")", re.MULTILINE)
"""Code that is not closed before the gap, and what programs print: many people paste the same."""
DATED = re.compile(r"[\d.:/TZ-]*\d[\d.:/TZ -]*")
ENUMERATED = re.compile(r"(?:^|\n)[ \t]*(?:\W{0,2}\d{1,2}\W{1,2}|[-*•o])\s*$")
"""Where the first thing of a list begins."""
LETTERS = re.compile(r"[^\W\d_]")
WORDS = re.compile(rf"[{_UNSPACED}]{{2}}|[^\W\d_{_UNSPACED}]{{2,}}")
Sequence3 = tuple[str, str, str]
"""Three tokens, one after the other."""
ASKING = re.compile(r"[?？؟]\s*$")


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """Where in a message of one service the person's own words stand: between `before` and `after`.

    An empty text is the message's own end. `opening` and `closing` are what such messages begin and end with.
    """

    opening: str
    before: str
    after: str
    closing: str
    from_behind: bool
    """Whether the last `before` counts, for documents come before it; else the first one."""

    @property
    def fixed(self) -> str:
        return f"{self.opening}\n{self.before}\n{self.after}\n{self.closing}"

    def find_words(self, text: str) -> str | None:
        """The person's own words in `text`; None where it was not made from this template."""
        if not text.startswith(self.opening) or not text.endswith(self.closing):
            return None
        first, last = len(self.opening), len(text) - len(self.closing)
        if first > last:
            return None
        start = self._find_start(text, first, last)
        if start < 0:
            return None
        end = text.find(self.after, start, last) if self.after else last
        words = text[start:end].strip() if end >= start else ""
        return words or None

    def _find_start(self, text: str, first: int, last: int) -> int:
        if not self.before:
            return first
        if self.from_behind:
            bound = text.rfind(self.after, first, last) if self.after else last
            found = text.rfind(self.before, first, bound) if bound >= 0 else -1
        else:
            found = text.find(self.before, first, last)
        return found + len(self.before) if found >= 0 else -1


def find_template_words(text: str, templates: Iterable[MessageTemplate]) -> str | None:
    """By the first of the templates that the message was made from."""
    return next((words for each in templates if (words := each.find_words(text)) is not None), None)


def order_templates(templates: Iterable[MessageTemplate]) -> tuple[MessageTemplate, ...]:
    """Those that say most first, the same in whatever order they were learnt."""
    return tuple(sorted(set(templates), key=lambda each: (-len(each.fixed), each.fixed)))


@dataclass(frozen=True, slots=True)
class Sample:
    """A message that is learnt from: its ends, their tokens with offsets, and its sequences of three."""

    text: str
    tokens: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @property
    def sequences(self) -> Iterator[Sequence3]:
        return zip(self.tokens, self.tokens[1:], self.tokens[2:], strict=False)


def read_sample(text: str) -> Sample:
    found = list(TOKEN.finditer(text))
    return Sample(
        text,
        (START, START, *(token.group() for token in found), END, END),
        (0, 0, *(token.start() for token in found), len(text), len(text)),
        (0, 0, *(token.end() for token in found), len(text), len(text)),
    )


def shorten(text: str) -> str:
    """The ends of a long message, with a mark that is in no template between them."""
    if len(text) <= 2 * PARTS_LOOKED_AT:
        return text
    return f"{text[:PARTS_LOOKED_AT]}\x00{text[-PARTS_LOOKED_AT:]}"


def learn_templates(messages: Iterable[str]) -> list[MessageTemplate]:
    """The templates that these messages of one service were made from; none where people wrote them."""
    different = dict.fromkeys(shorten(text.strip("\x00")) for text in messages)
    samples = [read_sample(text) for text in list(different)[:MOST_MESSAGES]]
    learnt: list[MessageTemplate] = []
    for _ in range(MOST_TEMPLATES):
        found = learn_template(samples)
        if found is None:
            break
        learnt.append(found)
        samples = [each for each in samples if found.find_words(each.text) is None]
    return learnt


def learn_template(samples: Sequence[Sample]) -> MessageTemplate | None:
    """The template that explains most of these messages."""
    if len(samples) < FEWEST_MESSAGES:
        return None
    masks = map_sequences(samples)
    best: MessageTemplate | None = None
    most = 0.0
    for mask in rank_sets(masks):
        if mask.bit_count() ** 1.5 * MOST_WORDS * HIGHEST_SCORE <= most:
            continue
        chosen = [sample for index, sample in enumerate(samples) if mask >> index & 1]
        shared = {sequence for sequence, each in masks.items() if each & mask == mask}
        template, score = build_template(chosen, shared, len(samples))
        worth = len(chosen) ** 1.5 * score * min(len(WORDS.findall(template.fixed)), MOST_WORDS) if template else 0.0
        if worth > most:
            best, most = template, worth
    return best


def map_sequences(samples: Sequence[Sample]) -> dict[Sequence3, int]:
    """Each sequence that several messages have, with those messages as bits."""
    masks: dict[Sequence3, int] = {}
    for index, sample in enumerate(samples):
        bit = 1 << index
        for sequence in set(sample.sequences):
            masks[sequence] = masks.get(sequence, 0) | bit
    return {sequence: mask for sequence, mask in masks.items() if mask.bit_count() >= FEWEST_MESSAGES}


def rank_sets(masks: dict[Sequence3, int]) -> list[int]:
    """Sets of messages, those that share most first: many messages, and much in each."""
    counts = Counter(masks.values())
    likely = sorted(counts, key=lambda mask: (-mask.bit_count() * min(counts[mask], ENOUGH_SHARED), mask))[:60]

    def measure(mask: int) -> int:
        shared = sum(count for each, count in counts.items() if each & mask == mask)
        return mask.bit_count() * min(shared, ENOUGH_SHARED)

    return sorted(likely, key=lambda mask: (-measure(mask), mask))[:24]


def build_template(
    samples: Sequence[Sample], shared: set[Sequence3], among: int
) -> tuple[MessageTemplate | None, float]:
    """The template with these shared sequences and how sure it is; None where nothing shows that a program wrote it."""
    layout = Layout.lay_out(samples, find_anchors(samples, shared))
    best, score = pick_gap(layout) if layout is not None else (None, 0.0)
    template = cut_template(layout, best) if layout is not None and best is not None else None
    if layout is None or template is None:
        return None, 0.0
    if not is_written_by_program(template, len(samples), among, dated=layout.is_dated):
        return None, 0.0
    words = [template.find_words(sample.text) for sample in samples]
    enough = sum(each is not None for each in words) >= max(FEWEST_MESSAGES, 0.8 * len(samples))
    return (template, score) if enough and len(set(words)) > FEWEST_MESSAGES - 1 else (None, 0.0)


def find_anchors(samples: Sequence[Sample], shared: set[Sequence3]) -> list[str]:
    """The texts that all messages share, in order, each as one run; START and END stand for the ends."""
    reference = min(samples, key=lambda sample: (len(sample.tokens), sample.text))
    covered = bytearray(len(reference.tokens))
    for index, sequence in enumerate(reference.sequences):
        if sequence in shared:
            covered[index : index + 3] = b"\1\1\1"
    wrapped = [f"{START}{sample.text}{END}" for sample in samples]
    return [part for first, last in list_runs(covered) for part in split_run(reference, first, last, wrapped)]


def split_run(reference: Sample, first: int, last: int, wrapped: Sequence[str]) -> list[str]:
    """The parts of a run that every message has in one piece: gaps that are empty in the reference lie between them."""
    if last - first < SHORTEST_RUN - 1:
        return []
    starts = range(first, min(last, first + MOST_STARTS))
    ends = {start: find_common_end(reference, start, last, wrapped) for start in starts[:1]}
    if ends[first] < last:
        ends |= {start: find_common_end(reference, start, last, wrapped) for start in starts[1:]}
    start = max(ends, key=lambda each: (ends[each] - each, -each))
    if ends[start] - start < SHORTEST_RUN - 1:
        return []
    before = split_run(reference, first, start - 1, wrapped)
    return [*before, cut_run(reference, start, ends[start]), *split_run(reference, ends[start] + 1, last, wrapped)]


def find_common_end(reference: Sample, first: int, last: int, wrapped: Sequence[str]) -> int:
    """The last token up to which the run from `first` is in every message; before `first` where not even that one."""
    low, high = first - 1, last
    while low < high:
        middle = (low + high + 1) // 2
        run = cut_run(reference, first, middle)
        if all(run in text for text in wrapped):
            low = middle
        else:
            high = middle - 1
    return low


def list_runs(covered: bytearray) -> list[tuple[int, int]]:
    """First and last index of each run of ones."""
    return [(match.start(), match.end() - 1) for match in re.finditer(rb"\x01+", bytes(covered))]


def cut_run(sample: Sample, first: int, last: int) -> str:
    head = START if first < 2 else ""
    tail = END if last > len(sample.tokens) - 3 else ""
    if last < first:
        return ""
    return head + sample.text[sample.starts[first] : sample.ends[last]] + tail


@dataclass(frozen=True, slots=True)
class Layout:
    """Texts that messages share and what each message has in the gaps: before the first, between, after the last."""

    anchors: tuple[str, ...]
    """The first and the last are the messages' ends, empty where nothing is shared there."""
    gaps: tuple[tuple[str, ...], ...]
    """Of each gap its text in every message."""

    def read_before(self, index: int) -> str:
        """What stands before a gap: the shared text, with what is before it on the same line in the first message."""
        anchor = self.anchors[index]
        if not index or "\n" in anchor.rstrip() or len(WORDS.findall(anchor)) > 1:
            return anchor
        return f"{self.anchors[index - 1]}{self.gaps[index - 1][0]}{anchor}"

    @property
    def is_dated(self) -> bool:
        """Whether a gap holds a date or a number in every message."""
        return any(
            all(DATED.fullmatch(value.strip()) for value in values) for values in self.gaps if len(set(values)) > 2
        )

    @staticmethod
    def lay_out(samples: Sequence[Sample], runs: Sequence[str]) -> "Layout | None":
        opening = runs[0].removeprefix(START) if runs and runs[0].startswith(START) else ""
        closing = runs[-1].removesuffix(END) if runs and runs[-1].endswith(END) else ""
        if any(run.startswith(START) and run.endswith(END) for run in runs):
            return None
        inner = [run for run in runs if START not in run and END not in run and MARKED.search(run)]
        anchors = [opening, *inner, closing]
        rows = [split_by(sample.text, anchors) for sample in samples]
        found = [row for row in rows if row is not None]
        if len(found) < max(FEWEST_MESSAGES, 0.8 * len(samples)):
            return None
        return Layout(tuple(anchors), tuple(zip(*found, strict=True)))


def split_by(text: str, anchors: Sequence[str]) -> list[str] | None:
    """The gaps of a message between these texts, from the front; None where one is missing."""
    opening, *inner, closing = anchors
    if not text.startswith(opening) or not text.endswith(closing) or len(opening) + len(closing) > len(text):
        return None
    position, last = len(opening), len(text) - len(closing)
    gaps = []
    for number, anchor in enumerate(inner):
        # The last label counts where documents hold the same one.
        found = text.rfind(anchor, position, last) if number == len(inner) - 1 else text.find(anchor, position, last)
        if found < 0:
            return None
        gaps.append(text[position:found])
        position = found + len(anchor)
    return [*gaps, text[position:last]]


def pick_gap(layout: Layout) -> tuple[int | None, float]:
    """Which gap is the person's, and how likely; None where it is not clear."""
    varying = [index for index, values in enumerate(layout.gaps) if len({value.strip() for value in values}) > 2]
    scores = {index: score_gap(layout, index, is_last=index == varying[-1]) for index in varying}
    ranked = sorted(scores, key=lambda index: -scores[index])
    if not ranked or scores[ranked[0]] <= 0:
        return None, 0.0
    if len(ranked) > 1 and scores[ranked[0]] - scores[ranked[1]] < 1:
        return None, 0.0
    return ranked[0], scores[ranked[0]]


def score_gap(layout: Layout, index: int, *, is_last: bool) -> float:
    """How likely a gap holds the person's words: by its label, length, variety, and whether it asks."""
    values = [value.strip() for value in layout.gaps[index]]
    kind = classify_anchor(layout.read_before(index))
    score = {"question": 4.0, "context": -4.0, "answer": -4.0, None: 0.0}[kind]
    length = median(len(value) for value in values)
    score += 0.5 if length < SHORT_GAP else 0.0
    score -= 1.5 if length > LONG_GAP else 0.0
    score -= 1.5 if length > VERY_LONG_GAP else 0.0
    variety = len(set(values)) / len(values)
    score += variety if variety > 0.4 else -3.0
    score += 1.5 * measure_share(bool(ASKING.search(value)) for value in values)
    score -= 3.0 if measure_share(len(WORDS.findall(value)) < 2 for value in values) > 0.7 else 0.0
    score -= 3.0 if measure_share(map(holds_context, values)) > 0.5 else 0.0
    score -= 5.0 if measure_share(map(opens_with_label, values)) > 0.5 else 0.0
    score -= 2.0 * measure_share(find_returning(values))
    score -= 4.0 if is_answered_there(layout.anchors[index + 1], is_final=index + 2 == len(layout.anchors)) else 0.0
    return score + (1.0 if is_last else 0.0)


def measure_share(facts: Iterable[bool]) -> float:
    """How many of these are so, from 0 to 1."""
    listed = list(facts)
    return sum(listed) / len(listed)


def holds_context(value: str) -> bool:
    """Whether a gap holds labelled documents or history."""
    if any(label.kind == "context" for label in find_labels(value)):
        return True
    return any(classify_name(tag[1]) == "context" for tag in ANY_TAG.finditer(value[:PARTS_LOOKED_AT]))


def opens_with_label(value: str) -> bool:
    """Whether a gap has a label of its own before the words: then it is not cut close enough."""
    labels = find_labels(value.split("\n", 1)[0])
    return bool(labels) and labels[0].kind == "question"


def find_returning(values: Sequence[str]) -> list[bool]:
    """Of each value whether it has a line of another one: documents come back, people put it differently."""
    different = list(dict.fromkeys(values))
    lines = [{line for line in value.split("\n") if len(line) > LONGEST_PHRASE} for value in different]
    counts = Counter(line for each in lines for line in each)
    return [any(counts[line] > 1 for line in each) for each in lines]


def is_answered_there(anchor: str, *, is_final: bool) -> bool:
    """Whether the text after a gap lets the model speak and goes on: then the gap is of a history."""
    labels = find_labels(anchor.strip())
    return not is_final and bool(labels) and labels[0].name.casefold() in SPEAKERS


def classify_anchor(anchor: str) -> str | None:
    """What the text before a gap says that the gap holds."""
    if ENUMERATED.search(anchor):
        return "context"
    lines = [line for line in anchor.rstrip().split("\n") if LETTERS.search(line)]
    if not lines:
        return None
    last = lines[-1].rstrip()
    tag = OPENING_TAG.search(last)
    if tag:
        return classify_name(tag[1])
    labels = find_labels(last)
    clause = re.split(r"[.!?;,<\[【。，]\s*", last[:-1])[-1]
    kind = labels[-1].kind if labels else None
    if kind is None and last.endswith((":", "：", ">", "]", "】", '"', "«", "„", "“", "「")):
        kind = classify_name(clause[-60:])
    if kind in ("question", "context") or not last.endswith((":", "：", '"', "“")):
        return kind
    return classify_clause(clause) or kind


def cut_template(layout: Layout, index: int) -> MessageTemplate | None:
    """The template with the gap's neighbours cut where a program's text may end, for people begin alike, too."""
    opening, closing = layout.anchors[0], layout.anchors[-1]
    before, after = layout.anchors[index], layout.anchors[index + 1]
    is_first, is_final = index == 0, index == len(layout.gaps) - 1
    cut_before, cut_after = cut_end(before), cut_start(after)
    if (before and not cut_before and not is_first) or (after and not cut_after and not is_final):
        return None
    if not is_first and not says_something(layout, index, cut_before):
        return None
    return MessageTemplate(
        opening=cut_before if is_first else opening,
        before="" if is_first else cut_before,
        after="" if is_final else cut_after,
        closing=cut_after if is_final else closing,
        from_behind=not is_first and comes_late(layout, index),
    )


def says_something(layout: Layout, index: int, before: str) -> bool:
    """Whether the text before a gap is more than the end of a sentence, which documents have, too."""
    labelled = classify_anchor(layout.read_before(index)) == "question"
    return labelled or bool(LETTERS.search(before) or RULED.search(before) or before.strip()[-1:] in '"“«„「<>')


def comes_late(layout: Layout, index: int) -> bool:
    """Whether more stands before the gap than behind it."""

    def measure(gaps: Sequence[tuple[str, ...]]) -> float:
        return sum(median(map(len, values)) for values in gaps)

    return measure(layout.gaps[:index]) >= measure(layout.gaps[index + 1 :])


def cut_end(anchor: str) -> str:
    """Up to the last place after which words may begin."""
    ends = [match.end() for match in CLOSES.finditer(anchor)]
    if ends:
        return anchor[: ends[-1]]
    return anchor if classify_name(anchor.rpartition(" ")[2]) == "question" else ""


def cut_start(anchor: str) -> str:
    """From the first place before which words may end; whole where it is a sentence of its own."""
    found = OPENS.search(anchor)
    if found:
        return anchor[found.start() :]
    return anchor if anchor[:1].isupper() and len(WORDS.findall(anchor)) > 2 else ""


def is_written_by_program(template: MessageTemplate, support: int, among: int, *, dated: bool) -> bool:
    """Whether the shared text is more than habit: known labels, tags and rules, or sentences that many share."""
    fixed = template.fixed
    words = len(WORDS.findall(fixed))
    kinds = {label.kind for label in list_labels(template)}
    marked = "question" in kinds or len(kinds) > 1 or bool(RULED.search(fixed))
    if "question" not in kinds and PASTED.search(f"{template.opening}{template.before}"):
        return False
    if marked and (words >= 2 or len(kinds) > 1):
        return True
    if support <= FEWEST_MESSAGES or support < SHARE_OF_SENTENCES * among:
        return False
    if dated and support > among / 2:
        return True
    return words >= FEWEST_WORDS or (words >= FEW_WORDS and support >= MANY_MESSAGES and "\n" in fixed.strip())


def list_labels(template: MessageTemplate) -> list[Label]:
    parts = (template.opening, template.before, template.after, template.closing)
    return [label for part in parts for label in find_labels(part)]
