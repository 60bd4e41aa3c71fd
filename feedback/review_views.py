"""The page of a review queue, one item a screen: what a reviewer says of it is kept, and the next is shown.

A look writes nothing: an item is taken into hand by a press, which is a form. With a script the part of the page that
changes comes back, without one the way to it.
"""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from feedback.models import ReviewItem, ReviewQueue
from feedback.pages.review_forms import Typed, fill_from_review
from feedback.review_screens import Screen, find_address, show_front, show_item
from feedback.reviewing.handing_out import (
    find_item,
    find_last,
    hold,
    list_disagreements,
    mark_gone,
    may_see,
    skip,
    take_next,
)
from feedback.reviewing.queues import find_queue
from feedback.reviewing.records import find_own
from feedback.reviewing.submitting import ReviewError, Said, submit, take_back
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store

GONE = "The conversation of that item is no longer kept; it is left out."
TAKEN = "Others have that item in hand, or have judged it."
FIRST = "This is the first item of your line."
LAST = "This is the last item of your line."
MOST_SECONDS = 24 * 3600.0


@require_safe
@project_page(Right.REVIEW)
def show_review(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """The front of a queue, or the item that the address names."""
    queue = find_queue(project, number)
    if queue is None:
        return miss_queue(request, project, number)
    item = read_item(queue, request.GET.get("item", ""))
    before = read_item(queue, request.GET.get("after", ""))
    if item is None:
        return show_front(request, project, queue, Screen(before=before))
    if not may_see(item, access_of(request).who, timezone.now()):
        return show_front(request, project, queue, Screen(problem=TAKEN))
    shown = show_item(request, project, queue, item, Screen(before=before))
    return shown or show_front(request, project, queue, Screen(problem=GONE))


@require_safe
@project_page(Right.REVIEW)
def show_disagreements(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """What reviewers said of an item on which they are not of one mind, and the form by which somebody decides."""
    queue = find_queue(project, number)
    if queue is None:
        return miss_queue(request, project, number)
    named = read_item(queue, request.GET.get("item", ""))
    screen = Screen(adjudicates=True, before=read_item(queue, request.GET.get("after", "")))
    for item in [named] if named and is_of_many(named) else list_disagreements(queue):
        if shown := show_item(request, project, queue, item, screen):
            return shown
    return show_front(request, project, queue, screen)


@require_POST
@transaction.non_atomic_requests
@project_page(Right.REVIEW)
def take_item(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Take the next item into hand, or that after or before a place."""
    queue = find_queue(project, number)
    if queue is None:
        return miss_queue(request, project, number)
    after, before = (read_place(request.POST.get(name, "")) for name in ("after", "before"))
    audit.describe(request, queue.name, number=number)
    who, now = access_of(request).who, timezone.now()
    item = take_next(queue, who, now, after=after, before=before)
    if item is None and (here := find_item(queue, after or before or 0)) and hold(here, who, now):
        return answer(request, project, queue, here, Screen(notice=LAST if after else FIRST))
    return answer(request, project, queue, item, Screen())


@require_POST
@transaction.non_atomic_requests
@project_page(Right.REVIEW)
def submit_item(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Keep what is said of an item, and take the next."""
    queue, item = find_named(project, number, request.POST)
    if queue is None or item is None:
        return miss_queue(request, project, number)
    if problem := say(request, item):
        return show_problem(request, project, queue, item, problem)
    adjudicates = is_adjudication(request.POST)
    screen = Screen(adjudicates, before=find_item(queue, item.place), done="Decided." if adjudicates else "Kept.")
    return answer(request, project, queue, find_following(request, queue, screen), screen)


@require_POST
@transaction.non_atomic_requests
@project_page(Right.REVIEW)
def skip_item(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Leave an item to others, and take the next; it comes again at the end."""
    queue, item = find_named(project, number, request.POST)
    if queue is None or item is None:
        return miss_queue(request, project, number)
    who, now = access_of(request).who, timezone.now()
    skip(item, who, now)
    audit.describe(request, f"{item.place} of {queue.name}", number=number, place=item.place)
    return answer(request, project, queue, take_next(queue, who, now), Screen(done="Skipped."))


@require_POST
@transaction.non_atomic_requests
@project_page(Right.REVIEW)
def take_back_item(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """As if this person had not said it, and the item again with what they had said: it may be changed then."""
    queue = find_queue(project, number)
    if queue is None:
        return miss_queue(request, project, number)
    who, adjudicates = access_of(request).who, is_adjudication(request.POST)
    item = read_item(queue, request.POST.get("item", "")) or find_last(queue, who)
    own = find_own(get_store(), item, who, is_adjudication=adjudicates) if item else None
    if item is None or own is None:
        return show_front(request, project, queue, Screen(problem="There is nothing of yours to be taken back."))
    try:
        take_back(get_store(), item, who, is_adjudication=adjudicates)
    except ReviewError as error:
        return show_problem(request, project, queue, item, (409, str(error)))
    audit.describe(request, f"{item.place} of {queue.name}", number=number, place=item.place)
    hold(item, who, timezone.now())
    screen = Screen(adjudicates, typed=fill_from_review(own), is_informed=True, done="Taken back.")
    shown = show_item(request, project, queue, item, screen) or show_front(request, project, queue, screen)
    return place_at(shown, find_address(project, queue, screen, item))


def say(request: HttpRequest, item: ReviewItem) -> tuple[int, str] | None:
    """Keep what the form says; what stood in the way, with its status."""
    typed, adjudicates = read_typed(request.POST), is_adjudication(request.POST)
    said = Said(typed.choices, typed.better_answer, typed.note, read_seconds(request.POST.get("seconds", "")))
    try:
        submit(get_store(), item, access_of(request).who, said, is_adjudication=adjudicates)
    except ReviewError as error:
        return 409, str(error)
    except ValueError as error:
        return 422, str(error)
    details = {"choices": list(said.choices), "adjudicates": adjudicates}
    audit.describe(request, f"{item.place} of {item.queue.name}", place=item.place, **details)
    return None


def show_problem(
    request: HttpRequest, project: Project, queue: ReviewQueue, item: ReviewItem, problem: tuple[int, str]
) -> HttpResponse:
    """The same screen with what is wrong, and with everything that was typed."""
    status, words = problem
    adjudicates = is_adjudication(request.POST)
    screen = Screen(adjudicates, typed=read_typed(request.POST), problem=words, status=status)
    return show_item(request, project, queue, item, screen) or show_front(request, project, queue, screen)


def answer(
    request: HttpRequest, project: Project, queue: ReviewQueue, item: ReviewItem | None, screen: Screen
) -> HttpResponse:
    """The screen of an item that is in hand; without a script the way to it. Of those that are gone the next."""
    if not getattr(request, "htmx", False):
        if words := screen.notice or screen.done:
            messages.info(request, words)
        return redirect(find_address(project, queue, screen, item))
    while item is not None:
        if shown := show_item(request, project, queue, item, screen):
            return place_at(shown, find_address(project, queue, screen, item))
        mark_gone(item)
        item = find_following(request, queue, screen)
    return place_at(show_front(request, project, queue, screen), find_address(project, queue, screen, None))


def place_at(shown: HttpResponse, address: str) -> HttpResponse:
    """Have the browser show an address that leads to this screen again."""
    shown["HX-Replace-Url"] = address
    return shown


def find_following(request: HttpRequest, queue: ReviewQueue, screen: Screen) -> ReviewItem | None:
    """What comes next: the next disagreement for who adjudicates, else what waits for this reviewer, in their hand."""
    if screen.adjudicates:
        return next(iter(list_disagreements(queue)), None)
    return take_next(queue, access_of(request).who, timezone.now())


def find_named(project: Project, number: int, posted: QueryDict) -> tuple[ReviewQueue | None, ReviewItem | None]:
    queue = find_queue(project, number)
    return queue, read_item(queue, posted.get("item", "")) if queue else None


def is_of_many(item: ReviewItem) -> bool:
    """Whether its reviewers' words may be shown: they disagreed, or somebody decided already."""
    return item.state in (ReviewItem.State.DISAGREED, ReviewItem.State.SETTLED) and item.needed > 1


def read_item(queue: ReviewQueue, text: str) -> ReviewItem | None:
    place = read_place(text)
    return find_item(queue, place) if place else None


def read_place(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 9 else None


def read_seconds(text: str) -> float:
    """How long an item was looked at, as the page measured it; 0 where it says nothing that can be."""
    whole, _, rest = text.partition(".")
    is_number = whole.isdecimal() and (not rest or rest.isdecimal()) and len(text) < 20
    return min(float(text), MOST_SECONDS) if is_number else 0.0


def read_typed(posted: QueryDict) -> Typed:
    """What the form says."""
    texts = (posted.get(name, "").replace("\r\n", "\n") for name in ("better_answer", "note"))
    return Typed(tuple(posted.getlist("choice")), *texts)


def is_adjudication(posted: QueryDict) -> bool:
    return posted.get("adjudicates") == "yes"


def miss_queue(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    message = f"There is no review queue {number}, or no such item in it, in {project.name}."
    return render_page(request, "404.html", {"message": message, "project": project}, status=404)
