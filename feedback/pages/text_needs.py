"""What of a project works without texts: detectors and a choice come in, rows of a table go out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from feedback.detectors.detector import Detector
from feedback.detectors.texts import Texts


@dataclass(frozen=True, slots=True)
class Need:
    """A signal, or a part of the product: `works` is `yes`, `in part` or `no` where no text is kept."""

    name: str
    title: str
    works: str
    what: str
    is_last: bool = False
    """Of those that work alike."""


WORKS = {Texts.NONE: "yes", Texts.SOME: "in part", Texts.END: "in part", Texts.TURN: "no", Texts.CONVERSATION: "no"}
IN_PART = {
    "abandonment": "After an error, or an answer that was stopped or cut off; not after a bad word.",
    "comment": "That there is one; not whether it is for or against.",
    "correction_text": "That there is one.",
    "early_termination": "Where the stream was stopped; not where somebody wrote that it should.",
    "edit": "That there was one; not how much was changed.",
    "judgement": "Ratings that your own judge sends; Tacit’s judge is asked nothing.",
    "tool_failure": "Errors that spans tell of; not those that stand in words alone.",
    "tool_misuse": "Tools that were not offered; not arguments against a schema.",
}
PARTS = (
    Need("", "Cost, tokens, speed and errors", "yes", ""),
    Need("", "Machines told from people", "yes", "The same opening is known by a keyed digest."),
    Need("", "Satisfaction", "in part", "From what people did and pressed: less sure, and its interval says so."),
    Need("", "Drift and alerts", "in part", "Figures and signals; not topics and languages."),
    Need("", "Changes of prompts", "in part", "That a prompt changed; not what changed in it."),
    Need("", "Review", "in part", "Reviewers see what happened, not what was said."),
    Need("", "Failure modes", "no", "They group conversations by what was said."),
    Need("", "Search for words", "no", ""),
    Need("", "Datasets", "no", "There is nothing to train on; each build says how many rows it left out for that."),
)


def list_needs(detectors: Iterable[Detector]) -> list[Need]:
    """Every detector, those that need nothing first."""
    needs = [Need(each.kind, each.title, WORKS[each.texts], IN_PART.get(each.kind, "")) for each in detectors]
    groups = ([need for need in needs if need.works == works] for works in ("yes", "in part", "no"))
    return [replace(need, is_last=need is group[-1]) for group in groups for need in group]
