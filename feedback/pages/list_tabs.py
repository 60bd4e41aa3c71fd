"""The views above a list of conversations: what the list shows and saved views come in, tabs go out.

A few views are there without being saved: what most people look for first. They keep the time and the columns of the
list that is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from feedback.pages.filters import Filters
from feedback.pages.list_state import DISSATISFIED, ListState

SAID_ON_PURPOSE = "-signal:thumbs,rating,comment,correction_text"


@dataclass(frozen=True)
class ReadyView:
    title: str
    filters: Filters
    sort: str = ""


READY_VIEWS = (
    ReadyView("All", Filters()),
    ReadyView("Thumbs down", Filters(thumbs="down")),
    ReadyView("Asked again", Filters(signal="rephrase")),
    ReadyView("Stopped the answer", Filters(signal="early_termination")),
    ReadyView("Probably dissatisfied", Filters(q="dissatisfied>0.5"), DISSATISFIED),
    ReadyView("Errors", Filters(outcome="error")),
    ReadyView("Without any feedback", Filters(machine="no", q=SAID_ON_PURPOSE)),
    ReadyView("Reviewed", Filters(q="reviewed:yes")),
)


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved view as the tabs need it."""

    number: int
    name: str
    query: str
    is_shared: bool
    owner: str
    may_change: bool


@dataclass(frozen=True, slots=True)
class Tab:
    title: str
    query: str
    is_current: bool
    saved: Saved | None = None
    is_changed: bool = False
    """Whether the list was narrowed otherwise since it was opened by this view."""


def list_tabs(state: ListState, saved: Sequence[Saved], opened: int | None) -> list[Tab]:
    """Saved views before the ready ones; `opened` is the number of the saved view that the address names.

    At most one is current: the saved view that was opened, or one that shows just this, or a ready one.
    """
    current = next((each for each in saved if each.number == opened), None)
    current = current or next((each for each in saved if each.query == state.query), None)
    tabs = [tab_of_saved(each, state, is_current=each is current) for each in saved]
    ready = [tab_of_ready(each, state, is_free=current is None) for each in READY_VIEWS]
    return [ready[0], *tabs, *ready[1:]]


def tab_of_saved(saved: Saved, state: ListState, *, is_current: bool) -> Tab:
    query = f"{saved.query}{'&' if saved.query else ''}view={saved.number}"
    return Tab(saved.name, query, is_current, saved, is_changed=is_current and saved.query != state.query)


def tab_of_ready(ready: ReadyView, state: ListState, *, is_free: bool) -> Tab:
    filters = replace(ready.filters, range=state.filters.range)
    shown = ListState(filters, ready.sort, state.columns)
    is_current = is_free and (filters, ready.sort) == (state.filters, state.sort)
    is_changed = is_current and shown.query != ListState(ready.filters, ready.sort).query
    return Tab(ready.title, shown.query, is_current, is_changed=is_changed)
