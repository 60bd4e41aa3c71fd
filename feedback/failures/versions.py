"""Releases of an app and versions of its prompts, and when each was first seen: what a mode can be resolved in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from feedback.failures.figures import read_time
from feedback.kept import Kept
from feedback.models import FailureMode
from tracing.store import Store

RELEASE: str = FailureMode.ResolvedIn.RELEASE
PROMPT_VERSION: str = FailureMode.ResolvedIn.PROMPT_VERSION
QUERIES = {RELEASE: "feedback/sql/releases_seen.sql", PROMPT_VERSION: "feedback/sql/prompt_versions_seen.sql"}
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Version:
    """`value` is the release, or the version of the prompt `prompt`."""

    kind: str
    value: str
    prompt: str
    seen: datetime

    @property
    def name(self) -> str:
        """By which people choose it and slices call it."""
        return f"{self.prompt}:{self.value}" if self.prompt else self.value


VERSIONS: Kept[Sequence[Version]] = Kept()


def load_versions(store: Store, project_id: int, kind: str) -> list[Version]:
    """The latest first, as they are now."""
    rows = store.query(QUERIES[kind], project_id=project_id, limit=MOST)
    return [Version(kind, row["value"], row["prompt"], read_time(row["seen_ns"])) for row in rows]


def list_versions(store: Store, project_id: int, kind: str) -> Sequence[Version]:
    """The same as of the last minutes: to find them, all calls are read."""
    return VERSIONS.work_out((project_id, kind), lambda: load_versions(store, project_id, kind)).result


def find_since(versions: Sequence[Version], name: str) -> list[Version]:
    """Those that people mean by a name, and those of the same prompts that were first seen later; none where it was
    never seen. The one first seen stands first."""
    meant = [each for each in versions if name in (each.name, each.value)]
    if not meant:
        return []
    seen, prompts = min(each.seen for each in meant), {each.prompt for each in meant}
    later = [each for each in versions if each.prompt in prompts and each.seen >= seen]
    return sorted(later, key=lambda each: (each.seen, each.name))
