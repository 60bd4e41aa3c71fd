"""What the page of a review queue shows of an item: its row and who looks come in, the page or a part goes out.

Of what Tacit thinks a screen tells only about items that whoever looks has judged.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from feedback.detectors import DETECTORS
from feedback.models import ReviewItem, ReviewQueue
from feedback.pages.markdown import render_markdown
from feedback.pages.review_forms import (
    SaidBefore,
    Typed,
    fill_from_review,
    name_choices,
    show_choices,
    show_said,
)
from feedback.pages.review_opinions import ShownOpinion, tell_opinion
from feedback.pages.review_transcript import SHOWN, find_first, read_turn, show_judged
from feedback.review.questions import Asked, Question, Target, ask
from feedback.review.settling import Review
from feedback.reviewing.asked import ask_of
from feedback.reviewing.handing_out import list_disagreements
from feedback.reviewing.progress import load_progress_of
from feedback.reviewing.records import find_own, list_reviews
from tracing.access.requirements import access_of
from tracing.models import Project
from tracing.pages import render_page
from tracing.records.excerpts import Excerpt, load_excerpt
from tracing.store import get_store

TITLES = {detector.kind: detector.title for detector in DETECTORS}
STATES = {
    ReviewItem.State.WAITING: "Others still look at it.",
    ReviewItem.State.DISAGREED: "Its reviewers disagree; somebody decides.",
    ReviewItem.State.SETTLED: "It is settled.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of an item after it was judged."""

    item: ReviewItem
    said: tuple[str, ...]
    opinion: ShownOpinion
    state: str
    """What becomes of it, in words."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What a screen shows besides its item."""

    adjudicates: bool = False
    typed: Typed | None = None
    """What stands in the form; None: what this person said of the item, if anything."""
    before: ReviewItem | None = None
    """The item that they judged last, of which is told what Tacit had thought."""
    problem: str = ""
    notice: str = ""
    is_informed: bool = False
    """Whether they know what Tacit thought of the item, though nothing that they said of it stands."""
    done: str = ""
    """What was done, for those who do not see it."""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known of an item."""

    asked: Asked
    excerpt: Excerpt
    own: Review | None
    others: list[SaidBefore] = field(default_factory=list)


def show_item(
    request: HttpRequest, project: Project, queue: ReviewQueue, item: ReviewItem, screen: Screen
) -> HttpResponse | None:
    """The screen of an item; None where its conversation is there no more."""
    shown = load_shown(request, item, screen)
    if shown is None:
        return None
    typed = screen.typed or fill_from_review(shown.own)
    judged = item if shown.own and screen.typed is None else screen.before
    context = {
        "item": item,
        "asked": shown.asked,
        "choices": show_choices(shown.asked, typed),
        "typed": typed,
        "own": shown.own,
        "is_informed": bool(shown.own) or screen.is_informed,
        "others": shown.others,
        "turns": show_judged(shown.excerpt.conversation, shown.asked.target, item.turn_index, item.answer_turn),
        "excerpt": shown.excerpt,
        "turn_count": shown.excerpt.facts.turn_count,
        "earlier": max(1, shown.excerpt.first + 1 - SHOWN) if shown.excerpt.first else 0,
        "later": shown.excerpt.end + 1 if shown.excerpt.end < shown.excerpt.facts.turn_count else 0,
        "replaces": find_answer(item, shown.excerpt),
        "told": tell_item(request, judged, adjudicates=screen.adjudicates),
        **find_beside(queue, item, adjudicates=screen.adjudicates),
        "address": find_address(project, queue, replace(screen, before=None), item),
        "draft": name_draft(request, project, item, adjudicates=screen.adjudicates),
    }
    return render(request, project, queue, screen, context)


def load_shown(request: HttpRequest, item: ReviewItem, screen: Screen) -> Shown | None:
    store = get_store()
    said = list_reviews(store, item)
    whose = (access_of(request).who, screen.adjudicates)
    own = next((each for each in said if (each.said_by, each.is_adjudication) == whose), None)
    others = [each for each in said if not each.is_adjudication] if screen.adjudicates else []
    typed = screen.typed.choices if screen.typed else ()
    asked = ask_of(store, item, [*typed, *(key for each in (own, *others) if each for key in each.choices)])
    excerpt = load_around(item, asked.target, request.GET.get("turn", ""))
    return Shown(asked, excerpt, own, [show_said(asked, each) for each in others]) if excerpt else None


def load_around(item: ReviewItem, target: Target, turn: str) -> Excerpt | None:
    """The turns that are shown at once: those from `turn` on (as people count), else those around what is judged."""
    project_id, asked = item.queue.project_id, read_turn(turn)
    first = find_first(target, item.turn_index) if asked is None else asked
    excerpt = load_excerpt(get_store(), project_id, item.conversation_id, first, SHOWN)
    if excerpt is None:
        return None if asked is None else load_around(item, target, "")
    is_end_asked = asked is None and target == "conversation"
    last = excerpt.facts.turn_count - SHOWN
    return (
        load_excerpt(get_store(), project_id, item.conversation_id, last, SHOWN)
        if is_end_asked and last > 0
        else excerpt
    )


def find_answer(item: ReviewItem, excerpt: Excerpt) -> str:
    """The text that a better answer would replace."""
    if not excerpt.first <= item.answer_turn < excerpt.end:
        found = load_excerpt(get_store(), item.queue.project_id, item.conversation_id, item.answer_turn, 1)
        return found.conversation.turns[0].answer.text if found else ""
    return next((each.answer.text for each in excerpt.conversation.turns if each.index == item.answer_turn), "")


def tell_item(request: HttpRequest, item: ReviewItem | None, *, adjudicates: bool) -> Told | None:
    """What Tacit thought of an item; None to whoever has not judged it."""
    who, store = access_of(request).who, get_store()
    own = find_own(store, item, who, is_adjudication=adjudicates) if item else None
    if item is None or own is None:
        return None
    opinion = tell_opinion(item.opinion, item.reason, TITLES)
    state = STATES.get(ReviewItem.State(item.state), "") if item.needed > 1 else ""
    return Told(item, name_choices(ask_of(store, item, own.choices), own.choices), opinion, state)


def find_beside(queue: ReviewQueue, item: ReviewItem, *, adjudicates: bool) -> dict[str, int | None]:
    """Places of the disagreements before and after this one: what is adjudicated is in nobody's hand."""
    if not adjudicates:
        return {}
    places = [each.place for each in list_disagreements(queue)]
    earlier, later = [each for each in places if each < item.place], [each for each in places if each > item.place]
    return {"previous": max(earlier, default=None), "next": min(later, default=None)}


