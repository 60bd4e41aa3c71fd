"""What a project's users write about: vectors of first messages come in, topics with names go out."""

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drift.models import TopicModel

Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Topics:
    """A row of length one for each topic, its name, and when they were learnt (microseconds)."""

    centres: Vectors
    names: tuple[str, ...]
    version: int
    language: str = ""
    """In which most users write."""
    learnt_from: int = 0

    def assign(self, vectors: Vectors) -> Numbers:
        """The topic of each row: the nearest."""
        return np.asarray((vectors @ self.centres.T).argmax(axis=1), np.int64)


def load_topics(project_id: int) -> Topics | None:
    """None where there were too few conversations so far."""
    kept = TopicModel.objects.filter(project_id=project_id).first()
    if kept is None:
        return None
    centres = unpack_centres(bytes(kept.archive))
    return Topics(centres, tuple(kept.names), kept.version, kept.language, kept.learnt_from)


def save_topics(project_id: int, topics: Topics) -> None:
    told = {
        "version": topics.version,
        "archive": pack_centres(topics.centres),
        "names": list(topics.names),
        "language": topics.language,
        "learnt_from": topics.learnt_from,
    }
    TopicModel.objects.update_or_create(project_id=project_id, defaults=told)


def pack_centres(centres: Vectors) -> bytes:
    """As an archive of NumPy's, without objects of Python."""
    archive = io.BytesIO()
    np.savez_compressed(archive, centres=centres.astype(np.float32))
    return archive.getvalue()


def unpack_centres(archive: bytes) -> Vectors:
    with np.load(io.BytesIO(archive), allow_pickle=False) as found:
        return np.asarray(found["centres"], np.float32)
