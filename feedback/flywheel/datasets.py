"""Datasets of a project as people define them: names and definitions come in, rows of Django's database go out."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Max

from feedback.datasets.definition import Definition, DefinitionProblems, read_definition, write_definition
from feedback.datasets.formats import FORMATS
from feedback.datasets.inspecting.preview import make_plain
from feedback.models import Dataset, DatasetVersion, EvaluationSet
from tracing.filter_language import FilterError, read_filter
from tracing.filter_sql import compile_filter
from tracing.masking_rules import mask_text
from tracing.models import Project

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 5_000
LARGEST_NUMBER = 2**31 - 1


def create_dataset(project: Project, name: str, definition: Definition, who: str, description: str = "") -> Dataset:
    """A dataset with the next number; nothing is built yet. Raises ValueError with a sentence for people."""
    check_definition(project, definition)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        check_name(project, name)
        check_description(description)
        last = project.datasets.aggregate(last=Max("number"))["last"] or 0
        return Dataset.objects.create(
            project=project,
            number=last + 1,
            name=name.strip(),
            description=mask_text(project.pk, description),
            definition=write_definition(definition),
            created_at=datetime.now(UTC),
            created_by=who,
        )


def change_dataset(
    dataset: Dataset, *, name: str | None = None, description: str | None = None, definition: Definition | None = None
) -> Dataset:
    """Change what is given; versions that there are stay as they are. Raises ValueError."""
    if definition is not None:
        check_definition(dataset.project, definition)
        dataset.definition = write_definition(definition)
    if name is not None:
        check_name(dataset.project, name, dataset)
        dataset.name = name.strip()
    if description is not None:
        check_description(description)
        dataset.description = mask_text(dataset.project_id, description)
    dataset.save(update_fields=["name", "description", "definition"])
    return dataset


def delete_dataset(dataset: Dataset) -> None:
    """With all its versions and their files."""
    dataset.delete()


def list_datasets(project: Project) -> list[Dataset]:
    """Those of a project, the newest first."""
    return list(project.datasets.order_by("-number"))


def find_dataset(project: Project, number: int) -> Dataset | None:
    return project.datasets.filter(number=number).first() if number <= LARGEST_NUMBER else None


def find_dataset_named(project: Project, name: str) -> Dataset | None:
    return project.datasets.filter(name=name).first() if "\0" not in name else None


def definition_of(defined: Dataset | DatasetVersion) -> Definition:
    """What a dataset, or a version of one, is to be made of."""
    return read_definition(defined.definition, tuple(FORMATS))


def check_definition(project: Project, definition: Definition) -> None:
    """Raise DefinitionProblems where its filter cannot be read, or it names evaluation sets that there are not."""
    problems = {}
    try:
        compile_filter(read_filter(definition.filter), "conversations", 0)
    except FilterError as error:
        problems["filter"] = str(error)
    if missing := find_missing_sets(project, definition.evaluation_sets):
        problems["evaluation_sets"] = f"There is no evaluation set {missing[0]} in this project."
    for name, value in write_definition(definition).items():
        if make_plain(value) != value:
            problems.setdefault(name, f"{name} has characters that cannot be kept, such as NUL.")
    if problems:
        raise DefinitionProblems(problems)


def find_missing_sets(project: Project, numbers: Sequence[int]) -> list[int]:
    there = EvaluationSet.objects.filter(project=project).values_list("number", flat=True)
    return sorted(set(numbers) - set(there)) if numbers else []


def check_name(project: Project, name: str, dataset: Dataset | None = None) -> None:
    """Raise ValueError where no dataset, or no other one, can be called so."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        raise ValueError(f"A name has 1 to {LONGEST_NAME} characters.")
    other = find_dataset_named(project, name)
    if other is not None and (dataset is None or other.pk != dataset.pk):
        raise ValueError(f"There is already a dataset called {name!r}; choose another name.")


def check_description(text: str) -> None:
    if len(text) > LONGEST_DESCRIPTION or "\0" in text:
        raise ValueError(f"A description has {LONGEST_DESCRIPTION:,} characters at most.")
