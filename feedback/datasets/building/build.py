"""From labelled conversations to the files that a trainer reads, by way of a directory that remembers how far it came:
conversations become chunks of rows, the rows are weighed against each other, and those that stay are written.

Same inputs give the same bytes, in whatever order and batches they come and however often the build was cut off.
Nothing is dropped without a count and a reason.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from feedback.datasets.building.collecting import collect_chunk, settle_work
from feedback.datasets.building.files import list_files
from feedback.datasets.building.source import Source
from feedback.datasets.building.writing import write_version
from feedback.datasets.definition import Definition
from feedback.datasets.formats import find_format
from feedback.datasets.record import LabelledConversation
from feedback.datasets.steps import Context

CHUNK: Final = 200
"""Conversations at a time."""


@dataclass(frozen=True, slots=True)
class Built:
    """The files of a version, by name, the manifest among them. Where they lie in a directory of their own making, it
    goes at the end of the `with`."""

    files: Mapping[str, Path]
    manifest: Mapping[str, Any]
    _stack: ExitStack

    def __enter__(self) -> "Built":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def build_dataset(
    definition: Definition,
    conversations: Iterable[LabelledConversation],
    *,
    source: Source,
    context: Context | None = None,
    work: Path | None = None,
    chunk: int = CHUNK,
) -> Built:
    """All in one. Given the same `work` and conversations again, it goes on where it was cut off.

    Raises UnknownFormat for a format that there is not.
    """
    known = context or Context(definition)
    find_format(definition.format)
    with ExitStack() as stack:
        place = work or Path(stack.enter_context(TemporaryDirectory(prefix="tacit-dataset-")))
        for number, batch in enumerate(_batch(conversations, chunk)):
            collect_chunk(place / "chunks", number, batch, known)
        settled = settle_work(place / "chunks", known)
        manifest = write_version(place / "chunks", settled, known, source, place / "files")
        return Built(list_files(place / "files"), manifest, stack.pop_all())
    raise AssertionError


def _batch(conversations: Iterable[LabelledConversation], size: int) -> Iterator[list[LabelledConversation]]:
    rest = iter(conversations)
    while batch := list(islice(rest, size)):
        yield batch
