"""The filters of a list: query parameters of the address in, bound SQL parameters and words out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import urlencode

from tracing.words import Search, read_search

DAY_NS = 86_400 * 10**9
RANGES = {"24h": DAY_NS, "7d": 7 * DAY_NS, "30d": 30 * DAY_NS}
RANGE_WORDS = {"24h": "last 24 hours", "7d": "last 7 days", "30d": "last 30 days"}
OUTCOME_WORDS = {
    "completed": "complete",
    "stopped": "stopped",
    "truncated": "cut off at the length limit",
    "error": "failed",
}
THUMBS_WORDS = {"up": "thumb up", "down": "thumb down"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; an empty field narrows nothing. Fields are named as in the REST API."""

    range: str = ""
    environment: str = ""
    service_name: str = ""
    model: str = ""
    user_id: str = ""
    signal: str = ""
    thumbs: str = ""
    outcome: str = ""
    q: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str], *, range: str = "") -> "Filters":
        """Read the filters of an address; an unknown range is the default `range`."""
        given = {field.name: query.get(field.name, "").strip() for field in fields(cls)}
        given["range"] = given["range"] if given["range"] in RANGES else range
        return cls(**given)

    @property
    def query(self) -> str:
        """The filters as they stand in an address, only those that narrow."""
        return urlencode({name: value for name, value in asdict(self).items() if value})

    @property
    def narrows(self) -> bool:
        return bool(self.query)

    @property
    def search(self) -> Search:
        return read_search(self.q)

    def find_since(self, now_ns: int) -> int:
        """Return the time (nanoseconds since the epoch) from which conversations count."""
        return now_ns - RANGES[self.range] if self.range else 0

    def bind(self, project_id: int, now_ns: int) -> dict[str, Any]:
        """Return the parameters of `feedback/sql/page_*.sql`."""
        given = asdict(self)
        given.pop("range")
        return {
            "project_id": project_id,
            "since_ns": self.find_since(now_ns),
            **given,
            "words": list(self.search.words),
        }

    def describe(self, titles: Mapping[str, str]) -> list[str]:
        """Return each filter in words. `titles` has the words for kinds of signals."""
        words = [
            RANGE_WORDS.get(self.range, ""),
            self.environment and f"environment “{self.environment}”",
            self.service_name and f"service “{self.service_name}”",
            self.model and f"model “{self.model}”",
            self.user_id and f"user “{self.user_id}”",
            self.signal and f"with “{titles.get(self.signal, self.signal)}”",
            self.thumbs and f"with a {THUMBS_WORDS.get(self.thumbs, self.thumbs)}",
            self.outcome and f"with an answer that is {OUTCOME_WORDS.get(self.outcome, self.outcome)}",
            self.q and (f"containing {self.q}" if '"' in self.q else f"containing “{self.q}”"),
        ]
        return [word for word in words if word]
