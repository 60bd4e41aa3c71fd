"""The pages of a project, once: what the menu, the search and the help on keys know of them.

`address` is the name of a page's address, `section` what a page calls itself to be marked in the menu. `key` opens it
after G. `words` are others that people look for it by.
"""

from collections.abc import Collection
from dataclasses import dataclass

from tracing.access.rights import Right


@dataclass(frozen=True, slots=True)
class Entry:
    """A page: where it is, and what it is for in a sentence."""

    section: str
    title: str
    purpose: str
    key: str = ""
    words: str = ""
    right: Right = Right.READ

    @property
    def address(self) -> str:
        return self.section


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    entries: tuple[Entry, ...]


MENU = (
    Group(
        "",
        (
            Entry("overview", "Overview", "How it goes: satisfaction, signals, speed and cost", "o", "home start"),
            Entry("conversations", "Conversations", "What was said, and what was heard in it", "c", "chats list"),
            Entry("traces", "Traces", "Every request with its spans", "t", "spans requests"),
            Entry("users", "Users", "Who talks to the app, and how it goes for each", "u", "people customers"),
        ),
    ),
    Group(
        "What goes wrong",
        (
            Entry("failure_modes", "Failure modes", "What fails again and again", "f", "problems issues clusters"),
            Entry("drift", "Drift", "What changed, since when, and what changed it", "d", "changes ledger deploys"),
            Entry("alerts", "Alerts", "What wants to be looked at now", "a", "rules notifications"),
            Entry("tasks", "Agent tasks", "What agents were asked to do, and whether they did it", "w", "tools steps"),
        ),
    ),
    Group(
        "Make it better",
        (
            Entry("review", "Review", "Judge conversations, one at a time", "r", "queues label annotate"),
            Entry("datasets", "Datasets", "Examples to train and to test with", "e", "export download"),
            Entry("comparisons", "Comparisons", "Models and prompts side by side", "m", "models prompts a/b"),
            Entry("returns", "Returns", "Who comes back, and after what", "b", "retention"),
        ),
    ),
    Group(
        "Set up",
        (
            Entry("setup", "Set-up", "The lines that send the first trace", "s", "install instrument sdk start"),
            Entry("settings", "Settings", "Everything that can be set, and how it stands", ",", "options"),
        ),
    ),
)
SETTINGS = (
    Entry(
        "project_settings",
        "Project",
        "Its name, how long its data is kept, and its end.",
        words="retention delete",
        right=Right.ADMINISTER,
    ),
    Entry(
        "retention",
        "Retention",
        "How many days each kind of data is kept.",
        words="privacy days delete",
        right=Right.ADMINISTER,
    ),
    Entry(
        "masking",
        "Masking",
        "What is hidden before anything is stored: secrets, personal data, what you name.",
        words="privacy redact pii secrets regex",
        right=Right.ADMINISTER,
    ),
    Entry(
        "erasures",
        "Erasure",
        "Erase a user, a conversation or a time for good, with a receipt.",
        words="privacy gdpr forget delete",
        right=Right.EDIT,
    ),
    Entry(
        "members",
        "Members",
        "Who may see this project, and what they may do.",
        words="people roles invite",
        right=Right.ADMINISTER,
    ),
    Entry("keys", "Keys", "What programs send instead of a login.", words="api tokens", right=Right.ADMINISTER),
    Entry("audit", "Audit log", "Who changed what, and when.", words="history", right=Right.ADMINISTER),
    Entry(
        "detectors", "Detectors", "What is listened for, from which score on, and how right it is.", words="accuracy"
    ),
    Entry(
        "texts",
        "Texts",
        "Whether what people and models write is kept, and for how long.",
        words="content privacy store purge",
    ),
    Entry("asking", "Asking", "How users are asked what they think, and how often.", words="feedback survey"),
    Entry("judge", "Judge", "The model that is asked where rules are not enough.", words="llm"),
    Entry("alert_targets", "Alert targets", "Where alerts are sent.", words="channels slack e-mail webhook"),
    Entry("prices", "Prices", "What each model costs.", words="cost models"),
    Entry(
        "stages",
        "Stages",
        "How far Tacit itself is behind with what comes in, and whether anybody works.",
        words="lag queue worker system health",
    ),
)


def list_settings(rights: Collection[Right]) -> list[Entry]:
    """The pages of settings that somebody with these rights may see."""
    return [entry for entry in SETTINGS if entry.right in rights]


def list_entries(rights: Collection[Right]) -> list[Entry]:
    """Every page, those of settings last."""
    return [entry for group in MENU for entry in group.entries] + list_settings(rights)
