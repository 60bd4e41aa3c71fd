"""Exchanges that were read come in; the conversations that change because of them go out.

What an exchange changes is found in the store: the conversation that it names, or, where it names none, what it goes
on from and what goes on from it (`tracing.dialogues`). The order in which exchanges come makes no difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracing.conversations import Conversation, TracedExchange, Turn, build_conversation, list_exchanges, with_parts
from tracing.dialogues import Dialogue, Link, Place, find_places, list_links, put
from tracing.histories import is_lasting
from tracing.records.links import FoundLinks, load_links
from tracing.records.summaries import Summary
from tracing.records.windows import LATEST_NS, Need, Window, load_windows
from tracing.store import Store


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What is to be written."""

    conversations: list[Conversation]
    previous: dict[str, Conversation]
    """As they were, with the turns that were loaded."""
    rests: dict[str, Summary]
    affected: list[str]
    """Conversations that are gone unless they are among those to be written."""
    links: list[Link]
    previous_links: list[Link]
    places: dict[str, Place]
    """Of the traces without a conversation id that were loaded."""
    moved: list[str]
    """Of these the ones that were not read and are in another conversation now."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which links to look for: who told `continued`, and who goes on from `told`."""

    continued: frozenset[int] = frozenset()
    told: frozenset[int] = frozenset()
    between_ns: tuple[int, int] = (LATEST_NS, 0)

    def join(self, other: "Question") -> "Question":
        between_ns = (min(self.between_ns[0], other.between_ns[0]), max(self.between_ns[1], other.between_ns[1]))
        return Question(self.continued | other.continued, self.told | other.told, between_ns)


class Rebuilding:
    """One run over traces of a project. `known` says in which conversation the stored calls of a trace are."""

    def __init__(
        self,
        store: Store,
        project_id: int,
        trace_ids: Iterable[str],
        exchanges: Sequence[TracedExchange],
        known: Mapping[str, str],
    ) -> None:
        self.store = store
        self.project_id = project_id
        self.read = frozenset(trace_ids)
        self.named = [each for each in exchanges if not each.derived]
        self.fresh = group_by_trace(each for each in exchanges if each.derived)
        self.left = set(known.values())
        """The conversations in which the traces that were read are stored."""
        self.known = dict(known)
        self.windows: dict[str, Window] = {}
        self.told: dict[int, list[Link]] = {}
        self.opened: set[str] = set()
        self.lost: set[str] = set()
        """Traces that are not where their calls say, as a run that broke off left them: to be read, too."""

    def run(self) -> Rebuilt:
        self._load({key: Need() for key in self.left} | gather_needs(self.named))
        replaced = self._list_replaced()
        places = self._settle(replaced)
        arriving = self._list_arriving(places)
        self._load(gather_needs(arriving))
        leaving = self.read | {each.answer.trace_id for each in arriving}
        conversations = self._build(arriving, leaving)
        touched = {each.conversation_id for each in arriving} | self._find_left(leaving)
        dialogues = self._list_dialogues()
        return Rebuilt(
            conversations=conversations,
            previous={key: self.windows[key].conversation for key in touched & self.windows.keys()},
            rests={key: rest for key in touched & self.windows.keys() if (rest := self.windows[key].rest)},
            affected=sorted(touched | (self.left - self.windows.keys())),
            links=list_all_links(self.fresh),
            previous_links=list_all_links(replaced),
            places=places,
            moved=sorted(
                key
                for key, place in places.items()
                if key not in self.read and dialogues[key].stored != place.conversation_id
            ),
        )

    def _load(self, needs: Mapping[str, Need]) -> None:
        """Have the windows that are needed."""
        lacking = {
            key: need.join(self.windows[key].need) if key in self.windows else need
            for key, need in needs.items()
            if key not in self.windows or not self.windows[key].covers(need)
        }
        if lacking:
            self.windows |= load_windows(self.store, self.project_id, lacking, sorted(self.read))

    def _list_replaced(self) -> dict[str, list[TracedExchange]]:
        """What is stored of the traces that were read again, where they sent no id then."""
        return group_by_trace(
            each
            for window in self.windows.values()
            if window.conversation.derived
            for each in list_exchanges(window.conversation, window.conversation.turns)
            if each.answer.trace_id in self.read
        )

    def _list_dialogues(self) -> dict[str, Dialogue]:
        """The traces without an id that were loaded, by id."""
        stored = group_by_trace(
            each
            for window in self.windows.values()
            if window.conversation.derived
            for each in list_exchanges(window.conversation, window.conversation.turns)
            if each.answer.start_time_ns >= window.from_ns and each.answer.trace_id not in self.read
        )
        return {
            key: Dialogue(tuple(each), each[0].conversation_id, key in self.opened) for key, each in stored.items()
        } | {key: Dialogue(tuple(each), self.known.get(key, ""), True) for key, each in self.fresh.items()}

    def _settle(self, replaced: Mapping[str, Sequence[TracedExchange]]) -> dict[str, Place]:
        """Find the place of every trace, until what goes on from those that changed has found its own."""
        asked, places = Question(), dict[str, Place]()
        while True:
            dialogues = self._list_dialogues()
            places = find_places(dialogues.values(), self._list_told(), self.known)
            question = asked.join(self._ask(dialogues, places, replaced))
            if question == asked:
                return places
            asked = question
            found = load_links(self.store, self.project_id, question.continued, question.told, question.between_ns)
            self._take(found, dialogues)

    def _ask(
        self,
        dialogues: Mapping[str, Dialogue],
        places: Mapping[str, Place],
        replaced: Mapping[str, Sequence[TracedExchange]],
    ) -> Question:
        opened = [each.exchanges[0].answer for each in dialogues.values() if each.is_open]
        changed = [each.answer for group in (*self.fresh.values(), *replaced.values()) for each in group]
        for key, place in places.items():
            if key not in self.read and place.conversation_id != dialogues[key].stored:
                changed += [each.answer for each in dialogues[key].exchanges]
        if not changed:
            return Question()
        return Question(
            continued=frozenset(key for answer in opened for key in answer.continues),
            told=frozenset(key for answer in changed for key in answer.told),
            between_ns=(
                min(answer.start_time_ns for answer in changed),
                max((answer.start_time_ns for answer in opened), default=0),
            ),
        )

    def _take(self, found: FoundLinks, dialogues: Mapping[str, Dialogue]) -> None:
        """Open what follows from a change, and learn where the traces are that told a key."""
        followers = {key: start_ns for key, start_ns in found.followers.items() if key not in self.read}
        self.told = {
            key: [each for each in links if each.trace_id not in self.read] for key, links in found.told.items()
        }
        told = {link.trace_id for links in self.told.values() for link in links}
        self._locate((told | followers.keys()) - dialogues.keys() - self.known.keys())
        self._load({self.known[key]: Need(start_ns) for key, start_ns in followers.items() if key in self.known})
        loaded = self._list_dialogues()
        self.opened |= followers.keys() & loaded.keys()
        self.lost |= followers.keys() - loaded.keys()

    def _locate(self, trace_ids: Iterable[str]) -> None:
        if trace_ids := sorted(trace_ids):
            rows = self.store.query(
                "tracing/sql/conversations_of_traces.sql", project_id=self.project_id, trace_ids=trace_ids
            )
            self.known |= {row["trace_id"]: row["conversation_id"] for row in rows}

    def _list_told(self) -> dict[int, list[Link]]:
        """Who told each key, the latest last."""
        told = {key: list(links) for key, links in self.told.items()}
        for link in list_all_links(self.fresh):
            if link.told:
                told.setdefault(link.key, []).append(link)
        return {key: sorted(links, key=lambda link: link.order) for key, links in told.items()}

    def _list_arriving(self, places: Mapping[str, Place]) -> list[TracedExchange]:
        """Every exchange that was read or whose place may have changed, where it belongs."""
        arriving = list(self.named)
        for key, dialogue in self._list_dialogues().items():
            place = places[key]
            if dialogue.is_open or place.conversation_id != dialogue.stored:
                arriving += put(dialogue, place)
        return arriving

    def _find_left(self, leaving: frozenset[str]) -> set[str]:
        """The conversations that hold what leaves them."""
        return {
            key
            for key, window in self.windows.items()
            if any(answer.trace_id in leaving for answer in window.conversation.answers)
        }

    def _build(self, arriving: Sequence[TracedExchange], leaving: frozenset[str]) -> list[Conversation]:
        gathered: dict[str, list[TracedExchange]] = {}
        for exchange in arriving:
            gathered.setdefault(exchange.conversation_id, []).append(exchange)
        built = []
        for key in sorted(gathered.keys() | self._find_left(leaving)):
            window = self.windows.get(key)
            staying = [] if window is None else list_staying(window, leaving)
            if exchanges := [*staying, *gathered.get(key, ())]:
                built.append(build_conversation(exchanges, [] if window is None else list_before(window)))
        return built


