"""A user comes in, what pages show of them goes out: how it went in words, and what was heard."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from feedback.pages.observations import LABELLED_TITLES, State
from feedback.pages.satisfaction import STATE_WORDS, Whisker, draw_whisker, find_state
from feedback.user_list import ENOUGH, HeardKind, User

CHIPS_SHOWN = 2
EXPLICIT = frozenset({"thumbs", "rating"})


@dataclass(frozen=True, slots=True)
class HeardChip:
    """A kind that was heard in so many of the user's conversations, with the list of these."""

    kind: str
    title: str
    state: State
    conversations: int
    query: str


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user as the list shows them."""

    user: User
    whisker: Whisker | None
    state: State | None
    chips: tuple[HeardChip, ...]
    """Of what went wrong, the most frequent."""
    more: int
    thumbs_up: int
    thumbs_down: int

    @property
    def state_words(self) -> str:
        """What the share says; of too few conversations why there is none."""
        if self.state:
            return f"{STATE_WORDS[self.state]} on the whole"
        return f"too few to say: {self.user.estimated} estimated, {ENOUGH} needed"


def build_row(user: User, titles: Mapping[str, str]) -> UserRow:
    """The user as a row; `titles` has the words for kinds of signals."""
    bad = [each for each in list_heard(user, titles) if each.state == "bad" and each.kind not in EXPLICIT]
    return UserRow(
        user=user,
        whisker=draw_whisker(user.dissatisfied) if user.dissatisfied else None,
        state=find_state(user.dissatisfied) if user.dissatisfied else None,
        chips=tuple(bad[:CHIPS_SHOWN]),
        more=max(0, len(bad) - CHIPS_SHOWN),
        thumbs_up=user.count_thumbs("up"),
        thumbs_down=user.count_thumbs("down"),
    )


def list_heard(user: User, titles: Mapping[str, str]) -> list[HeardChip]:
    """All that was heard, what went wrong first."""
    chips = [show_heard(user.user_id, each, titles) for each in user.heard]
    return sorted(chips, key=lambda each: (each.state != "bad", -each.conversations, each.title))


def show_heard(user_id: str, heard: HeardKind, titles: Mapping[str, str]) -> HeardChip:
    plain = titles.get(heard.kind) or heard.kind.replace("_", " ").capitalize()
    asked = {"thumbs": heard.label} if heard.kind == "thumbs" else {"signal": heard.kind}
    return HeardChip(
        kind=heard.kind,
        title=LABELLED_TITLES.get((heard.kind, heard.label), plain),
        state="bad" if heard.polarity < 0 else "good",
        conversations=heard.conversations,
        query=urlencode({"user_id": user_id, **asked}),
    )
