"""Files of versions on their way out: a version comes in, an answer that reads its files bit by bit goes out."""

from collections.abc import Iterable, Iterator

from django.http import FileResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from feedback.datasets.building.build import Built
from feedback.datasets.building.files import stream_zip
from feedback.flywheel.versions import list_files
from feedback.models import DatasetVersion

BYTES = "application/octet-stream"
"""No browser shows it: texts of users are in it."""


def name_archive(version: DatasetVersion) -> str:
    """A name for the zip of a version."""
    of = f"dataset-{version.dataset.number}-{version.number}" if version.dataset else "export"
    return f"tacit-{version.project.slug}-{of}-{version.definition['format']}.zip"


def give_file(version: DatasetVersion, name: str) -> FileResponse | None:
    """One of the files that `list_files` names; None where there is none of that name."""
    path = list_files(version).get(name)
    if path is None:
        return None
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=BYTES)


def give_archive(version: DatasetVersion) -> StreamingHttpResponse:
    """All of them as a zip."""
    return give_zip(stream_zip(list_files(version)), name_archive(version))


def give_built(built: Built, name: str) -> StreamingHttpResponse:
    """What was built at once as a zip; it is gone when that was read, or nobody reads on."""
    return give_zip(ClosingZip(built), name)


class ClosingZip:
    """The zip of what was built at once. It is gone when that was read; Django closes it where nobody did."""

    def __init__(self, built: Built) -> None:
        self._built = built

    def __iter__(self) -> Iterator[bytes]:
        with self._built:
            yield from stream_zip(self._built.files)

    def close(self) -> None:
        with self._built:
            pass


def give_zip(pieces: Iterable[bytes], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response
