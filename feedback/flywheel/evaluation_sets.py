"""Evaluation sets of a project: texts that models are judged by come in, digests of runs of their words are kept, and a
build gets those of the sets that it must share no words with."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from django.db import transaction
from django.db.models import Max

from feedback.datasets.weighing import evaluation_texts
from feedback.datasets.weighing.contamination import digest_texts
from feedback.models import EvaluationSet
from tracing.models import Project

LONGEST_NAME = 200
MOST_TEXTS = 200_000
MOST_BYTES = 50_000_000
LARGEST_NUMBER = 2**31 - 1
DIGEST = np.dtype("<u8")


def add_evaluation_set(project: Project, name: str, texts: Sequence[str], who: str) -> EvaluationSet:
    """Keep what is needed of these texts, not the texts. Raises ValueError with a sentence for people."""
    texts = [text for text in texts if text.strip()]
    if not 0 < len(texts) <= MOST_TEXTS:
        raise ValueError(f"An evaluation set has 1 to {MOST_TEXTS:,} texts; there are {len(texts):,}.")
    grams = np.array(sorted(digest_texts(texts)), dtype=DIGEST).tobytes()
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        check_name(project, name)
        last = project.evaluation_sets.aggregate(last=Max("number"))["last"] or 0
        return EvaluationSet.objects.create(
            project=project,
            number=last + 1,
            name=name.strip(),
            texts=len(texts),
            grams=grams,
            created_at=datetime.now(UTC),
            created_by=who,
        )


def check_name(project: Project, name: str) -> None:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        raise ValueError(f"A name has 1 to {LONGEST_NAME} characters.")
    if project.evaluation_sets.filter(name=name).exists():
        raise ValueError(f"There is already an evaluation set called {name!r}; choose another name.")


def list_evaluation_sets(project: Project) -> list[EvaluationSet]:
    """The newest first, without their digests."""
    return list(project.evaluation_sets.defer("grams").order_by("-number"))


def find_evaluation_set(project: Project, number: int) -> EvaluationSet | None:
    return project.evaluation_sets.defer("grams").filter(number=number).first() if number <= LARGEST_NUMBER else None


def delete_evaluation_set(found: EvaluationSet) -> None:
    """Versions that were built against it stay. Raises ValueError where a dataset names it."""
    for dataset in found.project.datasets.order_by("number"):
        if found.number in dataset.definition.get("evaluation_sets", ()):
            raise ValueError(f"The dataset {dataset.name!r} is built against it; change that first.")
    found.delete()


def load_grams(project_id: int, numbers: Sequence[int]) -> frozenset[int]:
    """The digests of these sets together."""
    found = EvaluationSet.objects.filter(project_id=project_id, number__in=numbers).values_list("grams", flat=True)
    return frozenset(int(each) for grams in found for each in np.frombuffer(bytes(grams), dtype=DIGEST))


def read_texts(content: bytes) -> list[str]:
    """The texts of a file: JSON lines, JSON, CSV, or one a line. Raises ValueError where it is no UTF-8, too long, or
    nothing that can be read."""
    if len(content) > MOST_BYTES:
        raise ValueError(f"A file has {MOST_BYTES // 10**6} MB at most.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("The file is not UTF-8; save it as that.") from error
    return [each for each in evaluation_texts.read_texts(io.StringIO(text, newline="")) if each.strip()]
