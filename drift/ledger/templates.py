"""System instructions as they were sent come in; which template each was made from, and what is new in it, goes out.

A template is fixed text with holes. A text that fits one says nothing new but what stands in its holes. Where one
differs from the template that is nearest, each difference is looked at: one that looks like a variable (a name, a
number, what a label or a tag announces, a document) becomes a hole without a word as long as few users have seen the
text stand still there; any other is news, and becomes a hole that remembers both wordings. So what an app puts into its
template is learnt, and one changed word of the rest is told at the first call that has it.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from drift.ledger.alignment import HOLE, Region
from drift.ledger.differences import Difference, Seen, find_differences, find_nearest
from drift.ledger.rendering import tidy
from drift.ledger.watching import SETTLED, Verdict, Watch
from drift.ledger.words import STOP, Words, digest_text, mask_forms, read_words

MOST_TEMPLATES = 64
MOST_KEPT = 2_000_000
"""Characters of all templates together; beyond them those go that were not seen for longest."""
MOST_ONCE = 32
"""Templates that were seen once, from which on people are taken to write their instructions themselves."""
MOST_CACHED = 20_000
MOST_WORDINGS = 8
LONGEST_WORDING = 2_000
MOST_CHANGES = 3
"""Changes of one text beyond which it is a template of its own."""
CALLS_OF_WITNESS = 10
"""Calls of the same users that say as much as one more user."""


@dataclass(slots=True)
class Hole:
    """A place where texts of one template differ."""

    name: str
    watch: Watch
    base: str = ""
    """The value of before the first news; empty where there was none. From then on wordings are kept."""
    wordings: dict[str, str] = field(default_factory=dict)
    """Texts by their digest."""
    longest: int = 0
    """The most words that stood here."""

    @property
    def is_told(self) -> bool:
        """Whether what stands here was ever news."""
        return bool(self.base)

    @property
    def is_changed(self) -> bool:
        """Whether what stands here makes another version of the template."""
        return self.is_told and self.watch.current != self.base and len(self.wordings) <= MOST_WORDINGS

    def show(self) -> str:
        """What stands here now, or what the place is called."""
        return self.wordings.get(self.watch.current, f"«{self.name}»")


@dataclass(slots=True)
class Template:
    """Fixed texts, a hole between each and the next."""

    digest: str
    """Given at birth; it stays when holes are found."""
    runs: list[Words]
    holes: list[Hole] = field(default_factory=list)
    witnesses: list[str] = field(default_factory=list)
    last_witness: str = ""
    calls: int = 0
    line: str = ""
    """The digest of the template that it was first made from, through all that was written anew."""
    version: int = 0

    @property
    def evidence(self) -> int:
        """How many users saw the fixed text stand still."""
        return len(self.witnesses) + self.calls // CALLS_OF_WITNESS

    @property
    def variant(self) -> str:
        """The digest with the wordings that were news."""
        told = [hole.watch.current for hole in self.holes if hole.is_changed]
        return digest_text(self.digest, *told) if told else self.digest

    @property
    def keys(self) -> list[str]:
        """All words, and a mark for each hole."""
        keys = list(self.runs[0].keys)
        for number, run in enumerate(self.runs[1:]):
            keys += [f"{HOLE}{number}", *run.keys]
        return keys

    def show(self) -> str:
        texts = [self.runs[0].text]
        for hole, run in zip(self.holes, self.runs[1:], strict=True):
            texts += [hole.show(), run.text]
        return tidy("".join(texts))

    def count_call(self, witness: str) -> bool:
        """One more call; whether somebody else made it than the one before."""
        self.calls += 1
        is_step = not witness or witness != self.last_witness
        self.last_witness = witness
        if len(self.witnesses) < SETTLED and (key := digest_text(witness or str(self.calls))) not in self.witnesses:
            self.witnesses.append(key)
        return is_step

    def fit(self, words: Words) -> list[tuple[int, int]] | None:
        """What stands in the holes, as places of words; None where the text was not made from this template."""
        joined, opening = words.joined, self.runs[0]
        if not joined.startswith(opening.joined):
            return None
        at, place, gaps = len(opening.keys), len(opening.joined), []
        for number, run in enumerate(self.runs[1:], 1):
            sought = run.joined
            found = find_run(joined, sought, place, is_last=number == len(self.holes))
            if found < place:
                return None
            last = at + joined.count(STOP, place, found)
            gaps.append((at, last))
            at, place = last + len(run.keys), found + len(sought)
        return gaps if at == len(words.keys) else None

    def to_json(self) -> dict[str, Any]:
        return {
            "digest": self.digest,
            "runs": [run.text for run in self.runs],
            "holes": [
                {
                    "name": hole.name,
                    "watch": hole.watch.to_json(),
                    "base": hole.base,
                    "wordings": hole.wordings,
                    "longest": hole.longest,
                }
                for hole in self.holes
            ],
            "witnesses": self.witnesses,
            "last_witness": self.last_witness,
            "calls": self.calls,
            "line": self.line,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Template":
        holes = [
            Hole(each["name"], Watch.from_json(each["watch"]), each["base"], dict(each["wordings"]), each["longest"])
            for each in kept["holes"]
        ]
        runs = [read_words(text) for text in kept["runs"]]
        return cls(kept["digest"], runs, holes, kept["witnesses"], kept["last_witness"], kept["calls"], kept["line"])


def find_run(joined: str, sought: str, place: int, *, is_last: bool) -> int:
    """Where a run of words begins at or behind `place`, the last one at the very end; -1 where it does not."""
    if is_last:
        found = len(joined) - len(sought)
        fits = joined.endswith(sought) and (found == 0 or joined[found - 1] == STOP)
        return found if fits else -1
    if joined.startswith(sought, place):
        return place
    found = joined.find(f"{STOP}{sought}", max(place - 1, 0))
    return found + 1 if found >= 0 else -1


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text says: its template with the wordings in use, and what is new about it."""

    digest: str
    line: str
    """What stays the same while the template is changed."""
    verdict: Verdict
    old_digest: str = ""
    old: str = ""
    new: str = ""
    """Templates before and after; empty where nothing is told."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """How a text that was seen before fits: the holes' values, while the template stays as it is."""

    template: Template
    version: int
    values: tuple[str, ...]


