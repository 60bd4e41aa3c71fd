"""The filters of the list of tasks: those of conversations, and what only tasks have."""

from collections.abc import Mapping
from dataclasses import dataclass

from feedback.pages.filters import Filters

FAILED_WORDS = {"true": "failed", "false": "did not fail"}
PLAIN_WORDS = {f"failed “{value}”": words for value, words in FAILED_WORDS.items()}


@dataclass(frozen=True)
class TaskFilters(Filters):
    """What the list of tasks is narrowed to."""

    tool: str = ""
    failed: str = ""

    def describe(self, titles: Mapping[str, str]) -> list[str]:
        """Each filter in words. `titles` has the words for kinds of signals."""
        return [PLAIN_WORDS.get(each, each) for each in super().describe(titles)]
