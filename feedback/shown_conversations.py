"""What a page or a panel shows of one conversation, from the store: its turns with everything pinned to them, and what
the selected turn was made with."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from feedback.detectors import DETECTORS
from feedback.detectors.material import Material
from feedback.excerpts import HeardExcerpt, load_heard_excerpt
from feedback.pages.blocks import Blocks, list_blocks
from feedback.pages.transcript import Heard, ShownTurn, select_turn, show_turns
from feedback.pages.undertone import Undertone, draw_undertone
from feedback.pages.workings import list_workings
from feedback.records import load_outline
from tracing.conversations import Answer, Conversation, Turn
from tracing.generations import Generation
from tracing.records import load_recent_generations, load_spans, load_tool_runs
from tracing.records.conversations import load_rows
from tracing.records.excerpts import Facts
from tracing.records.spans import load_outline as load_outline_of_trace
from tracing.spans import Span
from tracing.store import Store
from tracing.together import ask_together
from tracing.waterfall import MAX_ROWS, Waterfall, draw_waterfall, list_figures

MOST_SPANS = 5_000
"""Of a trace, the first by their start: its own page looks at more."""
TITLES = {detector.kind: detector.title for detector in DETECTORS}


@dataclass(frozen=True)
class Chat:
    """Turns that stand together, with one of them selected."""

    heard: HeardExcerpt
    material: Material
    undertone: Undertone
    selected: Turn
    blocks: Blocks | None

    @property
    def conversation(self) -> Conversation:
        return self.heard.excerpt.conversation

    @property
    def facts(self) -> Facts:
        return self.heard.excerpt.facts

    @cached_property
    def turns(self) -> tuple[ShownTurn, ...]:
        workings = list_workings(self.material)
        name = self.conversation.conversation_id
        heard = Heard(name, self.heard.signals, self.heard.feedback, TITLES, workings)
        return show_turns(self.conversation, heard, self.selected.index)

    @property
    def shown(self) -> ShownTurn:
        """The selected turn."""
        return next(turn for turn in self.turns if turn.index == self.selected.index)

    @property
    def call(self) -> Generation | None:
        """The model call that wrote the selected turn's answer, else the first that was made for it."""
        return self.find_call(self.selected.answer)

    @property
    def turn_calls(self) -> list[tuple[ShownTurn, Generation | None]]:
        """Every turn with the call that wrote its answer."""
        return [(turn, self.find_call(turn.answer.answer)) for turn in self.turns]

    def find_call(self, answer: Answer) -> Generation | None:
        calls = self.material.calls_of(answer)
        return next((call for call in calls if call.span_id == answer.span_id), calls[0] if calls else None)


def read_chat(store: Store, project_id: int, conversation_id: str, asked_turn: str, page_turns: int) -> Chat | None:
    """So many turns as a page holds, those with the turn asked for, else with the first that went wrong; None where
    there is no such conversation."""
    rows, outline = ask_together(
        lambda: load_rows(store, project_id, [conversation_id]),
        lambda: load_outline(store, project_id, conversation_id),
    )
    row = rows.get(conversation_id)
    if row is None:
        return None
    selected = select_turn(row["turn_count"], outline, asked_turn)
    first = selected // page_turns * page_turns
    heard = load_heard_excerpt(store, project_id, conversation_id, first, page_turns, row)
    if heard is None:
        return None
    conversation, turn_count = heard.excerpt.conversation, heard.excerpt.facts.turn_count
    return Chat(
        heard,
        load_material(store, conversation),
        draw_undertone(turn_count, outline, TITLES),
        next((turn for turn in conversation.turns if turn.index == selected), conversation.turns[-1]),
        list_blocks(turn_count, first, page_turns),
    )


def load_material(store: Store, conversation: Conversation) -> Material:
    """The conversation with the model calls and the runs of tools behind its answers."""
    trace_ids = sorted({answer.trace_id for answer in conversation.answers})
    calls, tool_runs = ask_together(
        lambda: load_recent_generations(store, conversation.project_id, trace_ids),
        lambda: load_tool_runs(store, conversation.project_id, trace_ids),
    )
    return Material(conversation, calls={(call.trace_id, call.span_id): call for call in calls}, tool_runs=tool_runs)


def read_waterfalls(store: Store, chat: Chat) -> Sequence[tuple[str, str, Waterfall]]:
    """The spans behind the selected turn: of each trace its id, which answer it made, and its tree, on a scale of its
    own; first that of the answer that stayed."""
    turn, material = chat.selected, chat.material
    captions = {turn.answer.trace_id: "the answer that stayed"}
    for answer in turn.alternatives:
        captions.setdefault(answer.trace_id, "earlier answer, replaced")
    figures = list_figures([*material.calls.values()], material.tool_runs)
    spans = load_shown(store, material.conversation.project_id, list(captions))
    return [(trace_id, caption, draw_waterfall(spans[trace_id], figures)) for trace_id, caption in captions.items()]


def load_shown(store: Store, project_id: int, trace_ids: Sequence[str]) -> dict[str, list[Span]]:
    """The spans of each trace, those whole that have a row: what a trace of thousands holds is long."""
    outlines = {trace_id: load_outline_of_trace(store, project_id, trace_id, MOST_SPANS) for trace_id in trace_ids}
    shown = {
        span.span_id
        for spans in outlines.values()
        for span in (spans if len(spans) <= MAX_ROWS else [row.span for row in draw_waterfall(spans).rows])
    }
    found = load_spans(store, project_id, trace_ids, sorted(shown)) if shown else []
    whole = {(span.trace_id, span.span_id): span for span in found}
    return {
        trace_id: [whole.get((trace_id, span.span_id), span) for span in spans] for trace_id, spans in outlines.items()
    }