class Templates:
    """The templates of one service; the latest seen first."""

    def __init__(self, templates: Iterable[Template] = (), lines: Mapping[str, Watch] | None = None) -> None:
        self.templates = list(templates)
        self.lines = dict(lines or {})
        """Of each line, which of its templates is in use."""
        self._cache: OrderedDict[str, _Fit] = OrderedDict()

    def read(self, text: str, user: str = "", occasion: str = "", variables: Iterable[str] = ()) -> Reading:
        """One text of a call; `occasion` is its conversation, `variables` what filled the template where it is told."""
        return self._follow(self._read(text, user, occasion, variables))

    def _follow(self, reading: Reading) -> Reading:
        """The reading; a template that was written anew and is back in its old form is told as such."""
        template = self.templates[0]
        watch = self.lines.setdefault(template.line, Watch())
        before, verdict = watch.current, watch.see(template.digest)
        if verdict not in ("back", "both") or reading.verdict in TOLD:
            return reading
        old = next((each for each in self.templates if each.digest == before), None)
        old_digest, text = (old.variant, old.show()) if old else ("", "")
        return replace(reading, verdict=verdict, old_digest=old_digest, old=text, new=template.show())

    def _read(self, text: str, user: str, occasion: str, variables: Iterable[str]) -> Reading:
        key, witness = digest_text(text), user or occasion
        fit = self._cache.get(key)
        if fit is not None and fit.version == fit.template.version:
            return self._see(fit.template, witness, fit.values, ())
        words = read_words(mask_forms(text))
        for template in self.templates:
            gaps = template.fit(words)
            if gaps is not None:
                texts = [words.cut(*gap) for gap in gaps]
                values = tuple(digest_text(each) for each in texts)
                self._keep(key, _Fit(template, template.version, values))
                return self._see(template, witness, values, texts)
        nearest = find_nearest(self.templates, words)
        if nearest is None:
            return self._add(words, witness)
        return self._change(nearest, words, user, witness, tuple(variables))

    def _see(self, template: Template, witness: str, values: Sequence[str], texts: Sequence[str]) -> Reading:
        """A text that fits a template."""
        self._bring_forward(template)
        old_digest, is_step = template.variant, template.count_call(witness)
        changed = [at for at, (hole, value) in enumerate(zip(template.holes, values, strict=True))
                   if hole.watch.current != value]  # fmt: skip
        old = template.show() if any(is_heard(template.holes[at], values[at]) for at in changed) else ""
        verdicts = [see_value(hole, value, texts[at] if texts else "", is_step=is_step)
                    for at, (hole, value) in enumerate(zip(template.holes, values, strict=True))]  # fmt: skip
        verdict = pick_verdict(verdicts)
        new = template.show() if verdict in TOLD else ""
        return Reading(template.variant, template.line, verdict, old_digest, old if new else "", new)

    def _add(self, words: Words, witness: str) -> Reading:
        """A text that is like none before."""
        once = sum(each.calls == 1 for each in self.templates)
        verdict: Verdict = "first" if not self.templates else "varying" if once >= MOST_ONCE else "new"
        digest = digest_text(*words.keys)
        template = Template(digest, [words], line=digest)
        template.count_call(witness)
        self._insert(template)
        return Reading(template.digest, template.line, verdict, new=template.show())

    def _change(self, template: Template, words: Words, user: str, witness: str, variables: Sequence[str]) -> Reading:
        """A text that differs from the template that is nearest."""
        old_digest, old = template.variant, template.show()
        seen = Seen("unknown" if not user else "the same" if user == template.last_witness else "another", variables)
        found = find_differences(template.keys, words, template.evidence, seen, list_longest(template))
        told = [each for each in found if each.is_news]
        is_rewritten = len(told) > MOST_CHANGES or any(each.is_beside_hole for each in told)
        if is_rewritten:
            template = deepcopy(template)
            self._insert(template)
        replace_regions(template, found, words, is_rewritten=is_rewritten)
        if is_rewritten:
            template.digest, template.calls = digest_text(*template.keys), 0
        template.version += 1
        self._bring_forward(template)
        self._see_changed(template, words, witness)
        if not told:
            return Reading(template.variant, template.line, "varying")
        return Reading(template.variant, template.line, "new", old_digest, old, template.show())

    def _see_changed(self, template: Template, words: Words, witness: str) -> None:
        """The text for which a template was changed, so that its holes have its values."""
        gaps = template.fit(words)
        texts = [words.cut(*gap) for gap in gaps or ()]
        if gaps is not None:
            self._see(template, witness, [digest_text(each) for each in texts], texts)

    def _keep(self, key: str, fit: _Fit) -> None:
        self._cache[key] = fit
        if len(self._cache) > MOST_CACHED:
            self._cache.popitem(last=False)

    def _insert(self, template: Template) -> None:
        self.templates.insert(0, template)
        kept = 0
        for number, each in enumerate(self.templates):
            kept += sum(len(run.text) for run in each.runs)
            if number and (number >= MOST_TEMPLATES or kept > MOST_KEPT):
                del self.templates[number:]
                self._cache.clear()
                kept_lines = {template.line for template in self.templates}
                self.lines = {line: watch for line, watch in self.lines.items() if line in kept_lines}
                return

    def _bring_forward(self, template: Template) -> None:
        if self.templates[0] is not template:
            self.templates.remove(template)
            self.templates.insert(0, template)

    def to_json(self) -> dict[str, Any]:
        lines = {line: watch.to_json() for line, watch in self.lines.items()}
        return {"templates": [template.to_json() for template in self.templates], "lines": lines}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Templates":
        lines = {line: Watch.from_json(watch) for line, watch in kept["lines"].items()}
        return cls((Template.from_json(each) for each in kept["templates"]), lines)