def group_by_trace(exchanges: Iterable[TracedExchange]) -> dict[str, list[TracedExchange]]:
    """Exchanges by time, by the trace that they are in."""
    groups: dict[str, list[TracedExchange]] = {}
    for exchange in sorted(exchanges, key=lambda each: each.order):
        groups.setdefault(exchange.answer.trace_id, []).append(exchange)
    return groups


def list_all_links(traces: Mapping[str, Sequence[TracedExchange]]) -> list[Link]:
    return [link for exchanges in traces.values() for link in list_links(exchanges).values()]


def gather_needs(exchanges: Iterable[TracedExchange]) -> dict[str, Need]:
    """What has to be loaded of each conversation that these come to."""
    needs: dict[str, Need] = {}
    for each in exchanges:
        answer = each.answer
        keys = frozenset(key for key in answer.continues if is_lasting(key))
        need = Need(answer.start_time_ns, frozenset({answer.history_hash} - {""}), keys)
        needs[each.conversation_id] = needs[each.conversation_id].join(need) if each.conversation_id in needs else need
    return needs


def list_staying(window: Window, leaving: frozenset[str]) -> list[TracedExchange]:
    """What was built from the window's time on, without the traces that leave."""
    return [
        each
        for each in list_exchanges(window.conversation, window.conversation.turns)
        if each.answer.start_time_ns >= window.from_ns and each.answer.trace_id not in leaving
    ]


def list_before(window: Window) -> list[Turn]:
    """The turns that were loaded from before the window's time, without answers that came later."""
    return [
        with_parts(turn, [part for part in turn.parts if part.start_time_ns < window.from_ns])
        for turn in window.conversation.turns
        if turn.parts[0].start_time_ns < window.from_ns
    ]