def name_draft(request: HttpRequest, project: Project, item: ReviewItem, *, adjudicates: bool) -> str:
    """Under which name a browser keeps what is typed: nobody else's on the same machine, nor of another item."""
    parts = (project.slug, item.queue.number, item.place, access_of(request).who, "decides" if adjudicates else "")
    return "/".join(map(str, parts))


def show_front(request: HttpRequest, project: Project, queue: ReviewQueue, screen: Screen) -> HttpResponse:
    """What a queue is about, how far it is, and the way into it."""
    told = tell_item(request, screen.before, adjudicates=screen.adjudicates)
    context = {"item": None, "question": ask(Question(queue.question)).title, "told": told}
    return render(request, project, queue, screen, context)


def render(
    request: HttpRequest, project: Project, queue: ReviewQueue, screen: Screen, context: dict[str, Any]
) -> HttpResponse:
    given = {
        "project": project,
        "section": "review",
        "queue": queue,
        "adjudicates": screen.adjudicates,
        "problem": screen.problem,
        "notice": screen.notice,
        "done": screen.done,
        "progress": load_progress_of(queue, access_of(request).who, timezone.now()),
        "guidelines": render_markdown(queue.guidelines) if queue.guidelines.strip() else "",
        **context,
    }
    is_part = bool(getattr(request, "htmx", False))
    template = "parts/review_screen.html" if is_part else "review_item.html"
    return render_page(request, template, given, status=screen.status)


def find_address(project: Project, queue: ReviewQueue, screen: Screen, item: ReviewItem | None) -> str:
    """Where the screen stands, so that it can be loaded again."""
    page = reverse("review_disagreements" if screen.adjudicates else "review_queue", args=[project.slug, queue.number])
    named = {"item": item, "after": screen.before}
    query = "&".join(f"{name}={each.place}" for name, each in named.items() if each)
    return f"{page}?{query}" if query else page