TOLD: tuple[Verdict, ...] = ("new", "both", "back")
"""Verdicts that people hear of, the most important first."""


def pick_verdict(verdicts: Sequence[Verdict]) -> Verdict:
    """What a text is of which the holes say these."""
    return next((each for each in TOLD if each in verdicts), "varying" if "varying" in verdicts else "same")


def is_heard(hole: Hole, value: str) -> bool:
    """Whether another value here may be told."""
    return (value in hole.watch.known and hole.is_told) or hole.watch.is_settled


def see_value(hole: Hole, value: str, text: str, *, is_step: bool) -> Verdict:
    """What a value in a hole is; nothing is told of old values of what never was news."""
    before = hole.watch.current
    verdict = hole.watch.see(value, is_step=is_step)
    if verdict in ("new", "varying", "first"):
        hole.longest = max(hole.longest, len(read_words(text).keys))
    if verdict == "new" and not hole.is_told:
        hole.base, hole.wordings = before, {before: f"«{hole.name}»"}
    if hole.is_told and verdict in ("new", "varying") and len(hole.wordings) <= MOST_WORDINGS:
        hole.wordings[value] = text[:LONGEST_WORDING]
    return verdict if hole.is_told or verdict == "new" else "same"


def list_longest(template: Template) -> dict[str, int]:
    """How many words each hole has held at most, by its mark."""
    return {f"{HOLE}{at}": hole.longest for at, hole in enumerate(template.holes)}


Piece = tuple[str, str | Hole]
"""The space before a word, or before a hole, and it itself."""


def replace_regions(template: Template, found: Sequence[Difference], words: Words, *, is_rewritten: bool) -> None:
    """Put a hole at each difference; where the template is written anew, the new words at those that are news."""
    pieces = list_pieces(template)
    built: list[str | Hole] = []
    at = 0
    for each in found:
        region = each.region
        built += [part for piece in pieces[at : region.old_first] for part in piece]
        built.append(find_lead(pieces, words, region))
        new = words.cut(region.new_first, region.new_last)
        built.append(new if is_rewritten and each.is_news else make_hole(each, pieces, new))
        at = region.old_last
    fill(template, [*built, *(part for piece in pieces[at:] for part in piece)])


def list_pieces(template: Template) -> list[Piece]:
    """A piece for each of the template's keys."""
    pieces: list[Piece] = []
    trail = ""
    for number, run in enumerate(template.runs):
        pieces += [(trail, template.holes[number - 1])] if number else []
        stops = [0, *run.ends]
        pieces += [(run.text[stop:start], key) for stop, start, key in zip(stops, run.starts, run.keys, strict=False)]
        trail = run.text[stops[-1] :]
    return pieces


def find_lead(pieces: Sequence[Piece], words: Words, region: Region) -> str:
    """The space before what changes."""
    if region.old_last > region.old_first:
        return pieces[region.old_first][0]
    return words.text[words.ends[region.new_first - 1] : words.starts[region.new_first]] if region.new_first else ""


def make_hole(each: Difference, pieces: Sequence[Piece], new: str) -> Hole:
    """The hole for a difference: the one that is there already, wider, or a new one."""
    region = each.region
    replaced = pieces[region.old_first : region.old_last]
    longest = max(region.old_last - region.old_first, region.new_last - region.new_first)
    swallowed = [piece[1] for piece in replaced if isinstance(piece[1], Hole)]
    if swallowed:
        swallowed[0].longest = max(longest, *[hole.longest for hole in swallowed])
        return swallowed[0]
    old = "".join(f"{lead}{word}" for lead, word in replaced).strip()
    before, after = digest_text(old), digest_text(new)
    watch = Watch(patience=each.patience)
    if not each.is_news:
        watch.vary_from(before, after)
        return Hole(each.name, watch, longest=longest)
    watch.see(before)
    watch.run = SETTLED
    return Hole(each.name, watch, before, {before: old[:LONGEST_WORDING]}, longest)


def fill(template: Template, built: Sequence[str | Hole]) -> None:
    """The template's runs and holes from texts and holes in a row; of holes side by side the first stays."""
    texts: list[str] = [""]
    holes: list[Hole] = []
    for piece in built:
        if isinstance(piece, str):
            texts[-1] += piece
        elif holes and not read_words(texts[-1]).keys:
            holes[-1] = holes[-1] if holes[-1].is_told or not piece.is_told else piece
        else:
            holes.append(piece)
            texts.append("")
    template.runs, template.holes = [read_words(text) for text in texts], holes
